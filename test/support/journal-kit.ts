/** Small records, snapshots and journals for the journal's tests. */
import { setImmediate as turn } from "node:timers/promises";
import { pino } from "pino";
import { StreamJournal, type StreamJournalOptions } from "../../src/journal/journal.ts";
import { systemClock } from "../../src/runtime/clock.ts";
import type { HistoryLog, RecordCursor, SnapshotInfo, SnapshotWriter } from "../../src/stream/log.ts";
import { HistoryId, Offset, Replid, StreamId } from "../../src/stream/position.ts";
import { encodeRecord, readRecordHeader } from "../../src/stream/record.ts";
import { encodeChunk } from "../../src/stream/snapshot-chunk.ts";
import { makeRdb } from "./stored-snapshot.ts";

export const STREAM = StreamId.of("us-east");
export const HISTORY = HistoryId.of("9f86d081884c7d65");
export const OTHER_HISTORY = HistoryId.of("60303ae22b998861");
export const REPLID = Replid.of("a".repeat(40));
export const START = Offset.of(1000);
export const SNAPSHOT: SnapshotInfo = { id: "5feceb66ffc86f38", offset: START, replid: REPLID, db: 0 };
export const OTHER_SNAPSHOT: SnapshotInfo = { id: "6b86b273ff34fce1", offset: Offset.of(5000), replid: REPLID, db: 3 };
export const RDB = makeRdb(["some bytes that stand for keys"]);

export type LogEvent = { readonly event: string; readonly level: number } & Readonly<Record<string, unknown>>;

export function recordingLog(): { readonly log: pino.Logger; readonly events: readonly LogEvent[]; count(event: string): number } {
  const events: LogEvent[] = [];
  const log = pino({ level: "debug" }, { write: (line: string) => events.push(JSON.parse(line) as LogEvent) });
  return { log, events, count: (event) => events.filter((found) => found.event === event).length };
}

export function openJournal(folder: string, options: Partial<StreamJournalOptions> = {}): Promise<StreamJournal> {
  return StreamJournal.open({
    folder,
    stream: STREAM,
    fsync: "never",
    writtenBy: "peer",
    memoryBytes: 1 << 20,
    segmentBytes: 1 << 20,
    maxPendingBytes: 1 << 20,
    retention: { bytes: 1 << 30, ageMs: 1 << 30 },
    log: pino({ level: "silent" }),
    clock: systemClock,
    retryMs: 5,
    ...options,
  });
}

export type RecordShape = { readonly open?: boolean; readonly replid?: Replid; readonly db?: number; readonly fill?: number };

/** A record of `bytes` stream bytes that begins at `from`; every byte tells its offset, so that mixed up records show. */
export function makeRecord(from: Offset, bytes: number, shape: RecordShape = {}): Buffer {
  const { open = false, replid = REPLID, db = 0, fill } = shape;
  const payload = Buffer.from(Array.from({ length: bytes }, (_, index) => fill ?? Number((from + BigInt(index)) * 31n) & 255));
  return encodeRecord({ from, to: Offset.plus(from, bytes), replid, db, dbAfter: db, commands: 1, readAtMs: 1, open }, payload);
}

/** Appends a record at the tail and gives it back. */
export function appendNext(history: HistoryLog, bytes: number, shape: RecordShape = {}): Buffer {
  const record = makeRecord(history.tail.offset, bytes, shape);
  history.append(record);
  return record;
}

export function appendRdb(writer: SnapshotWriter, rdb: Buffer = RDB, chunkBytes = 16): void {
  for (let at = writer.rdbBytes; at < rdb.length; at = writer.rdbBytes) {
    writer.append(encodeChunk(writer.chunks, at, rdb.subarray(at, at + chunkBytes)));
  }
}

/** A journal's first history, with a whole snapshot. */
export async function startCurrent(journal: StreamJournal, id = HISTORY, info = SNAPSHOT): Promise<HistoryLog> {
  const { history, writer } = journal.startHistory(id, info);
  appendRdb(writer);
  await writer.complete();
  return history;
}

/** Reads until the cursor stands at `to`. */
export async function readTo(cursor: RecordCursor, to: Offset, maxBytes?: number): Promise<Buffer[]> {
  const records: Buffer[] = [];
  const signal = AbortSignal.timeout(20_000);
  while (cursor.offset < to) {
    const batch = await cursor.next(signal, maxBytes);
    if (batch === undefined) throw new Error(`the cursor stopped at ${cursor.offset} before ${to}`);
    records.push(...batch);
  }
  return records;
}

export async function readAll(history: HistoryLog, from = history.start): Promise<Buffer[]> {
  const cursor = history.openCursor(from);
  try {
    return await readTo(cursor, history.tail.offset);
  } finally {
    await cursor.close();
  }
}

export function spansOf(records: readonly Buffer[]): string[] {
  return records.map(readRecordHeader).map(({ from, to }) => `${from}-${to}`);
}

/** Resolves once everything appended is written. */
export async function written(journal: StreamJournal): Promise<void> {
  const deadline = performance.now() + 20_000;
  while (journal.stats().pendingBytes > 0) {
    if (performance.now() > deadline) throw new Error("the journal did not write in time");
    await turn();
  }
}
