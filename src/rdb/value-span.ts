/**
 * Where a value ends, by type, without decoding it: S = string, n = length. A generator yields when bytes are missing and goes on
 * after the next `feed`, so every rule below reads as the grammar it is.
 *
 *   0            S                              9–13 16 17 20 23   S (the packed blob)
 *   1 2 14       n × S                          18                 n × (n container, S)
 *   3            n × (S, score text)            5                  n × (S, 8 bytes)
 *   4            n × (S, S)                     24 Redis           8 bytes, n × (n ttl, S, S)
 *   7            n module id, ops until 0       25 Redis           8 bytes, S
 *   22 Redis     n × (n ttl, S, S)              22 Valkey          n × (S, S, 8 bytes)
 *   15 19 21 26  streams, see `walkStream`      6                  cannot be walked
 */
import { GatewayError } from "../errors.ts";
import type { RdbFormat } from "./format.ts";
import { describeType, ModuleOpcode, ValueType } from "./opcodes.ts";
import { type RdbReader, SHORT } from "./reader.ts";

/** Yields when more bytes are needed. */
export type Walk<Result = void> = Generator<undefined, Result, void>;

const SCORE_WITHOUT_TEXT = 253;

/** Is the value one string, so that `skipString` walks it? */
export function isOneString(type: number): boolean {
  switch (type) {
    case ValueType.string:
    case ValueType.hashZipmap:
    case ValueType.listZiplist:
    case ValueType.setIntset:
    case ValueType.zsetZiplist:
    case ValueType.hashZiplist:
    case ValueType.hashListpack:
    case ValueType.zsetListpack:
    case ValueType.setListpack:
      return true;
    default:
      return false;
  }
}

/** Consumes a value of any other type. Throws RDB_UNSUPPORTED for a type whose extent is not known. */
export function* walkValue(reader: RdbReader, type: number, format: RdbFormat): Walk {
  switch (type) {
    case ValueType.list:
    case ValueType.set:
    case ValueType.quicklist:
      return yield* walkStrings(reader, 1);
    case ValueType.hash:
      return yield* walkStrings(reader, 2);
    case ValueType.quicklist2:
      return yield* walkTagged(reader, 1);
    case ValueType.zset:
      return yield* walkTextScores(reader);
    case ValueType.zset2:
      return yield* walkFollowed(reader, 1);
    case ValueType.module2:
      yield* length(reader);
      return yield* walkModuleOps(reader);
    case ValueType.stream:
      return yield* walkStream(reader, 1);
    case ValueType.stream2:
      return yield* walkStream(reader, 2);
    case ValueType.stream3:
      return yield* walkStream(reader, 3);
    default:
  }
  if (format.family === "valkey") {
    if (type === ValueType.hashTtlPreGaOrHash2) return yield* walkFollowed(reader, 2);
  } else {
    switch (type) {
      case ValueType.hashTtlPreGaOrHash2:
        return yield* walkTagged(reader, 2);
      case ValueType.hashListpackTtlPreGa:
        return yield* string(reader);
      case ValueType.hashTtl:
        yield* skip(reader, 8);
        return yield* walkTagged(reader, 2);
      case ValueType.hashListpackTtl:
        yield* skip(reader, 8);
        return yield* string(reader);
      case ValueType.stream4:
        return yield* walkStream(reader, 4);
      default:
    }
  }
  throw unknownType(type, format, reader.offset);
}

export function unknownType(type: number, format: RdbFormat, rdbOffset: number): GatewayError {
  return new GatewayError("RDB_UNSUPPORTED", `RDB type ${describeType(type)} of ${format.family} RDB ${format.version} is not known`, {
    details: { type, ...format, rdbOffset },
  });
}

/** A module's data: operations until 0. Also the tail of module aux fields and of key metadata. */
export function* walkModuleOps(reader: RdbReader): Walk {
  for (;;) {
    const operation = yield* length(reader);
    switch (operation) {
      case ModuleOpcode.end:
        return;
      case ModuleOpcode.sint:
      case ModuleOpcode.uint:
        yield* length(reader);
        break;
      case ModuleOpcode.float:
        yield* skip(reader, 4);
        break;
      case ModuleOpcode.double:
        yield* skip(reader, 8);
        break;
      case ModuleOpcode.string:
        yield* string(reader);
        break;
      default:
        throw reader.malformed("unknown operation in a module's value");
    }
  }
}

