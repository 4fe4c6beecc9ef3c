/** The snapshots of one history: at most one that is whole and one that is still arriving. */
import { rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { GatewayError } from "../errors.ts";
import type { SnapshotInfo, StoredSnapshot } from "../stream/log.ts";
import type { HistoryId, Offset } from "../stream/position.ts";
import type { JournalContext } from "./context.ts";
import { RdbChecksum } from "./rdb-checksum.ts";
import { chunkFileName, EMPTY_EXTENT, type UnfinishedSnapshot, type WholeSnapshot } from "./snapshot-file.ts";
import { SnapshotFile } from "./snapshot-reader.ts";
import { ChunkWriter } from "./snapshot-writer.ts";

export type SnapshotStoreOptions = {
  readonly context: JournalContext;
  readonly history: HistoryId;
  /** The history's folder. */
  readonly folder: string;
  readonly whole: WholeSnapshot | undefined;
  readonly unfinished: UnfinishedSnapshot | undefined;
  readonly onEvent: (event: "begun" | "complete" | "aborted") => void;
  /** A reader found one of them damaged or missing. */
  readonly onDamage: (error: GatewayError) => void;
};

export class SnapshotStore {
  readonly #options: SnapshotStoreOptions;
  /** Removals of replaced files. */
  readonly #removals = new Set<Promise<void>>();
  #whole: SnapshotFile | undefined;
  #writer: ChunkWriter | undefined;

  constructor(options: SnapshotStoreOptions) {
    this.#options = options;
    const { whole, unfinished } = options;
    if (whole !== undefined) this.#whole = this.#file(whole, "complete");
    if (unfinished !== undefined) this.#writer = this.#write(this.#file(unfinished, "arriving"), unfinished.checksum);
  }

  get pendingBytes(): number {
    return this.#writer?.pendingBytes ?? 0;
  }

  get unfinished(): ChunkWriter | undefined {
    return this.#writer;
  }

  /** The whole snapshot if the log goes on from it, else the arriving one if the log goes on from that. */
  usableFrom(start: Offset): StoredSnapshot | undefined {
    return [this.#whole, this.#writer?.file].find((file) => file !== undefined && file.info.offset >= start);
  }

  begin(info: SnapshotInfo, held: { readonly start: Offset; readonly tail: Offset }): ChunkWriter {
    const unfinished = this.#writer;
    if (unfinished?.info.id === info.id) return unfinished;
    if (this.#whole?.info.id === info.id) throw new GatewayError("HISTORY_CHANGED", "this snapshot is whole already");
    if (info.offset < held.start || info.offset > held.tail) {
      throw new GatewayError("JOURNAL_GAP", "a snapshot must lie inside the records that the journal holds", {
        details: { offset: info.offset, ...held },
      });
    }
    if (unfinished !== undefined) this.#later(unfinished.forget());
    this.#writer = this.#write(this.#file({ info, extent: EMPTY_EXTENT }, "arriving"), new RdbChecksum());
    this.#options.onEvent("begun");
    return this.#writer;
  }

  /** Drops the whole snapshot when the log does not go on from it any more. */
  dropUseless(start: Offset): void {
    const useless = this.#whole;
    if (useless === undefined || useless.info.offset >= start) return;
    this.#whole = undefined;
    useless.become("aborted");
    this.#later(rm(useless.path, { force: true }));
    this.#options.onEvent("aborted");
  }

  /** Gives up what cannot be read; another one is asked for. */
  dropDamaged(): void {
    const { onEvent } = this.#options;
    const whole = this.#whole;
    this.#whole = undefined;
    whole?.become("aborted");
    if (whole !== undefined) this.#later(rm(whole.path, { force: true }));
    if (this.#writer !== undefined) this.#later(this.#writer.abort());
    onEvent("aborted");
  }

  /** Nobody reads or writes these snapshots any more. */
  async abandon(): Promise<void> {
    const writer = this.#writer;
    this.#writer = undefined;
    this.#whole?.become("aborted");
    await writer?.forget();
    await Promise.all(this.#removals);
  }

  async close(): Promise<void> {
    await this.#writer?.close({ flush: true });
    await Promise.all(this.#removals);
  }

  #file(snapshot: WholeSnapshot, state: StoredSnapshot["state"]): SnapshotFile {
    const file: SnapshotFile = new SnapshotFile({
      ...{ path: join(this.#options.folder, chunkFileName(snapshot.info.id)), ...snapshot, state },
      onDamage: (error) => {
        if (file === this.#whole || file === this.#writer?.file) this.#options.onDamage(error);
      },
    });
    return file;
  }

  #write(file: SnapshotFile, checksum: RdbChecksum): ChunkWriter {
    const { context, history, onEvent } = this.#options;
    const writer = new ChunkWriter({
      context,
      history,
      file,
      checksum,
      onComplete: () => {
        const replaced = this.#whole;
        this.#whole = file;
        if (this.#writer === writer) this.#writer = undefined;
        // Readers that have the replaced file open go on to its end.
        if (replaced !== undefined && replaced.path !== file.path) this.#later(rm(replaced.path, { force: true }));
        onEvent("complete");
      },
      onAbort: async () => {
        if (this.#writer !== writer) return;
        this.#writer = undefined;
        onEvent("aborted");
      },
    });
    return writer;
  }

  #later(removal: Promise<void>): void {
    const settled = removal
      .catch((error: unknown) => {
        const { log } = this.#options.context;
        log.warn(
          { event: "journal.removal-failed", folder: dirname(this.#options.folder), err: error },
          "a file that is not needed could not be removed",
        );
      })
      .finally(() => this.#removals.delete(settled));
    this.#removals.add(settled);
  }
}
