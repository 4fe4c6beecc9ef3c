/**
 * How far behind one peer is with one stream, seen from the origin: bytes by stage, milliseconds by stage, what would be lost with the
 * origin, and how old the oldest record is that is not applied there (silence makes it grow). Pure: time comes as arguments.
 *
 *   executed by the master ──T_write──▶ durable here ──T_network──▶ received there ──T_ack──▶ its `applied` ack is here
 *
 * T, from the first to the last, is measured on the origin's clock alone; the peer's clock only divides it. The points are
 * kept in this order, so parts are never negative and add up to T. A record that travels before it is durable here is taken for
 * durable when it left, by the quickest way that the clock estimate allows. Ages of merged samples (`sample-ring.ts`) are those of their oldest record.
 */
import { Offset } from "../stream/position.ts";
import { type Quantiles, SlidingHistogram } from "./histogram.ts";
import { type Sample, SampleRing } from "./sample-ring.ts";

/** A stage the peer reached, on the peer's clock. */
export type PeerMark = { readonly offset: Offset; readonly atMs: number };

export type PeerAck = { readonly received?: PeerMark; readonly durable?: PeerMark; readonly applied?: PeerMark };

/** The peer's clock minus ours, and how wrong that may be: half of the shortest round trip. */
export type ClockEstimate = { readonly offsetMs: number; readonly errorMs: number };

export type PeerLag = {
  /**
   * Age of the oldest command that is not known to be applied at the peer; with everything applied the round trip of the link, below
   * which nothing can be known.
   */
  readonly lagMs: number;
  /** Bytes of the stream that the peer does not have, those that were not read here either included, by stage; a stage it never acknowledged is absent. */
  readonly behindBytes: { readonly received?: number; readonly durable?: number; readonly applied?: number };
  /** T_write, T_network, T_ack and T; `visible`: executed to applied there. What was not measured yet is absent. */
  readonly ms: {
    readonly write?: Quantiles;
    readonly network?: Quantiles;
    readonly ack?: Quantiles;
    readonly total?: Quantiles;
    readonly visible?: Quantiles;
  };
  /** ± of T_network and of `visible`: the error of the clock estimate. */
  readonly networkErrorMs?: number;
  readonly atRisk: DataAtRisk;
};

/** What of the master's stream was not read here, as far as is known. */
export type Unread = {
  readonly bytes: number;
  /** It is not read at all since then. */
  readonly sinceMs: number | undefined;
};

/** What would be lost if the origin vanished now: what the peer does not have durably. Heartbeats and PINGs of the master count. */
export type DataAtRisk = {
  readonly bytes: number;
  /** Of them, what the master has and was not read here yet; absent where nothing says that there is any. */
  readonly unreadBytes?: number;
  /** The master is not read: it may have more than it said last. */
  readonly atLeast?: true;
  /** Of what was read here. Absent while nothing says how large a command is. */
  readonly commands?: number;
  /** Some of them were executed before this gateway started, or taken back: their number follows from the mean size of a command. */
  readonly commandsEstimated?: true;
  /** Age of the oldest of them. */
  readonly ms: number;
  /** The peer has acknowledged nothing of this history since this gateway started: all that the journal holds is counted, and its data set may be missing too. */
  readonly unacknowledged?: true;
};

const NOTHING_UNREAD: Unread = { bytes: 0, sinceMs: undefined };

