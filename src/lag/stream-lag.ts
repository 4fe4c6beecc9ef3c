/** The lag of every peer of one origin stream: what the origin does is told to each, an ack to the one it came from. */
import type { Offset } from "../stream/position.ts";
import { type ClockEstimate, type DataAtRisk, LagTracker, type PeerAck, type PeerLag, type Unread } from "./lag-tracker.ts";
import { MasterDelay } from "./master-delay.ts";

export class StreamLag {
  readonly master = new MasterDelay();
  readonly #peers: Map<string, LagTracker>;

  /** `peers` are the regions that the topology gives this stream to, connected or not: a silent peer's lag grows too. */
  constructor(peers: readonly string[]) {
    this.#peers = new Map(peers.map((peer) => [peer, new LagTracker()]));
  }

  /** One more, unless it is known: nothing of the history that is there is known to be applied at it. */
  add(peer: string, there: { readonly start: Offset; readonly end: Offset; readonly atMs: number } | undefined): void {
    if (this.#peers.has(peer)) return;
    const tracker = new LagTracker();
    if (there) tracker.begin(there);
    this.#peers.set(peer, tracker);
  }

  begin(options: { readonly start: Offset; readonly end: Offset; readonly atMs: number }): void {
    for (const tracker of this.#peers.values()) tracker.begin(options);
  }

  onRecord({ to, readAtMs, commands }: { readonly to: Offset; readonly readAtMs: number; readonly commands: number }): void {
    const executedAtMs = this.master.executedAtMs({ to, readAtMs });
    for (const tracker of this.#peers.values()) tracker.onRecord({ to, executedAtMs, commands });
  }

  onDurable(offset: Offset, atMs: number): void {
    for (const tracker of this.#peers.values()) tracker.onDurable(offset, atMs);
  }

  /** An ack of an older history must not come here. */
  onAck(ack: PeerAck & { readonly peer: string }, clock: ClockEstimate | undefined, nowMs: number): void {
    this.#peers.get(ack.peer)?.onAck(ack, clock, nowMs);
  }

  /** Undefined for a peer that this stream is not given to. */
  lag(peer: string, nowMs: number, unread?: Unread): PeerLag | undefined {
    return this.#peers.get(peer)?.lag(nowMs, this.master.stalledMs(nowMs, unread?.sinceMs), unread);
  }

  /** What would be lost with the origin if the peer that has most took over; undefined without peers. */
  atRisk(nowMs: number, unread?: Unread): (DataAtRisk & { readonly peer: string }) | undefined {
    const stalledMs = this.master.stalledMs(nowMs, unread?.sinceMs);
    const all = [...this.#peers].map(([peer, tracker]) => ({ peer, ...tracker.atRisk(nowMs, stalledMs, unread) }));
    return all.toSorted(
      (a, b) => Number(a.unacknowledged ?? false) - Number(b.unacknowledged ?? false) || a.bytes - b.bytes || a.ms - b.ms,
    )[0];
  }
}
