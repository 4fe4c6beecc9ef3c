/** An origin that has proven itself and lies; gaps, overlaps and chunks out of order are in receiver.test.ts. */
import { crc32 } from "node:zlib";
import { expect, test } from "vitest";
import { StreamReceiver } from "../../../src/link/receive/receiver.ts";
import { HistoryId, Offset } from "../../../src/stream/position.ts";
import { encodeRecord } from "../../../src/stream/record.ts";
import { quiet, REPLID_A, STREAM } from "../../support/link-pair.ts";
import { MemoryLog } from "../../support/memory-log.ts";

function receiver(): StreamReceiver {
  return new StreamReceiver({
    ...{ streamLog: new MemoryLog(STREAM), windowBytes: 100_000, log: quiet, clock: { nowMs: () => 0 } },
    send: () => undefined,
    onBacklog: () => undefined,
    onWork: () => undefined,
  });
}

test("BOUNDED: frames that need no credit count as backlog, so that the socket is not read for ever", () => {
  const flooded = receiver();
  const start = { kind: "start", stream: STREAM, history: HistoryId.of("1".repeat(16)), from: Offset.of(0), firstChunk: 0 } as const;
  for (let left = 10_000; left > 0; left--) flooded.push(start);
  expect(flooded.backlogBytes).toBeGreaterThan(4 * 1024 * 1024);
});

test("BOUNDED: thousands of records without bytes are refused, not kept", () => {
  const records = Array.from({ length: 8192 }, () => Buffer.alloc(0));
  expect(() => receiver().push({ kind: "records", stream: STREAM, records })).toThrow(expect.objectContaining({ code: "FRAME_MALFORMED" }));
});

const DB = 12;
const DB_AFTER = 16;
const READ_AT = 40;

test.each<[string, (record: Buffer) => void]>([
  ["no time at all", (record) => record.writeDoubleLE(Number.NaN, READ_AT)],
  ["an endless time", (record) => record.writeDoubleLE(Number.POSITIVE_INFINITY, READ_AT)],
  ["the year 292 million", (record) => record.writeDoubleLE(2 ** 63, READ_AT)],
  ["a time before all times", (record) => record.writeDoubleLE(-1, READ_AT)],
  ["database 2^31", (record) => record.writeUInt32LE(2 ** 31, DB)],
  ["database 2^32-1 at its end", (record) => record.writeUInt32LE(2 ** 32 - 1, DB_AFTER)],
  ["a flag that nobody knows", (record) => record.writeUInt16LE(0x8000, 10)],
  ["an end beyond 2^63", (record) => record.writeBigUInt64LE(2n ** 63n, 32)],
  ["an end before its beginning", (record) => record.writeBigUInt64LE(0n, 32)],
])("a record with %s is refused before it is stored, though its checksum is right", async (_, lie) => {
  const log = new MemoryLog(STREAM);
  const history = log.begin({ id: "1", replid: REPLID_A, offset: 100n });
  const options = { streamLog: log, windowBytes: 100_000, log: quiet, clock: { nowMs: () => 0 } };
  const lied = new StreamReceiver({ ...options, send: () => undefined, onBacklog: () => undefined, onWork: () => undefined });
  const ping = Buffer.from("*1\r\n$4\r\nPING\r\n");
  const span = { from: Offset.of(100), to: Offset.of(114), replid: REPLID_A, db: 0, dbAfter: 0 };
  const record = encodeRecord({ ...span, commands: 1, readAtMs: 1, open: false }, ping);
  lie(record);
  record.writeUInt32LE(crc32(record.subarray(8)), 4);
  lied.push({ kind: "start", stream: STREAM, history: history.id, from: Offset.of(100), firstChunk: 0 });
  lied.push({ kind: "records", stream: STREAM, records: [record] });
  await expect(lied.run(AbortSignal.timeout(20_000))).rejects.toMatchObject({ code: "RECORD_MALFORMED" });
  expect(history.tail.offset).toBe(100n);
});
