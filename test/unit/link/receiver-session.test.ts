import { randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import type { LinkConnection } from "../../../src/link/connection/connection.ts";
import { ReceiverSession } from "../../../src/link/receive/receiver-session.ts";
import { HistoryId, Offset } from "../../../src/stream/position.ts";
import { encodeRecord } from "../../../src/stream/record.ts";
import type { Frame } from "../../../src/wire/frames.ts";
import { eventually } from "../../support/eventually.ts";
import { quiet, REPLID_A, STREAM } from "../../support/link-pair.ts";
import { MemoryLog } from "../../support/memory-log.ts";

/** A connection as a session sees it. */
class Line {
  readonly bytesReceived = 0;
  readonly bufferedBytes = 0;
  isPaused = false;
  hear: (frame: Frame) => void = () => undefined;
  readonly #over = new AbortController();
  readonly over = this.#over.signal;
  readonly closed = new Promise<void>((resolve) => this.over.addEventListener("abort", () => resolve()));

  onFrame(listener: (frame: Frame) => void): void {
    this.hear = listener;
  }

  send(): void {}

  pause(): void {
    this.isPaused = true;
  }

  resume(): void {
    this.isPaused = false;
  }

  leave(): void {
    this.#over.abort();
  }

  fail(error: Error): void {
    throw error;
  }
}

const MIB = 1024 * 1024;
const RECORD_BYTES = MIB / 2;

test("BOUNDED: the socket is not read while more than 4 MiB wait for a full log, and is read again once they are gone", async () => {
  const streamLog = new MemoryLog(STREAM);
  const history = streamLog.begin({ id: "1", replid: REPLID_A, offset: 0n });
  streamLog.full = true;
  const line = new Line();
  const session = new ReceiverSession({
    connection: line as unknown as LinkConnection,
    origin: "us-east",
    logs: new Map([[STREAM, streamLog]]),
    onWork: () => undefined,
    ...{ windowBytes: 64 * MIB, livenessMs: 60_000, log: quiet, clock: { nowMs: () => performance.now() } },
  });
  const stop = new AbortController();
  const running = session.run(stop.signal);
  line.hear({ kind: "start", stream: STREAM, history: HistoryId.of("1".padStart(16, "0")), from: Offset.of(0), firstChunk: 0 });
  let [waitingBytes, waitingWhenPaused] = [0, 0];
  for (let index = 0; index < 12; index++) {
    const from = Offset.of(index * RECORD_BYTES);
    const span = { from, to: Offset.plus(from, RECORD_BYTES), replid: REPLID_A, db: 0, dbAfter: 0, commands: 1, readAtMs: 1, open: false };
    const record = encodeRecord(span, randomBytes(RECORD_BYTES));
    line.hear({ kind: "records", stream: STREAM, records: [record] });
    waitingBytes += record.length;
    if (line.isPaused && waitingWhenPaused === 0) waitingWhenPaused = waitingBytes;
  }
  expect(waitingWhenPaused).toBeGreaterThan(4 * MIB);
  expect(waitingWhenPaused).toBeLessThan(5 * MIB);
  streamLog.full = false;
  await eventually(() => expect([line.isPaused, history.tail.offset]).toEqual([false, BigInt(12 * RECORD_BYTES)]));
  stop.abort();
  await running;
});
