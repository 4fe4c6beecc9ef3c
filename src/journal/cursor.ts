/**
 * Reads one history in order: from memory where the wanted record is there, otherwise from disk in bounded blocks,
 * each record checked. Its place is a count of record bytes, which memory and disk share, so it changes between them
 * without a gap or a duplicate. It never reads beyond what the writer finished.
 */
import type { FileHandle } from "node:fs/promises";
import { GatewayError } from "../errors.ts";
import type { Notice } from "../runtime/notice.ts";
import type { RecordCursor } from "../stream/log.ts";
import type { Offset } from "../stream/position.ts";
import { decodeRecordHeader, MAX_RECORD_BYTES, type readRecordHeader, recordLength } from "../stream/record.ts";
import { FILE_HEADER_BYTES } from "./file-header.ts";
import { errnoOf, readFully } from "./files.ts";
import type { MemoryRing } from "./memory-ring.ts";
import { damaged, isDamage, locate, openSegment } from "./seek.ts";
import type { Owner, Segment } from "./segment.ts";

const DEFAULT_BATCH_BYTES = 256 * 1024;
const MIN_BLOCK_BYTES = 4096;

/** What a cursor needs of the history that it reads. */
export interface RecordSource {
  readonly owner: Owner;
  readonly state: "live" | "retired" | "closed";
  readonly start: Offset;
  readonly ring: MemoryRing;
  readonly segments: readonly Segment[];
  /** Ends of the records and of those that files hold, in record bytes. */
  readonly endAt: number;
  readonly writtenAt: number;
  readonly appended: Notice;
  /** Told when a file turns out to be damaged or missing, at `lostAt` or behind: it is being mended when this returns. */
  damaged(error: GatewayError, lostAt: Offset): void;
}

export type CursorOptions = { readonly history: RecordSource; readonly from: Offset; readonly onClose: () => void };

type Found = { readonly records: readonly Buffer[]; readonly at: number; readonly offset: Offset };

export class Cursor implements RecordCursor {
  readonly #history: RecordSource;
  readonly #onClose: () => void;
  #offset: Offset;
  /** Place of the next record; undefined until the opening offset was looked up. */
  #at: number | undefined;
  /** Records that end before the opening offset are passed over until the first is handed out. */
  #opened = false;
  #file: FileHandle | undefined;
  #segment: Segment | undefined;
  #overtaken = false;
  #cuts = 0;
  #closed = false;
  #heeded: AbortSignal | undefined;
  readonly #wake = () => this.#history.appended.wake();

  constructor(options: CursorOptions) {
    this.#history = options.history;
    this.#offset = options.from;
    this.#onClose = options.onClose;
  }

  get offset(): Offset {
    return this.#offset;
  }

