/**
 * How far behind one peer is with one stream, seen from the origin: bytes by stage, milliseconds by stage, and the age of
 * the oldest record that is not applied there (silence with records pending makes it grow). Pure: time comes as arguments.
 *
 *   read from the master ──T_write──▶ durable here ──T_network──▶ received there ──T_ack──▶ its `applied` ack is here
 *
 * T, from the first to the last, is measured on the origin's clock alone; the peer's clock only divides it. The points are
 * kept in this order, so parts are never negative and add up to T. A record that travels before it is durable here spends
 * that time in T_write. Ages of merged samples (`sample-ring.ts`) are those of their oldest record.
 */
import { Offset } from "../stream/position.ts";
import { type Quantiles, SlidingHistogram } from "./histogram.ts";
import { SampleRing } from "./sample-ring.ts";

/** A stage the peer reached, on the peer's clock. */
export type PeerMark = { readonly offset: Offset; readonly atMs: number };

export type PeerAck = { readonly received?: PeerMark; readonly durable?: PeerMark; readonly applied?: PeerMark };

/** The peer's clock minus ours, and how wrong that may be. */
export type ClockEstimate = { readonly offsetMs: number; readonly errorMs: number };

export type PeerLag = {
  /** Age of the oldest record not applied at the peer; 0 when it has everything. */
  readonly lagMs: number;
  /** Bytes of the stream that the peer does not have, by stage; a stage it never acknowledged is absent. */
  readonly behindBytes: { readonly received?: number; readonly durable?: number; readonly applied?: number };
  /** T_write, T_network, T_ack and T; what was not measured yet is absent. */
  readonly ms: { readonly write?: Quantiles; readonly network?: Quantiles; readonly ack?: Quantiles; readonly total?: Quantiles };
  /** ± of T_network: the error of the clock estimate. */
  readonly networkErrorMs?: number;
};

export class LagTracker {
  readonly #pending = new SampleRing();
  readonly #write = new SlidingHistogram();
  readonly #network = new SlidingHistogram();
  readonly #ack = new SlidingHistogram();
  readonly #total = new SlidingHistogram();
  /** Samples count bytes from here, which keeps them exact as floating point. */
  #base: Offset | undefined;
  #end: Offset | undefined;
  #unmeasuredTo = -1;
  #lastReadAtMs = 0;
  #received: Offset | undefined;
  #durable: Offset | undefined;
  #applied: Offset | undefined;
  #networkErrorMs: number | undefined;

  /**
   * Begins a history, or goes on with one after a restart: `start` … `end` lies in the journal and is not known to be
   * applied. It counts as pending since `atMs` until an ack covers it, and is left out of the durations.
   */
  begin(options: { readonly start: Offset; readonly end: Offset; readonly atMs: number }): void {
    this.#pending.clear();
    this.#received = this.#durable = this.#applied = undefined;
    this.#base = options.start;
    this.#end = options.end;
    this.#lastReadAtMs = options.atMs;
    this.#unmeasuredTo = this.#position(options.end);
    if (options.end > options.start) this.#pending.push(this.#unmeasuredTo, options.atMs);
  }

  /** The origin read a record. */
  onRecord(record: { readonly to: Offset; readonly readAtMs: number }): void {
    this.#base ??= record.to;
    if (this.#end !== undefined && record.to <= this.#end) return;
    this.#end = record.to;
    // Read-times rise, except after a step of the clock between two runs of the gateway.
    this.#lastReadAtMs = Math.max(this.#lastReadAtMs, record.readAtMs);
    this.#pending.push(this.#position(record.to), this.#lastReadAtMs);
  }

  /** The origin's journal holds everything up to `offset`. */
  onDurable(offset: Offset, atMs: number): void {
    this.#pending.markDurable(this.#position(offset), atMs);
  }

  /**
   * The peer acknowledged; marks carry its clock, `nowMs` is ours. Without `clock`, T_network and T_ack are not divided. An ack may take
   * back an earlier one: a target came back from a backup, a journal lost its unsynced end.
   */
  onAck(ack: PeerAck, clock: ClockEstimate | undefined, nowMs: number): void {
    if (this.#applied !== undefined && !reaches(ack.applied?.offset, this.#applied)) this.#reopen(nowMs);
    this.#received = ack.received?.offset;
    this.#durable = ack.durable?.offset;
    this.#applied = ack.applied?.offset;
    if (clock) {
      this.#networkErrorMs = clock.errorMs;
      if (ack.received) this.#pending.markReceived(this.#position(ack.received.offset), ack.received.atMs - clock.offsetMs);
    }
    if (ack.applied === undefined) return;
    const applied = this.#position(ack.applied.offset);
    const take = (readAtMs: number, durableAtMs: number, receivedAtMs: number, to: number) => {
      if (to > this.#unmeasuredTo) this.#measure(readAtMs, durableAtMs, receivedAtMs, nowMs);
    };
    while (this.#pending.shift(applied, take));
  }

  lag(nowMs: number): PeerLag {
    const oldest = this.#pending.oldestReadAtMs;
    return {
      lagMs: oldest === undefined ? 0 : Math.max(0, nowMs - oldest),
      behindBytes: present({
        received: this.#behind(this.#received),
        durable: this.#behind(this.#durable),
        applied: this.#behind(this.#applied),
      }),
      ms: present({
        write: this.#write.quantiles(nowMs),
        network: this.#network.quantiles(nowMs),
        ack: this.#ack.quantiles(nowMs),
        total: this.#total.quantiles(nowMs),
      }),
      ...present({ networkErrorMs: this.#networkErrorMs }),
    };
  }

  /** What was taken out as applied is pending again, from now on: when it was read is not known any more. */
  #reopen(nowMs: number): void {
    if (this.#end === undefined || this.#pending.count > 0) return;
    this.#unmeasuredTo = this.#position(this.#end);
    this.#pending.push(this.#unmeasuredTo, Math.max(this.#lastReadAtMs, nowMs));
  }

  #measure(readAtMs: number, durableAtMs: number, receivedAtMs: number, nowMs: number): void {
    const end = Math.max(readAtMs, nowMs);
    const durable = Number.isNaN(durableAtMs) ? readAtMs : clamp(durableAtMs, readAtMs, end);
    this.#total.add(end - readAtMs, nowMs);
    if (!Number.isNaN(durableAtMs)) this.#write.add(durable - readAtMs, nowMs);
    if (Number.isNaN(receivedAtMs)) return;
    const received = clamp(receivedAtMs, durable, end);
    this.#network.add(received - durable, nowMs);
    this.#ack.add(end - received, nowMs);
  }

  #position(offset: Offset): number {
    return this.#base === undefined ? 0 : Offset.distance(this.#base, offset);
  }

  #behind(offset: Offset | undefined): number | undefined {
    if (offset === undefined || this.#end === undefined) return undefined;
    return Math.max(0, Offset.distance(offset, this.#end));
  }
}

function reaches(offset: Offset | undefined, wanted: Offset): boolean {
  return offset !== undefined && offset >= wanted;
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}

/** The same without its undefined fields. */
function present<T extends Record<string, unknown>>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
