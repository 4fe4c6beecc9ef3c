/**
 * Values of a type that the server does not know, written as one that it does: cheaper for both sides than commands.
 *
 *   26 → 21      stream of Redis 8.6: what it remembers of idempotent producers stands at the end and is left out
 *   22–25 ↔ 22   hash with field TTLs, Redis ↔ Valkey 9: the same elements in the other's order
 */
import { type DumpPayloads, isValkeyHash } from "./dump-payload.ts";
import type { RdbFormat } from "./format.ts";
import { ValueType } from "./opcodes.ts";
import type { RdbEntry } from "./parser.ts";
import { elementsOf, malformedValue, valueReader } from "./rebuild.ts";
import { length, type Walk, walkStream } from "./value-span.ts";

const EXPIRES_FIELDS: readonly number[] = [
  ValueType.hashTtlPreGaOrHash2,
  ValueType.hashListpackTtlPreGa,
  ValueType.hashTtl,
  ValueType.hashListpackTtl,
];
/** Valkey: the field has no expiry. */
const NO_EXPIRY = -1n;

/** `entry` for RESTORE, and of how many idempotent producers the memory was left out. */
export type Converted = { readonly entry: RdbEntry; readonly producers: number };

/** Undefined: there is no such way; the value has to be in memory. Throws RDB_MALFORMED. */
export function convert(entry: RdbEntry, format: RdbFormat, payloads: DumpPayloads): Converted | undefined {
  if (entry.measured) return undefined;
  if (entry.type === ValueType.stream4 && payloads.accepts(ValueType.stream3, format)) return withoutProducers(entry);
  if (!EXPIRES_FIELDS.includes(entry.type)) return undefined;
  if (payloads.accepts(ValueType.hashTtlPreGaOrHash2, { family: "valkey", version: 80 })) return asValkeyHash(entry, format);
  if (isValkeyHash(entry.type, format) && payloads.accepts(ValueType.hashTtl, { family: "redis", version: 12 })) {
    return asRedisHash(entry, format);
  }
  return undefined;
}

function withoutProducers(entry: RdbEntry): Converted {
  const reader = valueReader();
  for (const piece of entry.value) reader.feed(piece);
  const inMemory = <Result>(walk: Walk<Result>): Result => {
    const step = walk.next();
    if (!step.done) throw malformedValue(entry.type, "breaks off");
    return step.value;
  };
  inMemory(walkStream(reader, 3));
  const valueBytes = reader.offset;
  inMemory(length(reader)); // for how long ids are remembered
  inMemory(length(reader)); // and how many
  const producers = inMemory(length(reader));
  return { entry: { ...entry, type: ValueType.stream3, value: firstBytes(entry.value, valueBytes), valueBytes }, producers };
}

/** n × (S field, S value, 8 bytes LE ms or -1) */
function asValkeyHash(entry: RdbEntry, format: RdbFormat): Converted {
  const parts: Buffer[] = [];
  let fields = 0;
  for (const element of elementsOf(entry, format)) {
    if (element.kind !== "field") continue;
    fields++;
    const atMs = Buffer.allocUnsafe(8);
    atMs.writeBigInt64LE(element.expireAtMs ?? NO_EXPIRY);
    parts.push(encodeLength(element.field.length), element.field, encodeLength(element.value.length), element.value, atMs);
  }
  return replaced(entry, ValueType.hashTtlPreGaOrHash2, [encodeLength(fields), ...parts]);
}

/** 8 bytes LE earliest expiry, n × (ms after it + 1 or 0, S field, S value) */
function asRedisHash(entry: RdbEntry, format: RdbFormat): Converted | undefined {
  const fields = Array.from(elementsOf(entry, format)).filter((element) => element.kind === "field");
  let firstMs: bigint | undefined;
  for (const { expireAtMs } of fields) if (expireAtMs !== undefined && expireAtMs < (firstMs ?? expireAtMs + 1n)) firstMs = expireAtMs;
  if (firstMs === undefined) return undefined;
  const head = Buffer.allocUnsafe(8);
  head.writeBigInt64LE(firstMs);
  const parts = fields.flatMap(({ field, value, expireAtMs }) => [
    encodeLength(expireAtMs === undefined ? 0 : Number(expireAtMs - firstMs!) + 1),
    encodeLength(field.length),
    field,
    encodeLength(value.length),
    value,
  ]);
  return replaced(entry, ValueType.hashTtl, [head, encodeLength(fields.length), ...parts]);
}

function replaced(entry: RdbEntry, type: number, parts: readonly Buffer[]): Converted {
  const value = Buffer.concat(parts);
  return { entry: { ...entry, type, value: [value], valueBytes: value.length }, producers: 0 };
}

function encodeLength(value: number): Buffer {
  if (value < 64) return Buffer.of(value);
  if (value < 16_384) return Buffer.of(0x40 | (value >> 8), value & 255);
  const encoded = Buffer.allocUnsafe(value < 2 ** 32 ? 5 : 9);
  encoded[0] = value < 2 ** 32 ? 0x80 : 0x81;
  if (value < 2 ** 32) encoded.writeUInt32BE(value, 1);
  else encoded.writeBigUInt64BE(BigInt(value), 1);
  return encoded;
}

function firstBytes(pieces: readonly Buffer[], bytes: number): readonly Buffer[] {
  const first: Buffer[] = [];
  for (let index = 0, left = bytes; left > 0; index++) {
    const piece = pieces[index]!.subarray(0, left);
    first.push(piece);
    left -= piece.length;
  }
  return first;
}
