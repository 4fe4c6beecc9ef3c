/**
 * How long a command needs from its execution in the master to being read here, from heartbeats that travel the stream itself.
 * Between two heartbeats the newest one stands for all records. A heartbeat that does not return makes the lag grow, and so
 * does a master whose stream is not read: what it executes meanwhile is nowhere but there. Pure: time comes as arguments.
 */
import type { Offset } from "../stream/position.ts";

/** More would mean that nobody answers; the oldest one says all. */
const MAX_OUTSTANDING = 16;
/** A first heartbeat that has not returned after this long is not on its way: the server does not replicate it. */
const UNRETURNED_MS = 5_000;

export class MasterDelay {
  readonly #outstanding: number[] = [];
  /** Read, and in a record that is not cut yet. */
  #arrived: { readonly sentAtMs: number; readonly offset: Offset } | undefined;
  #delayMs: number | undefined;
  #returned = 0;

  /** Undefined: not measured on this connection. */
  get delayMs(): number | undefined {
    return this.#delayMs;
  }

  /** Heartbeats that came back. */
  get returned(): number {
    return this.#returned;
  }

  onSent(sentAtMs: number): void {
    if (this.#outstanding.length < MAX_OUTSTANDING) this.#outstanding.push(sentAtMs);
  }

  /** A heartbeat was read; the record that holds it ends at or after `offset`. */
  onReturned(sentAtMs: number, offset: Offset): void {
    this.#arrived = { sentAtMs, offset };
  }

  /** A record was read. Answers when its commands were executed, as far as is known. */
  executedAtMs(record: { readonly to: Offset; readonly readAtMs: number }): number {
    const arrived = this.#arrived;
    if (arrived !== undefined && record.to >= arrived.offset) {
      this.#arrived = undefined;
      this.#returned++;
      this.#delayMs = Math.max(0, record.readAtMs - arrived.sentAtMs);
      while (this.#outstanding.length > 0 && this.#outstanding[0]! <= arrived.sentAtMs) this.#outstanding.shift();
    }
    return record.readAtMs - (this.#delayMs ?? 0);
  }

  /** None is on its way any more: another connection to the master, perhaps to another one, or a server that does not let them through. */
  forget(): void {
    this.#outstanding.length = 0;
    this.#arrived = undefined;
    this.#delayMs = undefined;
  }

  /** The first heartbeats of this connection did not come back, although it is read since `readSinceMs`: the server does not replicate them. */
  isUnreturned(nowMs: number, readSinceMs: number | undefined): boolean {
    if (this.#delayMs !== undefined || this.#outstanding.length === 0 || readSinceMs === undefined) return false;
    return nowMs - Math.max(this.#outstanding[0]!, readSinceMs) > UNRETURNED_MS;
  }

  /** For how long what the master executed may be missing here, beyond what the records show. `unreadSinceMs`: its stream is not read since then. */
  stalledMs(nowMs: number, unreadSinceMs: number | undefined): number {
    if (unreadSinceMs !== undefined) return Math.max(0, nowMs - unreadSinceMs) + (this.#delayMs ?? 0);
    const oldest = this.#outstanding[0];
    return this.#delayMs === undefined || oldest === undefined ? 0 : Math.max(0, nowMs - oldest);
  }
}
