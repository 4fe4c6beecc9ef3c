/**
 * The journal of one stream: its histories, how far each is durable, and who still reads what.
 *
 *   <folder>/                                  one stream
 *     0000000007-9f86d081884c7d65/             one history: a growing number, then its id; the highest whole one is current
 *       00000000000000001234.seg               records, from the offset in the name on            (segment.ts)
 *       5feceb66ffc86f38.chunks                a snapshot's chunks, whole or still arriving       (snapshot-file.ts)
 *       snapshot.json                          names the whole snapshot; without it the history is arriving
 *     0000000006-….deleted/                    being removed
 */
import { writevSync } from "node:fs";
import { mkdir, open, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { GatewayError } from "../errors.ts";
import { Notice } from "../runtime/notice.ts";
import { sleep } from "../runtime/sleep.ts";
import type { HistoryLog, Mark, Progress, SnapshotInfo, SnapshotWriter, StreamLog } from "../stream/log.ts";
import { HistoryId, type Offset, type Position, type StreamId } from "../stream/position.ts";
import { type JournalContext, type JournalSettings, noCounters, type OpenFile, type WriteNow } from "./context.ts";
import { DiskHealth } from "./disk-health.ts";
import { removeFolder } from "./files.ts";
import { History } from "./history.ts";
import { endAtStartOf, firstSegment, type RecoveredHistory, recoverHistory, reportDamage } from "./recovery.ts";
import { planRetention, type RetentionLimits } from "./retention.ts";
import { SnapshotStore } from "./snapshot-store.ts";
import { type JournalStats, statsOf } from "./stats.ts";

export type { JournalStats } from "./stats.ts";

export type StreamJournalOptions = JournalSettings & {
  readonly retention: RetentionLimits;
  /** How long to wait before a refused write is tried again; 1 s. */
  readonly retryMs?: number;
  /** The disk begins to refuse what is written, or takes it again. */
  readonly onDiskChange?: () => void;
  /** For tests that need a sick disk. */
  readonly openFile?: OpenFile;
  readonly writeNow?: WriteNow;
};

/** How often `everysec` syncs and retention looks. */
const HOUSEKEEPING_MS = 1000;
const DEFAULT_RETRY_MS = 1000;
/** Of the size limit, taken by what readers still need: said once above the first, and again only after it was below the second. */
const NEARLY_FULL = 0.75;
const ROOM_AGAIN = 0.5;
/** Dropping what a reader needs is said once per this time, with the sum. */
const DROPPED_LOG_MS = 60_000;
export const HISTORY_FOLDER = /^(\d{10})-([0-9a-f]{16})$/;

export class StreamJournal implements StreamLog {
  readonly stream: StreamId;
  readonly #context: JournalContext;
  /** Another one holds from the next look on. */
  retention: RetentionLimits;
  readonly #changed = new Notice();
  readonly #listeners = new Set<() => void>();
  readonly #readers = new Map<string, Position | undefined>();
  /** Removals of forgotten histories, and what else ends by itself. */
  readonly #removals = new Set<Promise<void>>();
  readonly #closing = new AbortController();
  #current: History | undefined;
  #arriving: History | undefined;
  #applied: Mark | undefined;
  #nextNumber = 1;
  #progressPlanned = false;
  #nearlyFull = false;
  #droppedLogged = { atMs: Number.NEGATIVE_INFINITY, bytes: 0 };

  private constructor(options: StreamJournalOptions) {
    const { folder, stream, fsync, writtenBy, memoryBytes, segmentBytes, maxPendingBytes, log, clock } = options;
    this.stream = stream;
    this.retention = options.retention;
    this.#context = {
      ...{ folder, stream, fsync, writtenBy, memoryBytes, segmentBytes, maxPendingBytes, log, clock },
      retryMs: options.retryMs ?? DEFAULT_RETRY_MS,
      openFile: options.openFile ?? open,
      writeNow: options.writeNow ?? ((file, buffers, position) => writevSync(file.fd, buffers, position)),
      health: new DiskHealth(log, options.onDiskChange),
      counters: noCounters(),
    };
  }

  /** Throws JOURNAL_CORRUPT when the folder holds files of another stream, JOURNAL_VERSION when of another version. What is damaged is mended (`JournalWriter`). */
  static async open(options: StreamJournalOptions): Promise<StreamJournal> {
    const journal = new StreamJournal(options);
    await mkdir(options.folder, { recursive: true });
    await journal.#recover(await readdir(options.folder));
    return journal;
  }

  get current(): HistoryLog | undefined {
    return this.#current;
  }

  get arriving(): HistoryLog | undefined {
    return this.#arriving;
  }

  get progress(): Progress | undefined {
    if (this.#current === undefined) return undefined;
    const { id, received, durable } = this.#current;
    return { history: id, received, durable, ...(this.#applied === undefined ? {} : { applied: this.#applied }) };
  }

  get hasRoom(): boolean {
    return this.#fullHistory === undefined;
  }

  get #histories(): readonly History[] {
    return [this.#current, this.#arriving].filter((history) => history !== undefined);
  }

  get #fullHistory(): History | undefined {
    return this.#histories.find((history) => !history.hasRoom);
  }

  startHistory(id: HistoryId, snapshot: SnapshotInfo): { readonly history: HistoryLog; readonly writer: SnapshotWriter } {
    if (this.#arriving !== undefined) this.#forget(this.#arriving);
    const folder = join(this.#context.folder, `${String(this.#nextNumber++).padStart(10, "0")}-${id}`);
    const segment = firstSegment(folder, snapshot);
    const empty = { segments: [segment], end: endAtStartOf(segment), whole: undefined, unfinished: undefined };
    const history = this.#makeHistory(id, folder, empty);
    this.#arriving = history;
    return { history, writer: history.beginSnapshot(snapshot) };
  }

  async ready(signal: AbortSignal): Promise<void> {
    for (let full = this.#fullHistory; full !== undefined && !signal.aborted; full = this.#fullHistory) await full.changed(signal);
  }

  changed(signal: AbortSignal): Promise<void> {
    return this.#changed.wait(signal);
  }

  markApplied(position: Position | undefined): void {
    if (position?.offset === this.#applied?.offset || (position && position.history !== this.#current?.id)) return;
    this.#applied = position && { offset: position.offset, atMs: this.#context.clock.nowMs() };
    this.#planProgress();
  }

  onProgress(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  retain(reader: string, needed: Position | undefined): void {
    this.#readers.set(reader, needed);
  }

  stats(): JournalStats {
    return statsOf({ context: this.#context, current: this.#current, arriving: this.#arriving });
  }

  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.keepHouse();
      await sleep(HOUSEKEEPING_MS, signal);
    }
  }

  /** One round of what `run` does: `everysec` syncs, and retention. */
  async keepHouse(): Promise<void> {
    try {
      if (this.#context.fsync === "everysec") await Promise.all(this.#histories.map((history) => history.sync()));
      await this.#retain();
      this.#context.health.worked(this);
    } catch (error) {
      this.#context.health.failed(this, error);
    }
  }

  /** Writes what the disk takes. A polite end only: `kill -9` is the contract. */
  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.all(this.#histories.map((history) => history.close()));
    await Promise.all(this.#removals);
  }

  async #recover(names: readonly string[]): Promise<void> {
    for (const name of names.filter((found) => found.endsWith(".deleted"))) {
      await rm(join(this.#context.folder, name), { recursive: true, force: true });
    }
    for (const name of names
      .filter((found) => HISTORY_FOLDER.test(found))
      .sort()
      .reverse()) {
      const [, number, text] = HISTORY_FOLDER.exec(name) as unknown as [string, string, string];
      const id = HistoryId.of(text);
      const folder = join(this.#context.folder, name);
      this.#nextNumber = Math.max(this.#nextNumber, Number(number) + 1);
      const found = this.#current === undefined ? await recoverHistory({ context: this.#context, folder, history: id }) : undefined;
      if (found?.whole !== undefined) this.#current = this.#makeHistory(id, folder, found);
      else if (found !== undefined && this.#arriving === undefined) this.#arriving = this.#makeHistory(id, folder, found);
      else await removeFolder(folder);
    }
  }

  #makeHistory(id: HistoryId, folder: string, found: RecoveredHistory): History {
    const context = this.#context;
    const history: History = new History({
      ...{ context, id, folder, segments: found.segments, end: found.end },
      snapshots: new SnapshotStore({
        ...{ context, history: id, folder, whole: found.whole, unfinished: found.unfinished },
        onEvent: (event) => this.#snapshotChanged(history, event),
        onDamage: (error) => this.#snapshotDamaged(history, error),
      }),
      onProgress: () => {
        if (history === this.#current) this.#planProgress();
      },
      onDamage: (error, lostAt) => this.#later(this.#mend(history, error, lostAt)),
    });
    return history;
  }

  /**
   * Opens a damaged history anew, without what is lost (`recovery.ts`). Until then it stays in its place, retired, so that nobody takes
   * its absence for a reason to begin anew.
   */
  async #mend(history: History, cause: GatewayError, lostAt: Offset): Promise<void> {
    const context = this.#context;
    reportDamage(context, cause);
    for (;;) {
      try {
        await history.leave();
        const found = await recoverHistory({ context, folder: history.folder, history: history.id, lostAt });
        if (this.#closing.signal.aborted || !this.#histories.includes(history)) return;
        const mended = found && this.#makeHistory(history.id, history.folder, found);
        if (this.#arriving === history) this.#arriving = mended;
        else this.#current = mended;
        if (mended === undefined) await removeFolder(history.folder);
        context.health.worked(history);
        this.#planProgress();
        return this.#changed.wake();
      } catch (error) {
        context.health.failed(history, error);
        await sleep(context.retryMs, this.#closing.signal);
        if (this.#closing.signal.aborted) return context.health.forget(history);
      }
    }
  }

  /** A reader needs it and cannot have it: the peer is asked for all of the history, or the master for another snapshot. */
  #snapshotDamaged(history: History, cause: GatewayError): void {
    reportDamage(this.#context, cause);
    if (this.#context.writtenBy === "peer") this.#forget(history);
    else history.snapshots.dropDamaged();
  }

  #snapshotChanged(history: History, event: "begun" | "complete" | "aborted"): void {
    if (event === "complete" && history === this.#arriving) this.#promote(history);
    if (event === "aborted" && history === this.#arriving) this.#forget(history);
    this.#changed.wake();
  }

  /** SNAPSHOT_BEFORE_POSITION: only here does a new history's position become what this gateway says it has. */
  #promote(history: History): void {
    const older = this.#current;
    this.#current = history;
    this.#arriving = undefined;
    this.#applied = undefined;
    if (older !== undefined) this.#forget(older);
    this.#planProgress();
  }

  #forget(history: History): void {
    if (history === this.#arriving) this.#arriving = undefined;
    if (history === this.#current) {
      this.#current = undefined;
      this.#applied = undefined;
    }
    const removal = history
      .retire()
      .then(() => removeFolder(history.folder))
      .catch((error: unknown) => {
        this.#context.log.warn(
          { event: "journal.removal-failed", folder: history.folder, err: error },
          "a forgotten history could not be removed",
        );
      });
    this.#later(removal);
    this.#planProgress();
    this.#changed.wake();
  }

  #later(work: Promise<void>): void {
    const ended = work.finally(() => this.#removals.delete(ended));
    this.#removals.add(ended);
  }

  #planProgress(): void {
    if (this.#progressPlanned) return;
    this.#progressPlanned = true;
    setImmediate(() => {
      this.#progressPlanned = false;
      for (const listener of [...this.#listeners]) listener();
    });
  }

  async #retain(): Promise<void> {
    const history = this.#current;
    if (history === undefined) return;
    const { clock, counters } = this.#context;
    const plan = planRetention({
      segments: history.segments,
      limits: this.retention,
      needed: this.#needed(history),
      nowMs: clock.nowMs(),
    });
    this.#warnBeforeFull(plan.heldBytes);
    await history.dropOldest(plan.drop);
    counters.droppedNeededBytes += plan.neededBytes;
    if (counters.droppedNeededBytes > this.#droppedLogged.bytes && clock.nowMs() - this.#droppedLogged.atMs > DROPPED_LOG_MS)
      this.#logDropped();
  }

  /** Said before anything needed is dropped, once until there is room again (NEVER_SILENT). */
  #warnBeforeFull(neededBytes: number): void {
    const { log, counters } = this.#context;
    const limitBytes = this.retention.bytes;
    counters.neededBytes = neededBytes;
    if (neededBytes < limitBytes * ROOM_AGAIN) this.#nearlyFull = false;
    if (this.#nearlyFull || neededBytes <= limitBytes * NEARLY_FULL) return;
    this.#nearlyFull = true;
    log.error(
      { event: "journal.nearly-full", neededBytes, limitBytes },
      "a reader is so far behind that the journal will soon have to drop what it needs: bring it back, or raise journal.retention.bytes",
    );
  }

  #logDropped(): void {
    const { clock, counters, log } = this.#context;
    const bytes = counters.droppedNeededBytes - this.#droppedLogged.bytes;
    this.#droppedLogged = { atMs: clock.nowMs(), bytes: counters.droppedNeededBytes };
    log.error({ event: "journal.dropped-needed", bytes }, "the journal reached its size limit and dropped what a reader still needs");
  }

  #needed(history: History): Position["offset"] | "everything" | undefined {
    let oldest: Position["offset"] | undefined;
    for (const position of this.#readers.values()) {
      if (position?.history !== history.id) return "everything";
      if (oldest === undefined || position.offset < oldest) oldest = position.offset;
    }
    return oldest;
  }
}
