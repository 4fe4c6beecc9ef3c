/**
 * Pings with timestamps, and liveness. Any byte from the peer proves life: a large frame on a slow line arrives for longer
 * than a pong may take. Time in which we ourselves did not read does not count, nor does a stall of this process:
 * silence is counted in rounds of the event loop's own timer.
 */
import { GatewayError } from "../../errors.ts";
import type { Clock } from "../../runtime/clock.ts";
import { sleep } from "../../runtime/sleep.ts";
import type { Head, PingFrame, PongFrame } from "../../wire/frames.ts";
import { type ClockEstimate, ClockOffset } from "./clock-offset.ts";
import type { LinkConnection } from "./connection.ts";

export const DEFAULT_LIVENESS_MS = 5000;
const PING_INTERVAL_MS = 1000;
/** A peer that sends pings and reads nothing gets no more pongs. */
const MAX_BUFFERED_BYTES = 8 * 1024 * 1024;
const MAX_PENDING_PINGS = 16;

export class Heartbeat {
  readonly #connection: LinkConnection;
  readonly #clock: Clock;
  readonly #livenessMs: number;
  readonly #heads: () => readonly Head[];
  readonly #offset = new ClockOffset();
  /** When each unanswered ping was sent. */
  readonly #pending = new Map<number, number>();
  #nextId = 1;

  constructor(options: {
    readonly connection: LinkConnection;
    readonly clock: Clock;
    readonly livenessMs: number;
    readonly heads?: () => readonly Head[];
  }) {
    this.#connection = options.connection;
    this.#clock = options.clock;
    this.#livenessMs = options.livenessMs;
    this.#heads = options.heads ?? (() => []);
  }

  get estimate(): ClockEstimate | undefined {
    return this.#offset.estimate;
  }

  /** Ends the connection with LINK_CONNECTION when the peer falls silent. */
  async run(signal: AbortSignal): Promise<void> {
    const intervalMs = Math.min(PING_INTERVAL_MS, this.#livenessMs / 4);
    let heardBytes = this.#connection.bytesReceived;
    let silentMs = 0;
    while (!signal.aborted) {
      this.#ping();
      await sleep(intervalMs, signal);
      const bytes = this.#connection.bytesReceived;
      silentMs = this.#connection.isPaused || bytes !== heardBytes ? 0 : silentMs + intervalMs;
      heardBytes = bytes;
      if (silentMs >= this.#livenessMs) {
        this.#connection.fail(new GatewayError("LINK_CONNECTION", "the peer is silent", { details: { silentMs } }));
      }
    }
  }

  ping(frame: PingFrame): void {
    const receivedAtMs = this.#clock.nowMs();
    if (this.#connection.bufferedBytes > MAX_BUFFERED_BYTES) return;
    this.#connection.send({ kind: "pong", id: frame.id, pingSentAtMs: frame.sentAtMs, receivedAtMs, sentAtMs: this.#clock.nowMs() });
  }

  pong(frame: PongFrame): void {
    const pingSentAtMs = this.#pending.get(frame.id);
    if (pingSentAtMs === undefined) return;
    this.#pending.delete(frame.id);
    this.#offset.add({
      pingSentAtMs,
      pingReceivedAtMs: frame.receivedAtMs,
      pongSentAtMs: frame.sentAtMs,
      pongReceivedAtMs: this.#clock.nowMs(),
    });
  }

  #ping(): void {
    if (this.#pending.size >= MAX_PENDING_PINGS) this.#pending.clear();
    const id = this.#nextId++;
    const sentAtMs = this.#clock.nowMs();
    this.#pending.set(id, sentAtMs);
    this.#connection.send({ kind: "ping", id, sentAtMs, heads: this.#heads() });
  }
}
