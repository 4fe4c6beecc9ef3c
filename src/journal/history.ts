/**
 * The records of one history: segments on disk, the newest records in memory, and the end that grows. Owner of NO_GAP
 * on this disk: what does not begin where the tail ends is refused, and what a file holds is checked again when read.
 */
import { rm } from "node:fs/promises";
import { GatewayError } from "../errors.ts";
import { crashPoint } from "../runtime/crash-point.ts";
import { Notice } from "../runtime/notice.ts";
import type { HistoryLog, Mark, RecordCursor, SnapshotInfo, SnapshotWriter, StoredSnapshot, Tail } from "../stream/log.ts";
import type { HistoryId, Offset, Replid } from "../stream/position.ts";
import { type RecordHeader, rawBytesOf, readRecordHeader, recordLength } from "../stream/record.ts";
import type { JournalContext } from "./context.ts";
import { Cursor } from "./cursor.ts";
import { type Entry, MemoryRing } from "./memory-ring.ts";
import { damaged, isDamage, locate } from "./seek.ts";
import type { Segment } from "./segment.ts";
import { SegmentWriter } from "./segment-writer.ts";
import type { SnapshotStore } from "./snapshot-store.ts";
import { WriteQueue } from "./write-queue.ts";

/** The end of the records as found on disk. `boundary` is the newest end outside commands and transactions. */
export type HistoryEnd = { readonly tail: Tail; readonly at: number; readonly boundary: { readonly tail: Tail; readonly at: number } };

export type HistoryOptions = {
  readonly context: JournalContext;
  readonly id: HistoryId;
  readonly folder: string;
  /** Oldest first, at least one. */
  readonly segments: Segment[];
  readonly end: HistoryEnd;
  readonly snapshots: SnapshotStore;
  /** Called after each advance of `received` or `durable`. */
  readonly onProgress: () => void;
  /** A reader found a file damaged or missing, which holds `lostAt`. */
  readonly onDamage: (error: GatewayError, lostAt: Offset) => void;
};

export class History implements HistoryLog {
  readonly id: HistoryId;
  readonly folder: string;
  readonly snapshots: SnapshotStore;
  /** Wakes cursors once per turn in which records came, and when reading must end. */
  readonly appended = new Notice();
  readonly ring: MemoryRing;
  readonly segments: Segment[];
  readonly #context: JournalContext;
  readonly #cursors = new Set<Cursor>();
  readonly #writer: SegmentWriter;
  readonly #queue: WriteQueue<Entry>;
  readonly #onProgress: () => void;
  readonly #onDamage: HistoryOptions["onDamage"];
  #end: HistoryEnd;
  #received: Mark;
  #durable: Mark;
  #state: "live" | "retired" | "closed" = "live";
  #wakePlanned = false;
  #cuts = 0;