  async next(signal: AbortSignal, maxBytes = DEFAULT_BATCH_BYTES): Promise<readonly Buffer[] | undefined> {
    for (;;) {
      this.#refuseUnlessValid();
      if (signal.aborted || this.#closed || this.#history.state === "closed") return this.#heed(undefined);
      // No await between these checks and the wait: nothing can happen unseen.
      if (this.#at === this.#history.endAt) {
        this.#heed(signal);
        await this.#history.appended.wait();
        continue;
      }
      const cuts = this.#cuts;
      const found = this.#readMemory(maxBytes) ?? (await this.#readDisk(maxBytes));
      if (found === undefined || cuts !== this.#cuts) continue; // closed, or what was read was cut back meanwhile
      this.#at = found.at;
      if (found.records.length === 0) continue;
      this.#offset = found.offset;
      this.#opened = true;
      return found.records;
    }
  }

  /** The open tail beyond `boundary` was dropped: a reader that has some of it must begin again. */
  cutTo(boundary: Offset): void {
    this.#cuts++;
    if (this.#offset > boundary) this.#overtaken = true;
    if (!this.#opened) this.#at = undefined;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#heed(undefined);
    this.#onClose();
    this.#wake();
    await this.#release();
  }

  /** Listens to a signal once, however often one waits with it, until reading ends. */
  #heed(signal: AbortSignal | undefined): undefined {
    if (signal === this.#heeded) return;
    this.#heeded?.removeEventListener("abort", this.#wake);
    this.#heeded = signal;
    signal?.addEventListener("abort", this.#wake);
  }

  #refuseUnlessValid(): void {
    if (this.#history.state === "retired") throw new GatewayError("HISTORY_CHANGED", "another history became current");
    if (this.#overtaken) throw new GatewayError("HISTORY_CHANGED", "the open end of the journal was cut back behind this reader");
  }

  #readMemory(maxBytes: number): Found | undefined {
    const at = this.#at ?? this.#history.ring.find(this.#offset)?.at;
    if (at === undefined) return undefined;
    const entries = this.#history.ring.read(at, maxBytes);
    const last = entries.at(-1);
    if (last === undefined) return undefined;
    if (this.#file !== undefined) void this.#release().catch(() => undefined);
    const wanted = entries.filter((entry) => this.#wants(entry));
    return { records: wanted.map((entry) => entry.record), at: last.at + last.record.length, offset: last.to };
  }

  /** Undefined when it ended for a reason that `next` looks at again. */
  async #readDisk(maxBytes: number): Promise<Found | undefined> {
    const cuts = this.#cuts;
    try {
      const at = this.#at ?? (await this.#lookUp());
      if (at >= this.#history.writtenAt) return { records: [], at, offset: this.#offset };
      return await this.#readBlock(at, maxBytes);
    } catch (error) {
      await this.#release();
      if (this.#closed || cuts !== this.#cuts) return undefined;
      this.#refuseUnlessValid();
      if (this.#offset < this.#history.start) throw this.#gap();
      const segment = this.#segmentOf(this.#offset);
      const found = error instanceof GatewayError && error.code === "JOURNAL_GAP" ? damaged(segment, 0, error) : error;
      if (isDamage(found)) this.#history.damaged(found, segment.first);
      throw found;
    }
  }

  #lookUp(): Promise<number> {
    const { owner } = this.#history;
    return locate({ segment: this.#segmentOf(this.#offset), owner }, (header) => header.to <= this.#offset && header.from !== this.#offset);
  }

  #segmentOf(offset: Offset): Segment {
    const segment = this.#history.segments.findLast((candidate) => candidate.first <= offset);
    if (segment === undefined) throw this.#gap();
    return segment;
  }

  async #readBlock(at: number, maxBytes: number): Promise<Found> {
    const segment = this.#history.segments.find((candidate) => at >= candidate.base && at < candidate.base + candidate.bytes);
    if (segment === undefined) throw this.#gap();
    // Its lookup ended behind the segment before: a file between the two is missing.
    if (!this.#opened && at === segment.base && segment.first > this.#offset)
      throw damaged(segment, 0, "NO_GAP: a file before it is missing");
    const file = await this.#openFile(segment);
    const position = FILE_HEADER_BYTES + at - segment.base;
    const available = segment.base + segment.bytes - at;
    const block = await this.#read(segment, position, Math.min(available, Math.max(maxBytes, MIN_BLOCK_BYTES)), available, file);
    const records: Buffer[] = [];
    let expected = this.#opened ? this.#offset : at === segment.base ? segment.first : undefined;
    let used = 0;
    for (
      let record = nextRecord(block, used, segment, position);
      record !== undefined;
      record = nextRecord(block, used, segment, position)
    ) {
      if (records.length > 0 && used + record.length > maxBytes) break;
      const header = checked(record, segment, position + used);
      if (expected !== undefined && header.from !== expected)
        throw damaged(segment, position + used, "NO_GAP: records do not follow each other");
      expected = header.to;
      used += record.length;
      if (this.#wants(header)) records.push(record);
    }
    return { records, at: at + used, offset: expected ?? this.#offset };
  }

  /** A block that holds at least one whole record, if the file does. */
  async #read(segment: Segment, position: number, bytes: number, available: number, file: FileHandle): Promise<Buffer> {
    try {
      const block = await readFully(file, position, bytes);
      const first = block.length < 4 ? MAX_RECORD_BYTES : block.readUInt32LE(0);
      if (first <= block.length || first > MAX_RECORD_BYTES || first > available) return block;
      return await readFully(file, position, first);
    } catch (cause) {
      if (errnoOf(cause) === undefined || this.#closed) throw cause;
      throw new GatewayError("JOURNAL_IO", `${segment.path} cannot be read`, { cause });
    }
  }

  async #openFile(segment: Segment): Promise<FileHandle> {
    if (this.#file !== undefined && this.#segment === segment) return this.#file;
    await this.#release();
    const file = await openSegment(segment, this.#history.owner);
    if (this.#closed) {
      await file.close();
      throw new GatewayError("INVARIANT", "the cursor was closed while it read");
    }
    this.#file = file;
    this.#segment = segment;
    return file;
  }

  async #release(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    this.#segment = undefined;
    await file?.close();
  }

  #wants(span: { readonly from: Offset; readonly to: Offset }): boolean {
    return this.#opened || span.to > this.#offset || span.from >= this.#offset;
  }

  #gap(): GatewayError {
    return new GatewayError("JOURNAL_GAP", "retention dropped what this reader wants", {
      details: { offset: this.#offset, start: this.#history.start },
    });
  }
}

/** The record at `used`; undefined when it is not whole in the block. A block without one whole record is damage. */
function nextRecord(block: Buffer, used: number, segment: Segment, position: number): Buffer | undefined {
  const rest = block.subarray(used);
  let length: number;
  try {
    length = rest.length < 4 ? MAX_RECORD_BYTES : recordLength(rest);
  } catch (cause) {
    throw damaged(segment, position + used, cause);
  }
  if (length <= rest.length) return rest.subarray(0, length);
  if (used === 0) throw damaged(segment, position, "a record is cut short");
  return undefined;
}

function checked(record: Buffer, segment: Segment, position: number): ReturnType<typeof readRecordHeader> {
  try {
    return decodeRecordHeader(record);
  } catch (cause) {
    throw damaged(segment, position, cause);
  }
}
