/** Packed records: however they are grouped and whatever they hold, the peer gets them whole and in order. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { openZstd } from "../../../src/bytes/zstd.ts";
import { RecordUnpacker } from "../../../src/link/receive/unpacking.ts";
import { packable, RecordPacker } from "../../../src/link/send/packing.ts";
import { systemClock } from "../../../src/runtime/clock.ts";
import { Offset } from "../../../src/stream/position.ts";
import { decodePayload, decodeRecordHeader, encodeRecord, MAX_RECORD_RAW_BYTES } from "../../../src/stream/record.ts";
import { type PackedRecordsFrame, totalBytes } from "../../../src/wire/frames.ts";
import { REPLID_A, STREAM } from "../../support/link-pair.ts";
import { Random } from "../../support/random.ts";

/** Records of these payloads, one behind the other. */
function recordsOf(payloads: readonly Buffer[], from = 0n): readonly Buffer[] {
  let offset = from;
  return payloads.map((payload) => {
    const to = offset + BigInt(payload.length);
    const span = { from: Offset.of(offset), to: Offset.of(to), replid: REPLID_A, db: 0, dbAfter: 3, commands: 1, readAtMs: 5, open: false };
    offset = to;
    return encodeRecord(span, payload);
  });
}

function payloadsOf(records: readonly Buffer[]): readonly Buffer[] {
  return records.map((record) => decodePayload(record, decodeRecordHeader(record)));
}

const commands = (random: Random, bytes: number) => {
  let text = "";
  while (text.length < bytes) text += `*3\r\n$3\r\nSET\r\nuser:${random.between(1, 9_999)}\r\n{"id":${random.between(1, 1e9)}}\r\n`;
  return Buffer.from(text.slice(0, bytes));
};

describe("records packed for a peer", () => {
  test("come out as they went in, whatever stands between the dictionaries", () => {
    const sizes = fc.array(fc.array(fc.oneof(fc.nat(400), fc.nat(20_000), fc.nat(150_000)), { minLength: 1, maxLength: 4 }), {
      maxLength: 25,
    });
    fc.assert(
      fc.property(sizes, fc.nat(), fc.integer({ min: 1, max: 10 }), (groups, seed, noisyOneIn) => {
        const random = new Random(seed);
        const [packer, unpacker] = [new RecordPacker(STREAM), new RecordUnpacker(systemClock)];
        for (const group of groups) {
          const records = recordsOf(group.map((bytes) => (random.chance(1 / noisyOneIn) ? random.bytes(bytes) : commands(random, bytes))));
          for (const packed of packable(records)) {
            const frame = packer.pack(packed);
            // Undefined goes as records do, and is remembered by neither side.
            if (frame === undefined) continue;
            expect(frame.packed.length).toBeLessThan(totalBytes(packed));
            const unpacked = unpacker.unpack(frame).map(({ record }) => record);
            expect(unpacked.length).toBe(packed.length);
            // toEqual goes through a Buffer byte by byte: half a minute of this test.
            expect(unpacked.findIndex((record, index) => !record.equals(packed[index]!))).toBe(-1);
          }
        }
      }),
      { numRuns: 30 },
    );
  });

  test("are grouped in order, up to 256 KiB unless one alone is larger", () => {
    const records = recordsOf([100, 200_000, 100_000, MAX_RECORD_RAW_BYTES, 5, 0, 7].map((bytes) => Buffer.alloc(bytes, 1)));
    const groups = [...packable(records)];
    expect(groups.flat()).toEqual(records);
    expect(groups.map(({ length }) => length)).toEqual([2, 1, 1, 3]);
  });

  test("small ones take a fifth less than what they take one by one without what went before", () => {
    const random = new Random(1);
    const packer = new RecordPacker(STREAM);
    let [linked, alone] = [0, 0];
    for (let count = 0; count < 200; count++) {
      const records = recordsOf([commands(random, 500)]);
      linked += packer.pack(records)?.packed.length ?? totalBytes(records);
      alone += new RecordPacker(STREAM).pack(records)?.packed.length ?? totalBytes(records);
    }
    expect(linked).toBeLessThan(alone * 0.8);
  });
});

describe("a peer that lies", () => {
  const frameOf = (change: Partial<PackedRecordsFrame> = {}): PackedRecordsFrame => {
    const frame = new RecordPacker(STREAM).pack(recordsOf([commands(new Random(1), 1_000)]));
    return { ...frame!, ...change };
  };
  const unpacking = (frame: PackedRecordsFrame) => () => new RecordUnpacker(systemClock).unpack(frame);

  test("about the dictionary", () => {
    expect(unpacking(frameOf({ dictionary: 2 }))).toThrow(expect.objectContaining({ code: "FRAME_MALFORMED" }));
  });

  test("about the size", () => {
    for (const rawBytes of [0, 999, 1024 * 1024])
      expect(unpacking(frameOf({ rawBytes }))).toThrow(expect.objectContaining({ code: "RECORD_MALFORMED" }));
  });

  test("about the records", () => {
    const [record] = recordsOf([commands(new Random(1), 1_000)]) as [Buffer];
    const packed = (raw: Buffer) => ({ ...frameOf(), rawBytes: raw.length, packed: openZstd().pack(raw) });
    for (const raw of [Buffer.alloc(3), Buffer.alloc(100), record.subarray(0, -1), Buffer.concat([record, Buffer.of(1)])])
      expect(unpacking(packed(raw))).toThrow(expect.objectContaining({ name: "GatewayError" }));
    expect(payloadsOf(unpacking(packed(record))().map((one) => one.record))).toEqual(payloadsOf([record]));
  });
});
