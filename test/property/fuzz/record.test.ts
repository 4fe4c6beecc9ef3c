/** Records, snapshot chunks and file headers whose fields lie, under a checksum that is right. */
import { crc32 } from "node:zlib";
import { expect } from "vitest";
import { formatCheckpoint, parseCheckpoint } from "../../../src/delivery/write/target/checkpoint.ts";
import { decodeFileHeader, encodeFileHeader } from "../../../src/journal/file-header.ts";
import { encodeCommand } from "../../../src/resp/encode.ts";
import { HistoryId, Offset, Replid, StreamId } from "../../../src/stream/position.ts";
import { decodePayload, decodeRecordHeader, encodeRecord, MAX_RECORD_RAW_BYTES } from "../../../src/stream/record.ts";
import { CHUNK_RAW_BYTES, decodeChunkHeader, decodeChunkPayload, encodeChunk } from "../../../src/stream/snapshot-chunk.ts";
import { trimRecord } from "../../../src/stream/trim.ts";
import { fuzz, outcomeOf } from "../../support/fuzz.ts";
import { EXTREMES, mutateBytes, mutateDecimal, mutateNumber, type NumberField } from "../../support/mutate.ts";
import type { Random } from "../../support/random.ts";

const REPLID = Replid.of("b".repeat(40));
const HISTORY = HistoryId.of("9f86d081884c7d65");
const RECORD_FIELDS: readonly NumberField[] = [
  ...[0, 12, 16, 20, 68, 72].map((at) => ({ at, bytes: 4 }) as const),
  ...[24, 32, 40].map((at) => ({ at, bytes: 8 }) as const),
  ...[{ at: 8, bytes: 1 } as const, { at: 9, bytes: 1 } as const, { at: 10, bytes: 2 } as const],
];
const CHUNK_FIELDS: readonly NumberField[] = [
  ...[0, 12, 24, 28, 32].map((at) => ({ at, bytes: 4 }) as const),
  ...[{ at: 8, bytes: 1 } as const, { at: 9, bytes: 1 } as const, { at: 10, bytes: 2 } as const, { at: 16, bytes: 8 } as const],
];
const FILE_FIELDS: readonly NumberField[] = [
  { at: 8, bytes: 4 },
  { at: 12, bytes: 4 },
  { at: 16, bytes: 8 },
  { at: 60, bytes: 1 },
];

function stream(random: Random): Buffer {
  const words = () => ["SET", "key", random.text(random.between(0, 300))];
  return Buffer.concat(Array.from({ length: random.between(0, 6) }, () => encodeCommand(...words())));
}

function damage(bytes: Buffer, random: Random, fields: readonly NumberField[]): Buffer {
  let damaged = bytes;
  for (let left = random.between(1, 3); left > 0; left--) {
    damaged = random.chance(0.7) ? mutateNumber(damaged, random, fields) : mutateBytes(damaged, random);
  }
  return Buffer.from(damaged);
}

/** The length and the sum as a liar writes them: right. */
function seal(bytes: Buffer, random: Random): Buffer {
  if (bytes.length < 8) return bytes;
  if (random.chance(0.9)) bytes.writeUInt32LE(bytes.length, 0);
  bytes.writeUInt32LE(crc32(bytes.subarray(8)), 4);
  return bytes;
}

fuzz(
  "a record that lies is RECORD_MALFORMED, or its parts are within their bounds and can be stored again",
  (random) => {
    const payload = stream(random);
    const from = Offset.of(random.pick([0n, 1000n, 2n ** 53n, 2n ** 63n - 1n - BigInt(payload.length)]));
    const to = Offset.plus(from, payload.length);
    const header = { from, to, replid: REPLID, db: 0, dbAfter: 0, commands: 6, readAtMs: 1_700_000_000_000, open: random.chance(0.2) };
    const record = seal(damage(encodeRecord(header, payload), random, RECORD_FIELDS), random);
    const outcome = outcomeOf(() => {
      const read = decodeRecordHeader(record);
      const raw = decodePayload(record, read);
      expect(raw.length).toBeLessThanOrEqual(MAX_RECORD_RAW_BYTES);
      expect(decodeRecordHeader(encodeRecord(read, raw))).toEqual(read);
      // What a checkpoint says of it must be legible for the next gateway.
      const checkpoint = {
        ...({
          state: "streaming",
          history: HISTORY,
          offset: read.to,
          db: read.dbAfter,
          replid: read.replid,
          snapshotId: undefined,
        } as const),
        ...{ rdbOffset: 0, writer: "0".repeat(16), readAtMs: read.readAtMs, guardMs: 0 },
      };
      expect(parseCheckpoint(formatCheckpoint(checkpoint)).offset).toBe(read.to);
      const cut = Offset.of(read.from + BigInt(random.between(0, raw.length)));
      expect(["fine", "JOURNAL_GAP", "RESP_MALFORMED", "RECORD_MALFORMED"]).toContain(outcomeOf(() => trimRecord(record, cut)));
    });
    expect(["fine", "RECORD_MALFORMED"]).toContain(outcome);
  },
  { runs: 800 },
);

fuzz(
  "a snapshot chunk that lies is RECORD_MALFORMED, or at most a chunk",
  (random) => {
    const raw = random.chance(0.5) ? random.bytes(random.between(0, 500)) : Buffer.from(random.text(random.between(0, 5000)));
    const chunk = seal(damage(encodeChunk(random.between(0, 5), random.between(0, 2 ** 40), raw), random, CHUNK_FIELDS), random);
    const outcome = outcomeOf(() => {
      const header = decodeChunkHeader(chunk);
      expect(decodeChunkPayload(chunk, header).length).toBeLessThanOrEqual(CHUNK_RAW_BYTES);
    });
    expect(["fine", "RECORD_MALFORMED"]).toContain(outcome);
  },
  { runs: 800 },
);

fuzz("a file header that lies is RECORD_MALFORMED, of another version, or a header", (random) => {
  const kind = random.pick(["segment", "snapshot"] as const);
  const header = { kind, stream: StreamId.of("us-east"), history: HISTORY, offset: Offset.of(7), replid: REPLID, db: 3 };
  const bytes = damage(encodeFileHeader(header), random, FILE_FIELDS);
  if (bytes.length >= 160) bytes.writeUInt32LE(crc32(bytes.subarray(0, 156)), 156);
  expect(["fine", "JOURNAL_VERSION", "RECORD_MALFORMED"]).toContain(outcomeOf(() => decodeFileHeader(kind, bytes)));
});

fuzz("the text of a checkpoint is a checkpoint that is written the same way again, or CHECKPOINT_CONFLICT", (random) => {
  const number = () => random.pick(EXTREMES.filter((value) => value >= 0n));
  const text = formatCheckpoint({
    ...{ state: random.pick(["loading", "streaming", "diverged"] as const), history: HISTORY, replid: REPLID, writer: "0".repeat(16) },
    ...{
      offset: number() as Offset,
      db: Number(number()),
      rdbOffset: Number(number()),
      readAtMs: Number(number()),
      guardMs: Number(number()),
    },
    snapshotId: random.chance(0.5) ? undefined : "5feceb66ffc86f38",
  });
  const bytes = random.chance(0.3)
    ? Buffer.from(text)
    : random.chance(0.5)
      ? mutateDecimal(Buffer.from(text), random)
      : mutateBytes(Buffer.from(text), random);
  const outcome = outcomeOf(() => expect(parseCheckpoint(formatCheckpoint(parseCheckpoint(bytes.toString("latin1"))))).toBeDefined());
  expect(["fine", "CHECKPOINT_CONFLICT"]).toContain(outcome);
});
