/** The newest ack of each peer, also while its link is down: what it said that it has, it has. */
import type { Mark, Stage } from "../../stream/log.ts";
import type { HistoryId, Offset } from "../../stream/position.ts";
import type { BehindAck } from "../../wire/frames.ts";
import type { PeerAck } from "./sender-session.ts";

export class PeerAcks {
  readonly byPeer = new Map<string, PeerAck>();
  readonly #listeners = new Set<() => void>();

  note(ack: PeerAck): void {
    this.byPeer.set(ack.peer, ack);
    for (const listener of [...this.#listeners]) listener();
  }

  /** How far the peer that is furthest is with this history; undefined when none has any of it. */
  furthest(history: HistoryId, stage: Stage): Offset | undefined {
    let furthest: Offset | undefined;
    for (const ack of this.byPeer.values()) {
      const offset = ack.history === history ? ack[stage]?.offset : undefined;
      if (offset !== undefined && (furthest === undefined || offset > furthest)) furthest = offset;
    }
    return furthest;
  }

  /** For the region that we have the stream from: what those behind us have of this history, by our clock, the nearest first. */
  behind(history: HistoryId): readonly BehindAck[] {
    return [...this.byPeer.values()]
      .filter((ack) => ack.history === history)
      .map(({ peer, received, durable, applied, clock }) => {
        const here = (mark: Mark) => ({ offset: mark.offset, atMs: Math.max(0, mark.atMs - (clock?.offsetMs ?? 0)) });
        return {
          region: peer,
          ...(received && { received: here(received) }),
          ...(durable && { durable: here(durable) }),
          ...(applied && { applied: here(applied) }),
        };
      });
  }

  /** Called after each ack. Returns the way to stop it. */
  onAck(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
