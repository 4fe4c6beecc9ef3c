/** Small inputs that claim to be large, and numbers beyond their types: refused before anything is allocated. */
import { expect, test } from "vitest";
import { packLz4, unpackLz4 } from "../../../src/bytes/lz4.ts";
import { unpackLzf } from "../../../src/bytes/lzf.ts";
import { formatCheckpoint, parseCheckpoint } from "../../../src/delivery/write/target/checkpoint.ts";
import { RdbParser } from "../../../src/rdb/parser.ts";
import { RdbReader } from "../../../src/rdb/reader.ts";
import { HistoryId, MAX_OFFSET, type Offset, Replid } from "../../../src/stream/position.ts";
import { encodeRecord } from "../../../src/stream/record.ts";
import { trimRecord } from "../../../src/stream/trim.ts";
import { parseTopologyText } from "../../../src/topology/document.ts";
import { makeRdb, rdbString } from "../../support/stored-snapshot.ts";

const HUGE = 500 * 1024 * 1024;
const REPLID = Replid.of("a".repeat(40));

/** Bytes of buffers that `run` made, garbage included: none is collected in between, or the fewer. */
function allocatedBy(run: () => unknown): number {
  const before = process.memoryUsage().arrayBuffers;
  expect(run).toThrow(expect.objectContaining({ name: "GatewayError" }));
  return process.memoryUsage().arrayBuffers - before;
}

test("an LZF string of ten bytes that claims 500 MiB", () => {
  expect(allocatedBy(() => unpackLzf(Buffer.alloc(10, 0xff), HUGE))).toBeLessThan(HUGE / 2);
});

test("a key in an RDB that claims 500 MiB in ten packed bytes", () => {
  const size = Buffer.of(0x80, 0, 0, 0, 0);
  size.writeUInt32BE(HUGE, 1);
  const rdb = makeRdb([0, 0xc3, 10, size, Buffer.alloc(10, 0xff), rdbString("value")]);
  const parse = () => {
    const parser = new RdbParser();
    parser.feed(rdb);
    parser.next();
  };
  expect(allocatedBy(parse)).toBeLessThan(HUGE / 2);
});

test("BOUNDED: a string above 512 MiB is refused at its length, packed or not, however large a value may be", () => {
  const lengthOf = (bytes: number) => {
    const length = Buffer.of(0x80, 0, 0, 0, 0);
    length.writeUInt32BE(bytes, 1);
    return length;
  };
  const most = 512 * 1024 * 1024;
  const read = (head: Buffer) => {
    const reader = new RdbReader({ maxBytes: Number.MAX_SAFE_INTEGER, heldBytes: 0, verifyChecksum: false, keepSpans: false });
    reader.feed(head);
    return reader.string();
  };
  expect(read(lengthOf(most))).toBeUndefined();
  for (const head of [lengthOf(most + 1), Buffer.concat([Buffer.of(0xc3), lengthOf(8 * 1024 * 1024), lengthOf(most + 1)])]) {
    expect(() => read(head)).toThrow(expect.objectContaining({ code: "RDB_UNSUPPORTED" }));
  }
});

test("an LZ4 block that claims another size than its header does", () => {
  const packed = packLz4(Buffer.alloc(1000))!;
  packed.writeUInt32LE(HUGE, 0);
  expect(allocatedBy(() => unpackLz4(packed, 1000))).toBeLessThan(HUGE / 2);
});

test("the largest offset and database that a stream can have are legible in a checkpoint; one more is not ours", () => {
  const checkpoint = {
    ...({
      state: "streaming",
      history: HistoryId.of("1".repeat(16)),
      offset: MAX_OFFSET as Offset,
      db: 2 ** 31 - 1,
      replid: REPLID,
    } as const),
    ...{ snapshotId: undefined, rdbOffset: 0, writer: "2".repeat(16), readAtMs: 999_999_999_999_999, guardMs: 999_999_999_999_999 },
  };
  const text = formatCheckpoint(checkpoint);
  expect(parseCheckpoint(text)).toEqual(checkpoint);
  const beyond = text.replace(`${MAX_OFFSET}`, `${MAX_OFFSET + 1n}`);
  expect(() => parseCheckpoint(beyond)).toThrow(expect.objectContaining({ code: "CHECKPOINT_CONFLICT" }));
});

test("a record that counts fewer commands than it holds cannot be cut", () => {
  const payload = Buffer.from("*1\r\n$4\r\nPING\r\n".repeat(3));
  const span = { from: 0n as Offset, to: 42n as Offset, replid: REPLID, db: 0, dbAfter: 0, commands: 1, readAtMs: 1, open: false };
  expect(() => trimRecord(encodeRecord(span, payload), 28n as Offset)).toThrow(expect.objectContaining({ code: "RECORD_MALFORMED" }));
});

test("an RDB that selects database 2^31", () => {
  const parser = new RdbParser();
  parser.feed(makeRdb([0xfe, 0x80, 0x80, 0, 0, 0]));
  expect(() => parser.next()).toThrow(expect.objectContaining({ code: "RDB_MALFORMED" }));
});

test("a topology of a hundred thousand brackets", () => {
  expect(parseTopologyText("[".repeat(100_000)).problems).toHaveLength(1);
});
