/**
 * Takes the chunks of a snapshot as they arrive. It becomes true in one instant: the rename of `snapshot.json`, after
 * its bytes were verified and synced (SNAPSHOT_BEFORE_POSITION). Until then a crash leaves an unfinished snapshot, which can be gone on with.
 */
import type { FileHandle } from "node:fs/promises";
import { rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { GatewayError, wrapError } from "../errors.ts";
import { crashPoint } from "../runtime/crash-point.ts";
import type { SnapshotInfo, SnapshotWriter } from "../stream/log.ts";
import type { HistoryId } from "../stream/position.ts";
import type { KnownChunk } from "../stream/snapshot-chunk.ts";
import { type JournalContext, syncFile } from "./context.ts";
import { encodeFileHeader, FILE_HEADER_BYTES } from "./file-header.ts";
import { makeFolder, replaceFile, syncFolder, writeFully } from "./files.ts";
import type { RdbChecksum } from "./rdb-checksum.ts";
import { type Extent, extend, renderSnapshotJson, SNAPSHOT_JSON } from "./snapshot-file.ts";
import type { SnapshotFile } from "./snapshot-reader.ts";
import { WriteQueue } from "./write-queue.ts";

type PendingChunk = { readonly bytes: Buffer; readonly extent: Extent };

export type ChunkWriterOptions = {
  readonly context: JournalContext;
  readonly history: HistoryId;
  readonly file: SnapshotFile;
  /** Over the chunks that `file` has already. */
  readonly checksum: RdbChecksum;
  /** Called in the turn in which the snapshot became true. */
  readonly onComplete: () => void;
  readonly onAbort: () => Promise<void>;
};

export class ChunkWriter implements SnapshotWriter {
  readonly file: SnapshotFile;
  readonly #options: ChunkWriterOptions;
  readonly #queue: WriteQueue<PendingChunk>;
  #accepted: Extent;
  #handle: FileHandle | undefined;
  #syncFailed = false;

  constructor(options: ChunkWriterOptions) {
    this.#options = options;
    this.file = options.file;
    this.#accepted = options.file.extent;
    this.#queue = new WriteQueue<PendingChunk>({
      context: options.context,
      bytesOf: (chunk) => chunk.bytes.length,
      write: (chunks) => this.#write([...chunks]),
      onWritten: (chunks) => this.file.advance((chunks.at(-1) as PendingChunk).extent),
    });
  }

  get info(): SnapshotInfo {
    return this.file.info;
  }

  get chunks(): number {
    return this.#accepted.chunks;
  }

  get rdbBytes(): number {
    return this.#accepted.rdbBytes;
  }

  get pendingBytes(): number {
    return this.#queue.pendingBytes;
  }

  get hasRoom(): boolean {
    return this.#queue.hasRoom;
  }

  expect(totalBytes: number): void {
    this.file.expect(totalBytes);
  }

  append(chunk: Buffer, known?: KnownChunk): void {
    this.#refuseUnlessArriving();
    const { raw, extent } = extend(this.#accepted, chunk, known);
    this.#options.checksum.update(raw);
    this.#accepted = extent;
    this.#queue.push({ bytes: chunk, extent });
  }

  async ready(signal: AbortSignal): Promise<void> {
    while (!this.#queue.hasRoom && !this.#queue.stopped && !signal.aborted) await this.#queue.changed(signal);
    if (signal.aborted && !this.#queue.hasRoom && this.#options.context.health.refuses) {
      throw new GatewayError("JOURNAL_FULL", "the disk takes no more of the snapshot");
    }
  }

  async complete(): Promise<void> {
    this.#refuseUnlessArriving();
    try {
      this.#options.checksum.verify();
    } catch (error) {
      await this.abort();
      throw error;
    }
    await this.#queue.drained();
    this.#refuseUnlessArriving();
    try {
      await this.#queue.exclusive(() => this.#seal());
    } catch (error) {
      // After a failed sync the kernel may have dropped the bytes and would call a second one a success.
      if (this.#syncFailed) await this.abort();
      throw wrapError("JOURNAL_IO", "the snapshot could not be made durable", error);
    }
  }

  async abort(): Promise<void> {
    if (this.file.state !== "arriving") return;
    await this.forget();
    await this.#options.onAbort();
  }

  /** Gives the snapshot up and removes its file. */
  async forget(): Promise<void> {
    if (this.file.state === "arriving") this.file.become("aborted");
    await this.close({ flush: false });
    await rm(this.file.path, { force: true });
  }

  /** Stops writing; what is in the file can be gone on with after the next open. */
  async close(options: { readonly flush: boolean }): Promise<void> {
    await this.#queue.stop(options);
    const handle = this.#handle;
    this.#handle = undefined;
    await handle?.close();
  }

  #refuseUnlessArriving(): void {
    if (this.file.state !== "arriving") throw new GatewayError("HISTORY_CHANGED", "this snapshot is not being written any more");
    if (this.#queue.stopped) throw new GatewayError("JOURNAL_FULL", "the journal was closed before the snapshot was whole");
  }

  async #write(chunks: readonly PendingChunk[]): Promise<number> {
    const handle = await this.#open();
    const { fileBytes } = this.file.extent;
    const buffers = chunks.map((chunk) => chunk.bytes);
    if (fileBytes === FILE_HEADER_BYTES) await writeFully(handle, [this.#header(), ...buffers], 0);
    else await writeFully(handle, buffers, fileBytes);
    crashPoint("snapshot-arriving");
    return chunks.length;
  }

  async #open(): Promise<FileHandle> {
    if (this.#handle !== undefined) return this.#handle;
    const { context } = this.#options;
    await makeFolder(dirname(this.file.path));
    this.#handle = await context.openFile(this.file.path, this.file.extent.chunks === 0 ? "w+" : "r+");
    return this.#handle;
  }

  #header(): Buffer {
    const { offset, replid, db, id } = this.info;
    const { context, history } = this.#options;
    return encodeFileHeader({ kind: "snapshot", stream: context.stream, history, offset, replid, db, snapshot: id });
  }

  /** The order of the lines is the guarantee: bytes, then the name that makes them true, then everybody hears of it. */
  async #seal(): Promise<void> {
    const { context, onComplete } = this.#options;
    const folder = dirname(this.file.path);
    const handle = await this.#open();
    await handle.truncate(this.file.extent.fileBytes);
    this.#syncFailed = true;
    await syncFile(context, handle);
    this.#syncFailed = false;
    await syncFolder(folder);
    crashPoint("snapshot-synced-not-named");
    const text = renderSnapshotJson({ info: this.info, extent: this.file.extent });
    await replaceFile({ path: join(folder, SNAPSHOT_JSON), text, openFile: context.openFile });
    crashPoint("snapshot-named");
    this.file.become("complete");
    onComplete();
    this.#handle = undefined;
    await handle.close();
  }
}