  constructor(options: HistoryOptions) {
    const { context, id, folder, segments, end } = options;
    this.#context = context;
    this.id = id;
    this.folder = folder;
    this.segments = segments;
    this.snapshots = options.snapshots;
    this.ring = new MemoryRing(context.memoryBytes);
    this.#onProgress = options.onProgress;
    this.#onDamage = options.onDamage;
    this.#end = end;
    this.#received = { offset: end.tail.offset, atMs: context.clock.nowMs() };
    this.#durable = this.#received;
    this.#writer = new SegmentWriter({ context, folder, history: id, segments, open: end.tail.open });
    this.#queue = new WriteQueue<Entry>({
      context,
      bytesOf: (entry) => entry.record.length,
      write: (entries) => this.#writer.write(entries),
      onWritten: (entries) => this.#written(entries.at(-1) as Entry),
    });
  }

  get start(): Offset {
    return (this.segments[0] as Segment).first;
  }

  get tail(): Tail {
    return this.#end.tail;
  }

  get boundary(): Offset {
    return this.#end.boundary.tail.offset;
  }

  get snapshot(): StoredSnapshot | undefined {
    return this.snapshots.usableFrom(this.start);
  }

  get received(): Mark {
    return this.#received;
  }

  /** ACK_AFTER_DURABLE: moves only after the write (and, with `always`, the sync) that it speaks of. */
  get durable(): Mark {
    return this.#durable;
  }

  get state(): "live" | "retired" | "closed" {
    return this.#state;
  }

  get owner() {
    return { stream: this.#context.stream, history: this.id };
  }

  /** End of the records, in record bytes. */
  get endAt(): number {
    return this.#end.at;
  }

  /** End of the records that files hold. */
  get writtenAt(): number {
    const last = this.segments.at(-1) as Segment;
    return last.base + last.bytes;
  }

  get pendingBytes(): number {
    return this.#queue.pendingBytes;
  }

  get hasRoom(): boolean {
    return this.#state === "retired" || this.#queue.hasRoom;
  }

  damaged(error: GatewayError, lostAt: Offset): void {
    if (this.#state === "live") this.#onDamage(error, lostAt);
  }

  append(record: Buffer): void {
    if (this.#state !== "live") throw new GatewayError("HISTORY_CHANGED", "this history is not written any more");
    if (recordLength(record) !== record.length) throw new GatewayError("RECORD_MALFORMED", "a record's length is not its own");
    const header = readRecordHeader(record);
    const { tail, at, boundary } = this.#end;
    if (header.from !== tail.offset) {
      throw new GatewayError("JOURNAL_GAP", "NO_GAP: a record does not begin where the journal ends", {
        details: { from: header.from, tail: tail.offset },
      });
    }
    const { counters } = this.#context;
    counters.rawBytes += rawBytesOf(header);
    counters.storedBytes += record.length;
    counters.commands += header.commands;
    const entry = { record, at, from: header.from, to: header.to, open: header.open };
    const end = { tail: tailAfter(header), at: at + record.length };
    this.#end = { ...end, boundary: header.open ? boundary : end };
    this.ring.push(entry);
    this.#queue.push(entry);
    this.#received = { offset: header.to, atMs: this.#context.clock.nowMs() };
    this.#wakeCursors();
    this.#onProgress();
  }

  async cutOpenTail(): Promise<void> {
    if (!this.#end.tail.open) return;
    await this.#queue.exclusive(async () => {
      const { boundary } = this.#end;
      this.#cuts++;
      this.#writer.cut(boundary.at);
      this.#queue.dropNewest((entry) => entry.at >= boundary.at);
      this.ring.cut(boundary.at);
      this.#end = { ...boundary, boundary };
      for (const cursor of this.#cursors) cursor.cutTo(boundary.tail.offset);
      this.#received = earlier(this.#received, boundary.tail.offset);
      this.#durable = earlier(this.#durable, boundary.tail.offset);
      // Its files may be another's by now, who wrote on; and nobody would close what is opened here.
      if (this.#queue.stopped) return;
      // Refused by a sick disk? The next write trims first, and until then the open records may come back at open: harmless.
      await this.#writer.trim().catch(() => undefined);
    });
    this.appended.wake();
    this.#onProgress();
  }

  async replidAt(offset: Offset): Promise<Replid | undefined> {
    const cuts = this.#cuts;
    if (offset < this.start || offset > this.tail.offset) return undefined;
    const held = this.ring.holding(offset);
    if (held !== undefined) return readRecordHeader(held.record).replid;
    const segment = this.segments.findLast((candidate) => candidate.first < offset);
    if (segment === undefined) return (this.segments[0] as Segment).replid;
    let replid: Replid | undefined;
    try {
      await locate({ segment, owner: this.owner }, (header) => {
        if (header.from < offset && offset <= header.to) replid = header.replid;
        return header.to < offset;
      });
    } catch (error) {
      if (this.#state === "retired") throw new GatewayError("HISTORY_CHANGED", "another history became current");
      // Retention took the segment, or the end was cut back, under the scan.
      if (offset <= this.start || cuts !== this.#cuts) return this.replidAt(offset);
      const found = error instanceof GatewayError && error.code === "JOURNAL_GAP" ? damaged(segment, 0, error) : error;
      if (isDamage(found)) this.damaged(found, segment.first);
      throw found;
    }
    return replid;
  }

  async holdsUnder(replid: Replid, offset: Offset): Promise<boolean> {
    if (offset < this.start || offset > this.tail.offset) return false;
    if (this.tail.replid === replid || (await this.replidAt(offset)) === replid) return true;
    for (const [index, segment] of this.segments.entries()) {
      const next = this.segments[index + 1];
      const after = next?.replid ?? this.tail.replid;
      if ((next !== undefined && next.first < offset) || segment.replid === after) continue;
      if (segment.replid === replid && segment.first >= offset) return true;
      // The names changed inside this segment.
      let found = false;
      await locate({ segment, owner: this.owner }, (header) => {
        found = header.replid === replid && header.to >= offset;
        return !found;
      });
      if (found) return true;
    }
    return false;
  }

  openCursor(from: Offset): RecordCursor {
    if (from < this.start || from > this.tail.offset) {
      throw new GatewayError("JOURNAL_GAP", "the journal does not hold this offset", {
        details: { offset: from, start: this.start, tail: this.tail.offset },
      });
    }
    const cursor = new Cursor({ history: this, from, onClose: () => this.#cursors.delete(cursor) });
    this.#cursors.add(cursor);
    return cursor;
  }

  get unfinished(): SnapshotWriter | undefined {
    return this.snapshots.unfinished;
  }

  beginSnapshot(info: SnapshotInfo): SnapshotWriter {
    if (this.#state !== "live") throw new GatewayError("HISTORY_CHANGED", "this history is not written any more");
    return this.snapshots.begin(info, { start: this.start, tail: this.tail.offset });
  }

  changed(signal: AbortSignal): Promise<void> {
    return this.#queue.changed(signal);
  }

  sync(): Promise<void> {
    return this.#writer.sync();
  }

  /** Removes the oldest segments: first from what readers may ask for, then the files, then a snapshot that leads nowhere now. */
  async dropOldest(count: number): Promise<void> {
    for (const segment of this.segments.slice(0, count)) {
      this.segments.shift();
      crashPoint("journal-retention");
      try {
        await rm(segment.path, { force: true });
      } catch (error) {
        this.segments.unshift(segment); // what lies on disk must stay without a hole
        throw error;
      }
    }
    this.snapshots.dropUseless(this.start);
  }

  /** Another history took its place: cursors throw HISTORY_CHANGED, readers of its snapshots get "aborted". */
  async retire(): Promise<void> {
    this.#state = "retired";
    this.appended.wake();
    const abandoned = this.snapshots.abandon();
    await this.#stop({ flush: false });
    await abandoned;
  }

  /** Its files are to be mended and opened anew: cursors throw HISTORY_CHANGED, and what is pending is written. */
  async leave(): Promise<void> {
    this.#state = "retired";
    this.appended.wake();
    await this.#stop({ flush: true });
    await this.snapshots.close();
  }

  async close(): Promise<void> {
    await this.#stop({ flush: true });
    await this.snapshots.close();
    if (this.#state === "live") this.#state = "closed";
    this.appended.wake();
  }

  async #stop(options: { readonly flush: boolean }): Promise<void> {
    await this.#queue.stop(options);
    await this.#writer.close();
  }

  #written(newest: Entry): void {
    this.#durable = { offset: newest.to, atMs: this.#context.clock.nowMs() };
    this.ring.evict(this.writtenAt);
    this.#onProgress();
  }

  #wakeCursors(): void {
    if (this.#wakePlanned) return;
    this.#wakePlanned = true;
    queueMicrotask(() => {
      this.#wakePlanned = false;
      this.appended.wake();
    });
  }
}

export function tailAfter(header: RecordHeader): Tail {
  return { offset: header.to, replid: header.replid, db: header.dbAfter, open: header.open };
}

function earlier(mark: Mark, limit: Offset): Mark {
  return mark.offset > limit ? { offset: limit, atMs: mark.atMs } : mark;
}
