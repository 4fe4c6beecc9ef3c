/**
 * Appends records to the last segment of a history and begins a new segment when it is full. Every write goes to an
 * explicit position behind the last whole record, so what a refused write left there is overwritten by the next attempt.
 */
import type { FileHandle } from "node:fs/promises";
import { dirname, join } from "node:path";
import { GatewayError } from "../errors.ts";
import { crashPoint } from "../runtime/crash-point.ts";
import type { HistoryId } from "../stream/position.ts";
import { readRecordHeader } from "../stream/record.ts";
import { type JournalContext, syncFile } from "./context.ts";
import { FILE_HEADER_BYTES } from "./file-header.ts";
import { makeFolder, syncFolder, writeFully, writeFullyNow } from "./files.ts";
import type { Entry } from "./memory-ring.ts";
import { PromptWrites } from "./prompt-writes.ts";
import { encodeSegmentHeader, type Segment, segmentName } from "./segment.ts";

export type SegmentWriterOptions = {
  readonly context: JournalContext;
  readonly folder: string;
  readonly history: HistoryId;
  /** Oldest first, at least one; the last one's file need not exist while it has no records. */
  readonly segments: Segment[];
  /** The last record written was OPEN. */
  readonly open: boolean;
};

export class SegmentWriter {
  readonly #context: JournalContext;
  readonly #folder: string;
  readonly #history: HistoryId;
  readonly #segments: Segment[];
  #file: FileHandle | undefined;
  #open: boolean;
  /** The file may be longer than its whole records. */
  #ragged = false;
  #unsynced = false;
  readonly #prompt: PromptWrites;

  constructor(options: SegmentWriterOptions) {
    this.#context = options.context;
    this.#folder = options.folder;
    this.#history = options.history;
    this.#segments = options.segments;
    this.#open = options.open;
    this.#prompt = new PromptWrites(options.context.clock);
  }

  get #last(): Segment {
    return this.#segments.at(-1) as Segment;
  }

  /** Writes those of `entries` that go into one segment, synced if the policy wants it, and answers how many. */
  async write(entries: readonly Entry[]): Promise<number> {
    const first = entries[0];
    if (first === undefined) return 0;
    if (this.#mustRoll(first, { bytes: this.#last.bytes, open: this.#open })) await this.#roll(first);
    const segment = this.#last;
    await this.trim();
    const file = await this.#openFile();
    const buffers = segment.bytes === 0 ? [encodeSegmentHeader(segment, { stream: this.#context.stream, history: this.#history })] : [];
    const position = segment.bytes === 0 ? 0 : FILE_HEADER_BYTES + segment.bytes;
    let { bytes } = segment;
    let open = this.#open;
    let count = 0;
    for (const entry of entries) {
      if (count > 0 && this.#mustRoll(entry, { bytes, open })) break;
      buffers.push(entry.record);
      bytes += entry.record.length;
      open = entry.open;
      count++;
    }
    this.#ragged = true;
    if (this.#prompt.allows(bytes - segment.bytes)) {
      this.#prompt.measure(() => writeFullyNow(this.#context.writeNow, file, buffers, position));
    } else await writeFully(file, buffers, position);
    crashPoint("journal-written-not-synced");
    this.#unsynced = this.#context.fsync !== "never";
    if (this.#context.fsync === "always") await this.sync();
    this.#ragged = false;
    this.#open = open;
    segment.bytes = bytes;
    segment.writtenAtMs = this.#context.clock.nowMs();
    return count;
  }

  async sync(): Promise<void> {
    if (!this.#unsynced || this.#file === undefined) return;
    this.#unsynced = false;
    try {
      await this.#prompt.during(syncFile(this.#context, this.#file));
    } catch (error) {
      this.#unsynced = true;
      throw error;
    }
  }

  /** Forgets, at once, what lies behind `at` in the last segment, which must be a boundary. `trim` removes it from the file. */
  cut(at: number): void {
    const segment = this.#last;
    const bytes = at - segment.base;
    if (bytes < 0) throw new GatewayError("INVARIANT", "an open unit began before the last segment");
    if (segment.bytes <= bytes) return;
    segment.bytes = bytes;
    this.#ragged = true;
    this.#open = false;
  }

  /** Makes the last file end with its last whole record. What lay behind could look like damage once shorter records stand before it. */
  async trim(): Promise<void> {
    if (!this.#ragged) return;
    await (await this.#openFile()).truncate(this.#last.bytes === 0 ? 0 : FILE_HEADER_BYTES + this.#last.bytes);
    this.#ragged = false;
    this.#unsynced = this.#context.fsync !== "never";
  }

  async close(): Promise<void> {
    if (this.#file === undefined) return;
    try {
      await this.trim();
      await this.sync();
    } finally {
      await this.#closeFile();
    }
  }

  async #closeFile(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    await file?.close();
  }

  /** A unit stays in one segment, and two segments cannot begin at the same offset (empty records). */
  #mustRoll(entry: Entry, at: { readonly bytes: number; readonly open: boolean }): boolean {
    return at.bytes > 0 && !at.open && entry.from > this.#last.first && at.bytes + entry.record.length > this.#context.segmentBytes;
  }

  async #roll(entry: Entry): Promise<void> {
    const { replid, db } = readRecordHeader(entry.record);
    const full = this.#last;
    // A full segment is whole and durable before the next one exists: only the last one can be torn.
    await this.trim();
    await this.sync();
    await this.#closeFile();
    crashPoint("journal-rolling");
    const path = join(this.#folder, segmentName(entry.from));
    this.#segments.push({
      path,
      first: entry.from,
      replid,
      db,
      base: full.base + full.bytes,
      bytes: 0,
      writtenAtMs: this.#context.clock.nowMs(),
    });
  }

  async #openFile(): Promise<FileHandle> {
    if (this.#file !== undefined) return this.#file;
    const segment = this.#last;
    if (segment.bytes > 0) {
      this.#file = await this.#context.openFile(segment.path, "r+");
      return this.#file;
    }
    await makeFolder(this.#folder);
    const file = await this.#context.openFile(segment.path, "w+");
    try {
      if (this.#context.fsync !== "never") await syncFolder(dirname(segment.path));
    } catch (error) {
      await file.close();
      throw error;
    }
    this.#file = file;
    return file;
  }
}