export function* length(reader: RdbReader): Walk<number> {
  for (;;) {
    const value = reader.length();
    if (value !== SHORT) return value;
    yield;
  }
}

/** A whole string, decoded. */
export function* text(reader: RdbReader): Walk<Buffer> {
  for (;;) {
    const value = reader.string();
    if (value !== undefined) return value;
    yield;
  }
}

export function* bytes(reader: RdbReader, count: number): Walk<Buffer> {
  for (;;) {
    const value = reader.bytes(count);
    if (value !== undefined) return value;
    yield;
  }
}

function* string(reader: RdbReader): Walk {
  while (!reader.skipString()) yield;
}

function* skip(reader: RdbReader, bytes: number): Walk {
  while (!reader.skip(bytes)) yield;
}

// The loops below ask the reader directly: a delegate per element would cost more than the element.

/** n × (S × `perElement`) */
function* walkStrings(reader: RdbReader, perElement: number): Walk {
  const strings = (yield* length(reader)) * perElement;
  for (let done = 0; done < strings; done++) {
    while (!reader.skipString()) yield;
  }
}

/** n × (length, S × `strings`) */
function* walkTagged(reader: RdbReader, strings: number): Walk {
  const elements = yield* length(reader);
  for (let done = 0; done < elements; done++) {
    while (reader.length() === SHORT) yield;
    for (let each = 0; each < strings; each++) while (!reader.skipString()) yield;
  }
}

/** n × (S × `strings`, 8 bytes) */
function* walkFollowed(reader: RdbReader, strings: number): Walk {
  const elements = yield* length(reader);
  for (let done = 0; done < elements; done++) {
    for (let each = 0; each < strings; each++) while (!reader.skipString()) yield;
    while (!reader.skip(8)) yield;
  }
}

/** n × (S, 1 byte l, l bytes of text unless l stands for NaN or an infinity) */
function* walkTextScores(reader: RdbReader): Walk {
  const elements = yield* length(reader);
  for (let done = 0; done < elements; done++) {
    while (!reader.skipString()) yield;
    let bytes = reader.byte();
    while (bytes === SHORT) {
      yield;
      bytes = reader.byte();
    }
    if (bytes < SCORE_WITHOUT_TEXT) while (!reader.skip(bytes)) yield;
  }
}

/** `version` 1 = type 15 (5.0), 2 = 19 (7.0), 3 = 21 (7.2), 4 = 26 (8.6). */
export function* walkStream(reader: RdbReader, version: number): Walk {
  yield* walkStrings(reader, 2); // nodes: first id, listpack
  yield* lengths(reader, version >= 2 ? 8 : 3); // length, last id; v2: first id, max deleted id, entries added
  const groups = yield* length(reader);
  for (let group = 0; group < groups; group++) {
    yield* string(reader);
    yield* lengths(reader, version >= 2 ? 3 : 2); // last id; v2: entries read
    const pending = yield* length(reader);
    for (let entry = 0; entry < pending; entry++) {
      while (!reader.skip(16 + 8)) yield; // id, delivery time
      while (reader.length() === SHORT) yield; // delivery count
    }
    const consumers = yield* length(reader);
    for (let consumer = 0; consumer < consumers; consumer++) {
      yield* string(reader);
      yield* skip(reader, version >= 3 ? 16 : 8); // seen time; v3: active time
      yield* skip(reader, 16 * (yield* length(reader)));
    }
  }
  if (version >= 4) yield* walkProducers(reader);
}

/** What a stream remembers of idempotent producers (8.6); answers how many they are. */
export function* walkProducers(reader: RdbReader): Walk<number> {
  yield* lengths(reader, 2); // duration and maximum of remembered idempotency ids
  const producers = yield* length(reader);
  for (let producer = 0; producer < producers; producer++) {
    yield* string(reader);
    const ids = yield* length(reader);
    for (let id = 0; id < ids; id++) {
      while (!reader.skipString()) yield;
      yield* lengths(reader, 2);
    }
  }
  yield* lengths(reader, 2); // ids added, duplicates
  return producers;
}

function* lengths(reader: RdbReader, count: number): Walk {
  for (let done = 0; done < count; done++) while (reader.length() === SHORT) yield;
}
