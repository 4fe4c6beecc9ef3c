/** A StreamLog in memory, for tests of what writes and reads logs: durable at once, room and durability held back on demand. */
import { GatewayError } from "../../src/errors.ts";
import { Notice } from "../../src/runtime/notice.ts";
import type {
  HistoryLog,
  Mark,
  Progress,
  RecordCursor,
  SnapshotInfo,
  SnapshotReader,
  SnapshotWriter,
  StoredSnapshot,
  StreamLog,
  Tail,
} from "../../src/stream/log.ts";
import { HistoryId, type Offset, type Position, type Replid, type StreamId } from "../../src/stream/position.ts";
import { encodeRecord, MAX_RECORD_RAW_BYTES, readRecordHeader } from "../../src/stream/record.ts";
import { decodeChunkHeader, encodeChunk } from "../../src/stream/snapshot-chunk.ts";

class MemorySnapshot implements StoredSnapshot, SnapshotWriter {
  readonly info: SnapshotInfo;
  readonly stored: Buffer[] = [];
  state: "arriving" | "complete" | "aborted" = "arriving";
  rdbBytes = 0;
  totalBytes: number | undefined;
  readonly #log: MemoryLog;
  readonly #notice = new Notice();

  constructor(log: MemoryLog, info: SnapshotInfo) {
    this.#log = log;
    this.info = info;
  }

  get chunks(): number {
    return this.stored.length;
  }

  expect(totalBytes: number): void {
    this.totalBytes = totalBytes;
  }

  append(chunk: Buffer): void {
    const header = decodeChunkHeader(chunk);
    if (header.index !== this.chunks) throw new GatewayError("JOURNAL_GAP", "a chunk is missing");
    this.stored.push(Buffer.from(chunk));
    this.rdbBytes += header.rawBytes;
    this.#notice.wake();
  }

  get hasRoom(): boolean {
    return this.#log.hasRoom;
  }

  ready(signal: AbortSignal): Promise<void> {
    return this.#log.ready(signal);
  }

  async complete(): Promise<void> {
    this.totalBytes = this.rdbBytes;
    this.#end("complete");
  }

  async abort(): Promise<void> {
    this.#end("aborted");
  }

  openReader(first: number): SnapshotReader {
    let index = first;
    return {
      next: async (signal) => {
        for (;;) {
          if (signal.aborted) return undefined;
          const chunk = this.stored[index];
          if (chunk) {
            index++;
            return chunk;
          }
          if (this.state === "complete") return "end";
          if (this.state === "aborted") return "aborted";
          await this.#notice.wait(signal);
        }
      },
      close: async () => undefined,
    };
  }

  #end(state: "complete" | "aborted"): void {
    this.state = state;
    this.#log.snapshotEnded(this);
    this.#notice.wake();
  }
}

export class MemoryHistory implements HistoryLog {
  readonly id: HistoryId;
  readonly records: Buffer[] = [];
  snapshot: MemorySnapshot | undefined;
  start: Offset;
  tail: Tail;
  readonly #log: MemoryLog;
  readonly #notice = new Notice();

  constructor(log: MemoryLog, id: HistoryId, snapshot: MemorySnapshot) {
    this.#log = log;
    this.id = id;
    this.snapshot = snapshot;
    const { offset, replid, db } = snapshot.info;
    this.start = offset;
    this.tail = { offset, replid, db, open: false };
  }

  append(record: Buffer): void {
    const header = readRecordHeader(record);
    if (header.from !== this.tail.offset) throw new GatewayError("JOURNAL_GAP", "a record is missing");
    this.records.push(Buffer.from(record));
    this.tail = { offset: header.to, replid: header.replid, db: header.dbAfter, open: header.open };
    this.#notice.wake();
    this.#log.advanced();
  }

  /** Appends `count` PINGs as one record. */
  writePings(count: number, options: { readonly replid?: Replid; readonly open?: boolean } = {}): void {
    const payload = Buffer.from("*1\r\n$4\r\nPING\r\n".repeat(count));
    if (payload.length > MAX_RECORD_RAW_BYTES) throw new Error("too many for one record");
    const { offset: from, replid, db } = this.tail;
    const to = (from + BigInt(payload.length)) as Offset;
    const open = options.open ?? false;
    const header = { from, to, replid: options.replid ?? replid, db, dbAfter: db, commands: count, readAtMs: 1000, open };
    this.append(encodeRecord(header, payload));
  }

  async cutOpenTail(): Promise<void> {
    while (this.tail.open) {
      const { from, db } = readRecordHeader(this.records.pop()!);
      const before = this.records.at(-1);
      const last = before && readRecordHeader(before);
      this.tail = { offset: from, replid: last?.replid ?? this.tail.replid, db, open: last?.open ?? false };
    }
  }

  /** What retention does: forgets the `count` oldest records. */
  trim(count: number): void {
    this.records.splice(0, count);
    this.start = this.records[0] ? readRecordHeader(this.records[0]).from : this.tail.offset;
    if (this.snapshot && this.snapshot.info.offset < this.start) this.snapshot = undefined;
  }

  get boundary(): Offset {
    const last = this.records.findLast((record) => !readRecordHeader(record).open);
    return last ? readRecordHeader(last).to : this.start;
  }

