/**
 * Decodes a value into its elements, one at a time and whatever its encoding. A generator yields undefined when bytes are missing and goes on
 * after the next `feed`, as in `value-span.ts`: only one string or packed blob is in memory, and of a stream's consumer group
 * what is pending with it, or that part of it which is asked for.
 */
import { GatewayError } from "../errors.ts";
import type { RdbFormat } from "./format.ts";
import { describeType, ValueType } from "./opcodes.ts";
import { intset } from "./packed/intset.ts";
import { listpack } from "./packed/listpack.ts";
import { ziplist } from "./packed/ziplist.ts";
import { zipmap } from "./packed/zipmap.ts";
import type { PendingPart } from "./pending-entries.ts";
import { type RdbReader, SHORT } from "./reader.ts";
import { type StreamElement, streamElements } from "./stream-elements.ts";
import { bytes, length, text } from "./value-span.ts";

export type Element =
  | { readonly kind: "string"; readonly value: Buffer }
  | { readonly kind: "item"; readonly value: Buffer }
  | { readonly kind: "member"; readonly member: Buffer }
  | { readonly kind: "scored"; readonly member: Buffer; readonly score: Buffer }
  /** `expireAtMs` in milliseconds since 1970; undefined: none. */
  | { readonly kind: "field"; readonly field: Buffer; readonly value: Buffer; readonly expireAtMs: bigint | undefined }
  | StreamElement;

export type Elements = Generator<Element | undefined, void, void>;

const PLAIN = 1;
const PACKED = 2;
/** What the length byte of a score in text says instead of a length. */
const SPECIAL_SCORES: Readonly<Record<number, string>> = { 253: "nan", 254: "inf", 255: "-inf" };
/** Valkey: the field has no expiry. */
const NO_EXPIRY = -1n;

/** `pending`: of a stream's groups. Throws RDB_UNSUPPORTED for a type that has no elements to us (modules), RDB_MALFORMED. */
export function* elements(reader: RdbReader, type: number, format: RdbFormat, pending?: PendingPart): Elements {
  switch (type) {
    case ValueType.string:
      yield { kind: "string", value: yield* text(reader) };
      return;
    case ValueType.list:
      for (let left = yield* length(reader); left > 0; left--) yield { kind: "item", value: yield* text(reader) };
      return;
    case ValueType.listZiplist:
      return yield* items(ziplist(yield* text(reader)));
    case ValueType.quicklist:
      for (let left = yield* length(reader); left > 0; left--) yield* items(ziplist(yield* text(reader)));
      return;
    case ValueType.quicklist2:
      return yield* quicklist2(reader);
    case ValueType.set:
      for (let left = yield* length(reader); left > 0; left--) yield { kind: "member", member: yield* text(reader) };
      return;
    case ValueType.setIntset:
      return yield* members(intset(yield* text(reader)));
    case ValueType.setListpack:
      return yield* members(listpack(yield* text(reader)));
    case ValueType.zset:
      return yield* textScores(reader);
    case ValueType.zset2:
      return yield* binaryScores(reader);
    case ValueType.zsetZiplist:
      return yield* scored(ziplist(yield* text(reader)));
    case ValueType.zsetListpack:
      return yield* scored(listpack(yield* text(reader)));
    case ValueType.hash:
      for (let left = yield* length(reader); left > 0; left--) yield field(yield* text(reader), yield* text(reader));
      return;
    case ValueType.hashZipmap:
      return yield* fields(zipmap(yield* text(reader)));
    case ValueType.hashZiplist:
      return yield* fields(ziplist(yield* text(reader)));
    case ValueType.hashListpack:
      return yield* fields(listpack(yield* text(reader)));
    case ValueType.stream:
      return yield* streamElements(reader, 1, pending);
    case ValueType.stream2:
      return yield* streamElements(reader, 2, pending);
    case ValueType.stream3:
      return yield* streamElements(reader, 3, pending);
    default:
  }
  if (format.family === "valkey") {
    if (type === ValueType.hashTtlPreGaOrHash2) return yield* valkeyFields(reader);
  } else {
    switch (type) {
      case ValueType.hashTtlPreGaOrHash2:
        return yield* timedFields(reader, undefined);
      case ValueType.hashListpackTtlPreGa:
        return yield* packedTimedFields(yield* text(reader));
      case ValueType.hashTtl:
        return yield* timedFields(reader, (yield* bytes(reader, 8)).readBigInt64LE(0));
      case ValueType.hashListpackTtl:
        yield* bytes(reader, 8);
        return yield* packedTimedFields(yield* text(reader));
      case ValueType.stream4:
        return yield* streamElements(reader, 4, pending);
      default:
    }
  }
  throw new GatewayError("RDB_UNSUPPORTED", `RDB type ${describeType(type)} of ${format.family} RDB ${format.version} cannot be decoded`, {
    details: { type, ...format },
  });
}

