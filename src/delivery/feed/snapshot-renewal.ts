/**
 * A newer snapshot for replicas that begin, when the stored one is gone or leads to more records than it is worth. It is taken from a
 * replica that is attached here, which has the same history at the same offsets, so that neither the WAN nor the origin's master is
 * bothered; only without one, and without any snapshot, it is asked for where the stream comes from.
 */
import type { Logger } from "pino";
import { wrapError } from "../../errors.ts";
import { atMost } from "../../runtime/at-most.ts";
import type { Clock } from "../../runtime/clock.ts";
import type { HistoryLog, StoredSnapshot, StreamLog } from "../../stream/log.ts";
import type { AttachedReplica, Endpoint, FeedStats } from "./feed-stats.ts";

/** Beyond the size of the snapshot itself: below that a new one is not worth the replica's fork. */
const WORTHWHILE_BYTES = 16 * 1024 * 1024;
/** A snapshot that was asked for and does not come is asked for again. */
const ASK_AGAIN_MS = 30_000;

/** How a snapshot is taken or asked for; the feed itself speaks to nobody but its replicas. */
export type SnapshotSupply = {
  /** Stores another snapshot of the history in the journal, from the replica that listens there. */
  readonly take: (replica: Endpoint, history: HistoryLog, signal: AbortSignal) => Promise<void>;
  /** Asks where the stream comes from; asking twice is harmless. */
  readonly request: () => void;
};

export type SnapshotRenewalOptions = {
  readonly supply: SnapshotSupply;
  readonly journal: StreamLog;
  readonly replicas: () => readonly AttachedReplica[];
  readonly stats: FeedStats;
  readonly log: Logger;
  readonly clock: Clock;
  /** Of the feed: an attempt is shared by all sessions and outlives each of them. */
  readonly signal: AbortSignal;
};

export class SnapshotRenewal {
  readonly #options: SnapshotRenewalOptions;
  #attempt: Promise<boolean> | undefined;

  constructor(options: SnapshotRenewalOptions) {
    this.#options = options;
  }

  /** What a replica that begins is given; takes a newer one first where that is less to send. */
  async best(history: HistoryLog, stored: StoredSnapshot): Promise<StoredSnapshot> {
    const records = Number(history.boundary - stored.info.offset);
    if (records <= stored.rdbBytes + WORTHWHILE_BYTES || !(await this.#fromReplica(history))) return stored;
    return history.snapshot?.state === "complete" ? history.snapshot : stored;
  }

  /** There is none: returns once something has changed, or after a while. */
  async anew(history: HistoryLog, signal: AbortSignal): Promise<void> {
    if (history.snapshot === undefined) {
      if (await this.#fromReplica(history)) return;
      this.#options.supply.request();
    }
    await atMost(ASK_AGAIN_MS, signal, (over) => this.#options.journal.changed(over));
  }

  /** Whether a replica gave one; one attempt at a time, whoever waits for it. */
  #fromReplica(history: HistoryLog): Promise<boolean> {
    this.#attempt ??= this.#askReplicas(history).finally(() => (this.#attempt = undefined));
    return this.#attempt;
  }

  async #askReplicas(history: HistoryLog): Promise<boolean> {
    const { supply, replicas, stats, log, clock, signal } = this.#options;
    for (const { address, endpoint, acked } of replicas()) {
      if (endpoint === undefined || acked === undefined) continue;
      try {
        await supply.take(endpoint, history, signal);
        stats.snapshotsTaken++;
        log.info({ event: "feed.snapshot-taken", replica: address, history: history.id }, "took a snapshot from an attached replica");
        return true;
      } catch (cause) {
        if (signal.aborted) return false;
        const { code, message } = wrapError("INVARIANT", "a snapshot could not be taken", cause);
        stats.lastError = { message: `replica ${address} gave no snapshot: ${message}`, atMs: clock.nowMs() };
        log.warn({ event: "feed.snapshot-not-taken", replica: address, code }, stats.lastError.message);
      }
    }
    return false;
  }
}