  async holdsUnder(replid: Replid, offset: Offset): Promise<boolean> {
    const headers = this.records.map(readRecordHeader).filter((header) => header.to >= offset);
    return offset >= this.start && (replid === this.tail.replid || headers.some((header) => header.replid === replid));
  }

  async replidAt(offset: Offset): Promise<Replid | undefined> {
    if (offset < this.start || offset > this.tail.offset) return undefined;
    for (const record of this.records) {
      const header = readRecordHeader(record);
      if (header.from < offset && offset <= header.to) return header.replid;
    }
    return this.snapshot?.info.replid ?? this.tail.replid;
  }

  openCursor(from: Offset): RecordCursor {
    if (from < this.start || from > this.tail.offset) throw new GatewayError("JOURNAL_GAP", "not here any more");
    const cursor = {
      offset: from,
      next: async (signal: AbortSignal, maxBytes = 65536): Promise<readonly Buffer[] | undefined> => {
        for (;;) {
          if (signal.aborted) return undefined;
          if (this.#log.current !== this && this.#log.arriving !== this)
            throw new GatewayError("HISTORY_CHANGED", "another history is current");
          if (cursor.offset < this.start) throw new GatewayError("JOURNAL_GAP", "not here any more");
          const batch: Buffer[] = [];
          let bytes = 0;
          for (const record of this.records) {
            const { to } = readRecordHeader(record);
            if (to <= cursor.offset || bytes > maxBytes) continue;
            batch.push(record);
            bytes += record.length;
            cursor.offset = to;
          }
          if (batch.length > 0) return batch;
          await this.#notice.wait(signal);
        }
      },
      close: async () => undefined,
    };
    return cursor;
  }

  get unfinished(): MemorySnapshot | undefined {
    return this.snapshot?.state === "arriving" ? this.snapshot : undefined;
  }

  beginSnapshot(info: SnapshotInfo): MemorySnapshot {
    if (this.snapshot?.info.id === info.id && this.snapshot.state === "arriving") return this.snapshot;
    this.snapshot = new MemorySnapshot(this.#log, info);
    return this.snapshot;
  }

  changed(): void {
    this.#notice.wake();
  }
}

export class MemoryLog implements StreamLog {
  readonly stream: StreamId;
  current: MemoryHistory | undefined;
  arriving: MemoryHistory | undefined;
  readonly retained = new Map<string, Position | undefined>();
  /** While true there is no room. */
  #full = false;
  #applied: Mark | undefined;
  #announced = false;
  readonly #listeners = new Set<() => void>();
  readonly #changed = new Notice();
  readonly #room = new Notice();

  constructor(stream: StreamId) {
    this.stream = stream;
  }

  get progress(): Progress | undefined {
    if (!this.current) return undefined;
    const mark = { offset: this.current.tail.offset, atMs: 2000 };
    return { history: this.current.id, received: mark, durable: mark, ...(this.#applied && { applied: this.#applied }) };
  }

  get hasRoom(): boolean {
    return !this.#full;
  }

  set full(full: boolean) {
    this.#full = full;
    this.#room.wake();
  }

  async ready(signal: AbortSignal): Promise<void> {
    while (this.#full && !signal.aborted) await this.#room.wait(signal);
  }

  /** Begins a history as an origin's source would, with a snapshot of `chunks` chunks; complete unless told otherwise. */
  begin(options: {
    readonly id: string;
    readonly replid: Replid;
    readonly offset: bigint;
    readonly chunks?: number;
    readonly complete?: boolean;
  }): MemoryHistory {
    const { id, replid, chunks = 3, complete = true } = options;
    const info = { id: id.padStart(16, "5"), offset: options.offset as Offset, replid, db: 0 };
    const { history, writer } = this.startHistory(HistoryId.of(id.padStart(16, "0")), info);
    for (let index = 0; index < chunks; index++) writer.append(encodeChunk(index, index * 1000, Buffer.alloc(1000, index)));
    if (complete) void writer.complete();
    return history;
  }

  startHistory(id: HistoryId, info: SnapshotInfo): { readonly history: MemoryHistory; readonly writer: MemorySnapshot } {
    const writer = new MemorySnapshot(this, info);
    const history = new MemoryHistory(this, id, writer);
    this.arriving = history;
    this.#changed.wake();
    return { history, writer };
  }

  snapshotEnded(snapshot: MemorySnapshot): void {
    if (this.arriving?.snapshot === snapshot) {
      const old = this.current;
      if (snapshot.state === "complete") this.current = this.arriving;
      this.arriving = undefined;
      old?.changed();
    }
    this.#changed.wake();
    this.advanced();
  }

  changed(signal: AbortSignal): Promise<void> {
    return this.#changed.wait(signal);
  }

  markApplied(position: Position | undefined): void {
    if (position && position.history !== this.current?.id) return;
    this.#applied = position && { offset: position.offset, atMs: 3000 };
    this.advanced();
  }

  onProgress(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  advanced(): void {
    if (this.#announced) return;
    this.#announced = true;
    setImmediate(() => {
      this.#announced = false;
      for (const listener of this.#listeners) listener();
    });
  }

  retain(reader: string, needed: Position | undefined): void {
    this.retained.set(reader, needed);
  }
}