function* items(values: Iterable<Buffer>): Elements {
  for (const value of values) yield { kind: "item", value };
}

function* members(values: Iterable<Buffer>): Elements {
  for (const member of values) yield { kind: "member", member };
}

function* scored(values: Iterable<Buffer>): Elements {
  for (const [member, score] of inGroups(values, 2)) yield { kind: "scored", member: member!, score: score! };
}

function* fields(values: Iterable<Buffer>): Elements {
  for (const [name, value] of inGroups(values, 2)) yield field(name!, value!);
}

/** Field, value, absolute milliseconds or 0. */
function* packedTimedFields(blob: Buffer): Elements {
  for (const [name, value, atMs] of inGroups(listpack(blob), 3)) yield field(name!, value!, known(parseInteger(atMs!)));
}

function field(name: Buffer, value: Buffer, expireAtMs?: bigint): Element {
  return { kind: "field", field: name, value, expireAtMs };
}

function known(atMs: bigint): bigint | undefined {
  return atMs === 0n ? undefined : atMs;
}

function* quicklist2(reader: RdbReader): Elements {
  for (let left = yield* length(reader); left > 0; left--) {
    const container = yield* length(reader);
    const value = yield* text(reader);
    if (container === PLAIN) yield { kind: "item", value };
    else if (container === PACKED) yield* items(listpack(value));
    else throw malformed("an unknown container in a list");
  }
}

function* textScores(reader: RdbReader): Elements {
  for (let left = yield* length(reader); left > 0; left--) {
    const member = yield* text(reader);
    let size = reader.byte();
    while (size === SHORT) {
      yield;
      size = reader.byte();
    }
    const special = SPECIAL_SCORES[size];
    yield { kind: "scored", member, score: special === undefined ? yield* bytes(reader, size) : Buffer.from(special) };
  }
}

function* binaryScores(reader: RdbReader): Elements {
  for (let left = yield* length(reader); left > 0; left--) {
    const member = yield* text(reader);
    yield { kind: "scored", member, score: Buffer.from(formatScore((yield* bytes(reader, 8)).readDoubleLE(0))) };
  }
}

/** The shortest text that reads back as the same number. */
function formatScore(score: number): string {
  if (Object.is(score, -0)) return "-0";
  if (Number.isFinite(score)) return `${score}`;
  return Number.isNaN(score) ? "nan" : score > 0 ? "inf" : "-inf";
}

/** `firstMs` is the earliest expiry, from which the others count plus one; undefined: they are absolute (7.4 release candidates). */
function* timedFields(reader: RdbReader, firstMs: bigint | undefined): Elements {
  for (let left = yield* length(reader); left > 0; left--) {
    const time = BigInt(yield* length(reader));
    const atMs = time === 0n || firstMs === undefined ? time : firstMs + time - 1n;
    yield field(yield* text(reader), yield* text(reader), known(atMs));
  }
}

function* valkeyFields(reader: RdbReader): Elements {
  for (let left = yield* length(reader); left > 0; left--) {
    const name = yield* text(reader);
    const value = yield* text(reader);
    const atMs = (yield* bytes(reader, 8)).readBigInt64LE(0);
    yield field(name, value, atMs === NO_EXPIRY ? undefined : atMs);
  }
}

function* inGroups(values: Iterable<Buffer>, width: number): Generator<readonly Buffer[], void, void> {
  let group: Buffer[] = [];
  for (const value of values) {
    group.push(value);
    if (group.length < width) continue;
    yield group;
    group = [];
  }
  if (group.length > 0) throw malformed("an element without its other half");
}

function parseInteger(value: Buffer): bigint {
  const digits = value.toString("latin1");
  if (!/^-?\d{1,19}$/.test(digits)) throw malformed("a time that is no number");
  return BigInt(digits);
}

function malformed(what: string): GatewayError {
  return new GatewayError("RDB_MALFORMED", `an RDB is malformed: ${what}`);
}