export class LagTracker {
  readonly #pending = new SampleRing();
  readonly #write = new SlidingHistogram();
  readonly #network = new SlidingHistogram();
  readonly #ack = new SlidingHistogram();
  readonly #total = new SlidingHistogram();
  readonly #visible = new SlidingHistogram();
  /** Samples count bytes from here, which keeps them exact as floating point. */
  #base: Offset | undefined;
  #end: Offset | undefined;
  /** Commands counted since `begin`, and the bytes in which they came. */
  #commands = 0;
  #commandBytes = 0;
  #unmeasuredTo = -1;
  #lastExecutedAtMs = 0;
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
    this.#commands = this.#commandBytes = 0;
    this.#lastExecutedAtMs = options.atMs;
    this.#unmeasuredTo = this.#position(options.end);
    if (options.end > options.start) this.#pending.push(this.#unmeasuredTo, options.atMs, 0);
  }

  /** The origin read a record. */
  onRecord(record: { readonly to: Offset; readonly executedAtMs: number; readonly commands: number }): void {
    this.#base ??= record.to;
    if (this.#end !== undefined) {
      if (record.to <= this.#end) return;
      this.#commandBytes += Offset.distance(this.#end, record.to);
    }
    this.#commands += record.commands;
    this.#end = record.to;
    // Times rise, except after a step of the clock between two runs of the gateway, and where a later heartbeat was slower.
    this.#lastExecutedAtMs = Math.max(this.#lastExecutedAtMs, record.executedAtMs);
    this.#pending.push(this.#position(record.to), this.#lastExecutedAtMs, this.#commands);
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
    const appliedAtMs = clock ? ack.applied.atMs - clock.offsetMs : Number.NaN;
    for (let sample = this.#pending.shift(applied); sample !== undefined; sample = this.#pending.shift(applied)) {
      if (sample.to > this.#unmeasuredTo) this.#measure(sample, appliedAtMs, nowMs);
    }
  }

  /** `stalledMs`: for how long what the master executed may be missing even here (`master-delay.ts`). */
  lag(nowMs: number, stalledMs = 0, unread?: Unread): PeerLag {
    const oldest = this.#pending.oldestAtMs;
    // Nothing newer than one round trip ago can be known.
    const floorMs = this.#networkErrorMs === undefined ? (this.#total.last ?? 0) : 2 * this.#networkErrorMs;
    return {
      lagMs: Math.max(oldest === undefined ? 0 : nowMs - oldest, floorMs, stalledMs),
      behindBytes: present({
        received: this.#behind(this.#received, unread),
        durable: this.#behind(this.#durable, unread),
        applied: this.#behind(this.#applied, unread),
      }),
      ms: present({
        write: this.#write.quantiles(nowMs),
        network: this.#network.quantiles(nowMs),
        ack: this.#ack.quantiles(nowMs),
        total: this.#total.quantiles(nowMs),
        visible: this.#visible.quantiles(nowMs),
      }),
      ...present({ networkErrorMs: this.#networkErrorMs }),
      atRisk: this.atRisk(nowMs, stalledMs, unread),
    };
  }

  atRisk(nowMs: number, stalledMs = 0, unread: Unread = NOTHING_UNREAD): DataAtRisk {
    const durable = this.#durable === undefined ? 0 : this.#position(this.#durable);
    const bytes = this.#end === undefined ? 0 : Math.max(0, this.#position(this.#end) - durable);
    // Before this point commands were not counted: they come from before the start, or an ack was taken back.
    const countedFrom = Math.max(durable, this.#unmeasuredTo, this.#pending.shiftedTo);
    const counted = this.#commands - (this.#pending.beyond(countedFrom)?.commandsBefore ?? this.#commands);
    const uncountedBytes = countedFrom - durable;
    const isEstimate = bytes > 0 && uncountedBytes > 0;
    const perByte = this.#commandBytes === 0 ? undefined : this.#commands / this.#commandBytes;
    const commands = isEstimate ? perByte && counted + Math.round(uncountedBytes * perByte) : counted;
    const oldest = bytes === 0 ? undefined : this.#pending.beyond(durable);
    return {
      bytes: bytes + unread.bytes,
      ...(unread.bytes > 0 && { unreadBytes: unread.bytes }),
      ...(unread.sinceMs !== undefined && { atLeast: true }),
      ...present({ commands }),
      ...(isEstimate && commands !== undefined && { commandsEstimated: true }),
      ms: Math.max(0, stalledMs, oldest === undefined ? 0 : nowMs - oldest.executedAtMs),
      ...(this.#durable === undefined && { unacknowledged: true }),
    };
  }

  /** What was taken out as applied is pending again, from now on: when it was executed is not known any more. */
  #reopen(nowMs: number): void {
    if (this.#end === undefined || this.#pending.count > 0) return;
    this.#unmeasuredTo = this.#position(this.#end);
    this.#pending.push(this.#unmeasuredTo, Math.max(this.#lastExecutedAtMs, nowMs), this.#commands);
  }

  /** No way is shorter than half of the shortest round trip: where the clock estimate would say so, it is the estimate that errs. */
  #measure({ executedAtMs, durableAtMs, receivedAtMs }: Sample, appliedAtMs: number, nowMs: number): void {
    const end = Math.max(executedAtMs, nowMs);
    const isTimed = !Number.isNaN(receivedAtMs);
    const wayMs = isTimed ? Math.min(this.#networkErrorMs ?? 0, (end - executedAtMs) / 2) : 0;
    const received = clamp(receivedAtMs, executedAtMs + wayMs, end - wayMs);
    const durable = clamp(Number.isNaN(durableAtMs) ? executedAtMs : durableAtMs, executedAtMs, isTimed ? received - wayMs : end);
    this.#total.add(end - executedAtMs, nowMs);
    if (!Number.isNaN(durableAtMs)) this.#write.add(durable - executedAtMs, nowMs);
    if (!isTimed) return;
    this.#network.add(received - durable, nowMs);
    this.#ack.add(end - received, nowMs);
    if (!Number.isNaN(appliedAtMs)) this.#visible.add(clamp(appliedAtMs, received, end - wayMs) - executedAtMs, nowMs);
  }

  #position(offset: Offset): number {
    return this.#base === undefined ? 0 : Offset.distance(this.#base, offset);
  }

  #behind(offset: Offset | undefined, { bytes }: Unread = NOTHING_UNREAD): number | undefined {
    if (offset === undefined || this.#end === undefined) return undefined;
    return Math.max(0, Offset.distance(offset, this.#end)) + bytes;
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
