/** The lag of every peer of one origin stream: what the origin does is told to each, an ack to the one it came from. */
import type { Offset } from "../stream/position.ts";
import { type ClockEstimate, LagTracker, type PeerAck, type PeerLag } from "./lag-tracker.ts";

export class StreamLag {
  readonly #peers: ReadonlyMap<string, LagTracker>;

  /** `peers` are the regions that the topology gives this stream to, connected or not: a silent peer's lag grows too. */
  constructor(peers: readonly string[]) {
    this.#peers = new Map(peers.map((peer) => [peer, new LagTracker()]));
  }

  begin(options: { readonly start: Offset; readonly end: Offset; readonly atMs: number }): void {
    for (const tracker of this.#peers.values()) tracker.begin(options);
  }

  onRecord(record: { readonly to: Offset; readonly readAtMs: number }): void {
    for (const tracker of this.#peers.values()) tracker.onRecord(record);
  }

  onDurable(offset: Offset, atMs: number): void {
    for (const tracker of this.#peers.values()) tracker.onDurable(offset, atMs);
  }

  /** An ack of an older history must not come here. */
  onAck(ack: PeerAck & { readonly peer: string }, clock: ClockEstimate | undefined, nowMs: number): void {
    this.#peers.get(ack.peer)?.onAck(ack, clock, nowMs);
  }

  /** Undefined for a peer that this stream is not given to. */
  lag(peer: string, nowMs: number): PeerLag | undefined {
    return this.#peers.get(peer)?.lag(nowMs);
  }
}
