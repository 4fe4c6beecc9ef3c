/**
 * Takes another snapshot of the history that is being streamed, over a connection of its own, when a peer needs one that the
 * journal no longer has: peers that have not lost their place are not disturbed. Requests made meanwhile share it.
 */
import type { Logger } from "pino";
import { GatewayError } from "../errors.ts";
import type { Clock } from "../runtime/clock.ts";
import { Notice } from "../runtime/notice.ts";
import type { HistoryLog, StoredSnapshot, StreamLog } from "../stream/log.ts";
import type { Offset } from "../stream/position.ts";
import { receiveSnapshot } from "./full-sync.ts";
import { type MasterAddress, MasterConnection } from "./master-connection.ts";
import { psync } from "./psync.ts";
import type { SourceStats } from "./stats.ts";

export type SnapshotTakerOptions = {
  readonly address: MasterAddress;
  readonly listeningPort: number;
  readonly journal: StreamLog;
  readonly log: Logger;
  readonly clock: Clock;
  readonly stats: SourceStats;
};

/** The standing order that outlives attempts: set by peers, cleared by a snapshot. */
export class SnapshotOrder {
  readonly #placed = new Notice();
  #wanted = false;
  #beyond: Offset | undefined;

  /** `beyond`: only a later snapshot is of use to who orders it; undefined: any is. */
  place(beyond?: Offset): void {
    this.#wanted = true;
    if (beyond !== undefined && (this.#beyond === undefined || beyond > this.#beyond)) this.#beyond = beyond;
    this.#placed.wake();
  }

  /** Whether this snapshot is what was ordered. */
  isServedBy(snapshot: StoredSnapshot | undefined): boolean {
    return snapshot !== undefined && (this.#beyond === undefined || snapshot.info.offset > this.#beyond);
  }

  fulfil(): void {
    this.#wanted = false;
    this.#beyond = undefined;
  }

  async placed(signal: AbortSignal): Promise<void> {
    while (!this.#wanted && !signal.aborted) await this.#placed.wait(signal);
  }
}

export class SnapshotTaker {
  readonly #options: SnapshotTakerOptions;
  readonly #order: SnapshotOrder;

  constructor(options: SnapshotTakerOptions & { readonly order: SnapshotOrder }) {
    this.#options = options;
    this.#order = options.order;
  }

  async run(signal: AbortSignal): Promise<void> {
    for (;;) {
      await this.#order.placed(signal);
      if (signal.aborted) return;
      const history = this.#options.journal.current;
      // A history that is just arriving brings its own snapshot.
      if (history !== undefined && !this.#order.isServedBy(history.snapshot)) await this.#take(history, signal);
      this.#order.fulfil();
    }
  }

  #take(history: HistoryLog, signal: AbortSignal): Promise<void> {
    const { stats } = this.#options;
    return takeSnapshot({ ...this.#options, history, onFullSync: () => stats.fullSyncs++ }, signal);
  }
}

export type TakingOptions = Omit<SnapshotTakerOptions, "stats"> & {
  readonly history: HistoryLog;
  /** The server began to send one. */
  readonly onFullSync: () => void;
};

/**
 * Stores another snapshot of the history. The server has to be where the history is: its master, or a replica that is fed from it.
 * Throws as `psync` does, and SOURCE_NOT_READY when it has another history.
 */
export async function takeSnapshot(options: TakingOptions, signal: AbortSignal): Promise<void> {
  const { address, listeningPort, journal, history, clock, log, onFullSync } = options;
  const connection = await MasterConnection.open({ address, clock }, signal);
  try {
    const reply = await psync({ connection, address, listeningPort, resume: undefined }, signal);
    if (reply.kind !== "full" || reply.replid !== history.tail.replid || reply.offset < history.start) {
      throw new GatewayError("SOURCE_NOT_READY", "the server's snapshot does not belong to the history that is streamed");
    }
    const { replid, offset } = reply;
    onFullSync();
    // Until the log is there, the snapshot stays at the server and not in our memory (BOUNDED).
    connection.pause();
    await reached(journal, history, offset, signal);
    connection.resume();
    log.info({ event: "source.snapshot-started", history: history.id, offset }, "taking another snapshot");
    await receiveSnapshot({ connection, replid, offset, begin: (info) => history.beginSnapshot(info) }, signal);
    log.info({ event: "source.snapshot-finished", history: history.id, offset }, "took another snapshot");
  } finally {
    connection.close();
  }
}

/** The stream's own connection may be a moment behind the fork: readers go on from `offset`, so the log must have it. */
async function reached(journal: StreamLog, history: HistoryLog, offset: Offset, signal: AbortSignal): Promise<void> {
  while (history.tail.offset < offset && !signal.aborted) {
    if (journal.current !== history)
      throw new GatewayError("SOURCE_NOT_READY", "another history took the place of the one that is streamed");
    await new Promise<void>((resolve) => {
      const done = () => {
        stop();
        signal.removeEventListener("abort", done);
        resolve();
      };
      const stop = journal.onProgress(done);
      signal.addEventListener("abort", done);
    });
  }
}
