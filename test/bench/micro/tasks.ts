/** What is measured, over the stream of the realistic mix: each task does one step of the data path with `bytes` of it. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { Crc64 } from "../../../src/bytes/crc64.ts";
import { packLz4, unpackLz4 } from "../../../src/bytes/lz4.ts";
import { openZstd } from "../../../src/bytes/zstd.ts";
import { type Dialect, dialectOf } from "../../../src/delivery/write/apply/dialect.ts";
import { Planner } from "../../../src/delivery/write/apply/plan.ts";
import { RecordPacker } from "../../../src/link/send/packing.ts";
import { RdbParser } from "../../../src/rdb/parser.ts";
import { CommandScanner } from "../../../src/resp/command-scanner.ts";
import { ReplyScanner } from "../../../src/resp/reply-scanner.ts";
import { Cutter } from "../../../src/source/cutter.ts";
import { Offset } from "../../../src/stream/position.ts";
import { decodePayload, decodeRecordHeader, encodeRecord, type RecordHeader } from "../../../src/stream/record.ts";
import { decodeFrame, encodeFrame } from "../../../src/wire/codec.ts";
import { REPLID, STREAM } from "../../support/journal-kit.ts";
import { makeBatches } from "../compare/commands.ts";

export type Task = { readonly name: string; readonly bytes: number; readonly run: () => unknown };

const RECORD_BYTES = 64 * 1024;
const SMALL_BYTES = 4 * 1024;
const REPLIES = 500;

export function makeTasks(): readonly Task[] {
  return [...scanning(), ...records(), ...compression(), ...frames(), ...checksums(), replies(), rdb()];
}

/** Whole commands of one load, about `bytes` of them. */
export function streamOf(load: "mix" | "sets", bytes: number): Buffer {
  const parts: Buffer[] = [];
  let total = 0;
  for (const batch of makeBatches(load)) {
    if (total >= bytes) break;
    parts.push(batch.bytes);
    total += batch.bytes.length;
  }
  return Buffer.concat(parts);
}

export function spanOf(payload: Buffer, from = 0n): RecordHeader {
  const to = Offset.of(from + BigInt(payload.length));
  return { from: Offset.of(from), to, replid: REPLID, db: 0, dbAfter: 0, commands: 1, readAtMs: 1, open: false };
}

export function scanAll(stream: Buffer): number {
  const scanner = new CommandScanner({ db: 0 });
  scanner.feed(stream);
  let commands = 0;
  while (scanner.next()) commands++;
  return commands;
}

export const MODERN: Dialect = dialectOf({ product: "valkey", version: "9.1", versionNumber: 901 });
export const OLD: Dialect = dialectOf({ product: "redis", version: "6.0", versionNumber: 600 });

/** In a copy: delivery changes what it unpacked. */
export function plan(stream: Buffer, dialect: Dialect, room: Buffer): number {
  stream.copy(room);
  const ignore = () => undefined;
  const planner = new Planner({
    ...{ from: { offset: Offset.of(0), db: 0 }, checkpointKey: "k", databases: 16, maxBulkBytes: 2 ** 29, dialect, guardMs: 0 },
    events: { allowsFlush: () => true, onDropped: ignore, onRewritten: ignore, onUntranslated: ignore, onLost: ignore, onSkipped: ignore },
  });
  return planner.add(spanOf(stream), room).length;
}

function scanning(): readonly Task[] {
  const mix = streamOf("mix", RECORD_BYTES);
  const sets = streamOf("sets", RECORD_BYTES);
  const room = Buffer.alloc(sets.length);
  const emit = () => undefined;
  const cutter = new Cutter({ offset: Offset.of(0), db: 0, replid: REPLID, wallMs: () => 1, encode: () => mix, emit });
  return [
    { name: "scan commands, mix", bytes: mix.length, run: () => scanAll(mix) },
    { name: "scan commands, sets", bytes: sets.length, run: () => scanAll(sets) },
    {
      name: "cut into records, mix (without encoding)",
      bytes: mix.length,
      run: () => {
        cutter.push(mix);
        cutter.flush();
      },
    },
    { name: "plan for a modern target, sets", bytes: sets.length, run: () => plan(sets, MODERN, room) },
    { name: "plan for Redis 6.0, sets", bytes: sets.length, run: () => plan(sets, OLD, room) },
  ];
}

function records(): readonly Task[] {
  const mix = streamOf("mix", RECORD_BYTES);
  const header = spanOf(mix);
  const record = encodeRecord(header, mix);
  const room = Buffer.alloc(mix.length);
  return [
    { name: "encode a record", bytes: mix.length, run: () => encodeRecord(header, mix) },
    { name: "check a record", bytes: mix.length, run: () => decodeRecordHeader(record) },
    { name: "unpack a record", bytes: mix.length, run: () => decodePayload(record, header, room) },
  ];
}

function compression(): readonly Task[] {
  const mix = streamOf("mix", RECORD_BYTES);
  const small = mix.subarray(0, SMALL_BYTES);
  const lz4 = Buffer.from(packLz4(mix)!);
  const room = Buffer.alloc(mix.length);
  const zstd = openZstd();
  const packed = zstd.pack(mix);
  const packer = new RecordPacker(STREAM);
  const record = encodeRecord(spanOf(small), small);
  return [
    { name: "LZ4 pack 64 KiB", bytes: mix.length, run: () => packLz4(mix) },
    { name: "LZ4 unpack 64 KiB", bytes: mix.length, run: () => unpackLz4(lz4, mix.length, room) },
    { name: "zstd pack 64 KiB", bytes: mix.length, run: () => zstd.pack(mix) },
    { name: "zstd unpack 64 KiB", bytes: mix.length, run: () => zstd.unpack(packed, mix.length) },
    { name: "pack a record of 4 KiB for the link", bytes: small.length, run: () => packer.pack([record]) },
  ];
}

function frames(): readonly Task[] {
  const mix = streamOf("mix", RECORD_BYTES);
  const records = [encodeRecord(spanOf(mix), mix)];
  const bytes = records[0]!.length;
  const frame = encodeFrame({ kind: "records", stream: STREAM, records });
  return [
    { name: "encode a frame", bytes, run: () => encodeFrame({ kind: "records", stream: STREAM, records }) },
    { name: "decode a frame", bytes, run: () => decodeFrame(frame) },
  ];
}

function checksums(): readonly Task[] {
  const mix = streamOf("mix", RECORD_BYTES);
  const crc64 = new Crc64();
  return [
    { name: "CRC-64", bytes: mix.length, run: () => crc64.update(mix) },
    { name: "CRC-32 (node:zlib)", bytes: mix.length, run: () => crc32(mix) },
  ];
}

function replies(): Task {
  const answer = Buffer.from(`${"+QUEUED\r\n".repeat(REPLIES)}*${REPLIES}\r\n${"+OK\r\n".repeat(REPLIES)}`);
  const scanner = new ReplyScanner();
  const run = () => {
    scanner.feed(answer);
    while (scanner.next());
  };
  return { name: "scan replies", bytes: answer.length, run };
}

function rdb(): Task {
  // From dist/ and from the sources alike: the benchmark is run in the project's folder.
  const file = readFileSync(join("test", "fixtures", "rdb", "redis-7.0.rdb"));
  const run = () => {
    const parser = new RdbParser();
    parser.feed(file);
    while (parser.next());
    parser.finish();
  };
  return { name: "walk an RDB", bytes: file.length, run };
}
