/** The smallest StreamLog that delivery can be tested with: records and snapshot in memory, one current history. */
import { GatewayError } from "../../../src/errors.ts";
import { CommandScanner } from "../../../src/resp/command-scanner.ts";
import type { HistoryLog, Progress, RecordCursor, StoredSnapshot, StreamLog } from "../../../src/stream/log.ts";
import { HistoryId, Offset, type Position, Replid, StreamId } from "../../../src/stream/position.ts";
import { encodeRecord, readRecordHeader } from "../../../src/stream/record.ts";

export const REPLID = Replid.of("b".repeat(40));

/** The snapshot of an empty data set: the test's loader decides what loading means. */
export function stubSnapshot(offset: Offset, id = "1".repeat(16)): StoredSnapshot {
  const notHere = () => {
    throw new GatewayError("INVARIANT", "the stub has no chunks");
  };
  return { info: { id, offset, replid: REPLID, db: 0 }, state: "complete", chunks: 0, rdbBytes: 0, totalBytes: 0, openReader: notHere };
}

export class StubHistory implements HistoryLog {
  readonly id: HistoryId;
  start: Offset;
  snapshot: StoredSnapshot | undefined;
  readonly records: Buffer[] = [];
  ended = false;
  #scanner = new CommandScanner({ db: 0 });
  #wake: (() => void)[] = [];

  constructor(options: { readonly id?: string; readonly start?: bigint } = {}) {
    this.id = HistoryId.of(options.id ?? "a".repeat(16));
    this.start = Offset.of(options.start ?? 0n);
    this.snapshot = stubSnapshot(this.start);
  }

  get tail() {
    const last = this.records.at(-1);
    const header = last && readRecordHeader(last);
    return { offset: header?.to ?? this.start, replid: REPLID, db: this.#scanner.db, open: header?.open ?? false };
  }

  /** Appends bytes of the stream as one record. */
  write(payload: Buffer, readAtMs = Date.now()): Offset {
    const from = this.tail.offset;
    const db = this.#scanner.db;
    this.#scanner.feed(payload);
    let commands = 0;
    while (this.#scanner.next()) commands++;
    const open = !this.#scanner.atBoundary || this.#scanner.inTransaction;
    const to = Offset.plus(from, payload.length);
    const header = { from, to, replid: REPLID, db, dbAfter: this.#scanner.db, commands, readAtMs, open };
    this.append(encodeRecord(header, payload));
    return to;
  }

  append(record: Buffer): void {
    this.records.push(record);
    this.wake();
  }

  wake(): void {
    for (const resolve of this.#wake.splice(0)) resolve();
  }

  /** Forgets the oldest `count` records, as retention does. */
  drop(count: number): void {
    this.records.splice(0, count);
    this.start = this.records[0] ? readRecordHeader(this.records[0]).from : this.tail.offset;
  }

  openCursor(from: Offset): RecordCursor {
    if (from < this.start || from > this.tail.offset) throw new GatewayError("JOURNAL_GAP", "not in the stub");
    const history = this;
    let offset = from;
    return {
      get offset() {
        return offset;
      },
      async next(signal, maxBytes = 1 << 20) {
        for (;;) {
          if (signal.aborted) return undefined;
          if (history.ended) throw new GatewayError("HISTORY_CHANGED", "another history is current");
          const first = history.records.findIndex((record) => readRecordHeader(record).to > offset);
          if (first >= 0) {
            const batch: Buffer[] = [];
            let bytes = 0;
            for (const record of history.records.slice(first)) {
              if (batch.length > 0 && bytes + record.length > maxBytes) break;
              batch.push(record);
              bytes += record.length;
            }
            offset = readRecordHeader(batch.at(-1)!).to;
            return batch;
          }
          await wokenOrAborted(history.#wake, signal);
        }
      },
      close: async () => undefined,
    };
  }

  async cutOpenTail(): Promise<void> {}
  get boundary(): Offset {
    return this.tail.offset;
  }
  async holdsUnder(): Promise<boolean> {
    return true;
  }
  async replidAt(): Promise<Replid> {
    return REPLID;
  }
  readonly unfinished = undefined;
  beginSnapshot(): never {
    throw new GatewayError("INVARIANT", "the stub takes no snapshot");
  }
}

export class StubLog implements StreamLog {
  readonly stream = StreamId.of("us-east", 0);
  current: StubHistory | undefined;
  arriving: StubHistory | undefined;
  readonly hasRoom = true;
  applied: Position | undefined;
  #wake: (() => void)[] = [];

  constructor(current?: StubHistory) {
    this.current = current;
  }

  get progress(): Progress | undefined {
    return this.current && { history: this.current.id };
  }

  become(history: StubHistory): void {
    const old = this.current;
    this.current = history;
    this.arriving = undefined;
    if (old) {
      old.ended = true;
      old.wake();
    }
    this.change();
  }

  change(): void {
    for (const resolve of this.#wake.splice(0)) resolve();
  }

  changed(signal: AbortSignal): Promise<void> {
    return wokenOrAborted(this.#wake, signal);
  }

  markApplied(position: Position | undefined): void {
    this.applied = position;
  }

  startHistory(): never {
    throw new GatewayError("INVARIANT", "the stub takes no history");
  }
  async ready(): Promise<void> {}
  onProgress(): () => void {
    return () => undefined;
  }
  retain(): void {}
}

function wokenOrAborted(wake: (() => void)[], signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      signal.removeEventListener("abort", done);
      resolve();
    };
    if (signal.aborted) return resolve();
    wake.push(done);
    signal.addEventListener("abort", done);
  });
}
