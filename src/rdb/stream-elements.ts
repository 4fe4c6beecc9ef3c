/**
 * Decodes a stream: its entries, then what it remembers, then its groups, each followed by its consumers and what is pending with them.
 * `version` 1 = type 15 (5.0), 2 = 19 (7.0), 3 = 21 (7.2), 4 = 26 (8.6). What 8.6 remembers of idempotent producers has no command that
 * would restore it and is only told: it ends with the entries' age, and the stream of commands drops it for older servers as well.
 */
import { GatewayError } from "../errors.ts";
import { streamNode } from "./packed/stream-node.ts";
import type { RdbReader } from "./reader.ts";
import { bytes, length, text, type Walk, walkProducers } from "./value-span.ts";

export type StreamElement =
  | { readonly kind: "entry"; readonly id: string; readonly fields: readonly Buffer[] }
  | { readonly kind: "memory"; readonly lastId: string; readonly added: bigint; readonly maxDeletedId: string }
  /** `read`: how many entries it has read, where that is known. `pendingIds`: of all its consumers, in order. */
  | {
      readonly kind: "group";
      readonly name: Buffer;
      readonly lastId: string;
      readonly read: bigint | undefined;
      readonly pendingIds: readonly string[];
    }
  | { readonly kind: "consumer"; readonly group: Buffer; readonly name: Buffer }
  | {
      readonly kind: "pending";
      readonly group: Buffer;
      readonly consumer: Buffer;
      readonly id: string;
      readonly deliveredAtMs: bigint;
      readonly deliveries: number;
    }
  /** What 8.6 remembers of so many idempotent producers. */
  | { readonly kind: "producers"; readonly count: number };

type Delivery = { readonly deliveredAtMs: bigint; readonly deliveries: number };
type Steps = Generator<StreamElement | undefined, void, void>;

const ID_BYTES = 16;
/** entries-read of a group that does not know it: -1 in 64 bits. */
const UNKNOWN = 2n ** 64n - 1n;

export function* streamElements(reader: RdbReader, version: 1 | 2 | 3 | 4): Steps {
  for (let left = yield* length(reader); left > 0; left--) {
    const firstId = yield* text(reader);
    for (const { id, fields } of streamNode(firstId, yield* text(reader))) yield { kind: "entry", id, fields };
  }
  let added = yield* length64(reader); // how many entries: what a stream of before 7.0 is taken to have had
  const lastId = yield* numericId(reader);
  let maxDeletedId = "0-0";
  if (version >= 2) {
    yield* numericId(reader); // the first
    maxDeletedId = yield* numericId(reader);
    added = yield* length64(reader);
  }
  yield { kind: "memory", lastId, added, maxDeletedId };
  for (let left = yield* length(reader); left > 0; left--) yield* group(reader, version);
  const count = version >= 4 ? yield* walkProducers(reader) : 0;
  if (count > 0) yield { kind: "producers", count };
}

function* group(reader: RdbReader, version: number): Steps {
  const name = yield* text(reader);
  const lastId = yield* numericId(reader);
  const read = version >= 2 ? yield* length64(reader) : UNKNOWN;
  // The group says when and how often, its consumers say whose: the one is kept until the other comes.
  const deliveries = new Map<string, Delivery>();
  for (let left = yield* length(reader); left > 0; left--) {
    const id = binaryId(yield* bytes(reader, ID_BYTES));
    const deliveredAtMs = (yield* bytes(reader, 8)).readBigInt64LE(0);
    deliveries.set(id, { deliveredAtMs, deliveries: yield* length(reader) });
  }
  yield { kind: "group", name, lastId, read: read === UNKNOWN ? undefined : read, pendingIds: [...deliveries.keys()] };
  for (let left = yield* length(reader); left > 0; left--) {
    const consumer = yield* text(reader);
    yield* bytes(reader, version >= 3 ? 16 : 8); // seen; active
    yield { kind: "consumer", group: name, name: consumer };
    for (let ids = yield* length(reader); ids > 0; ids--) {
      const id = binaryId(yield* bytes(reader, ID_BYTES));
      const delivery = deliveries.get(id);
      if (!delivery) throw new GatewayError("RDB_MALFORMED", "an RDB is malformed: a consumer has what its group has not");
      yield { kind: "pending", group: name, consumer, id, ...delivery };
    }
  }
}

function* numericId(reader: RdbReader): Walk<string> {
  const ms = yield* length64(reader);
  return `${ms}-${yield* length64(reader)}`;
}

function binaryId(id: Buffer): string {
  return `${id.readBigUInt64BE(0)}-${id.readBigUInt64BE(8)}`;
}

/** Ids may use all 64 bits. */
function* length64(reader: RdbReader): Walk<bigint> {
  for (;;) {
    const value = reader.length64();
    if (value !== undefined) return value;
    yield;
  }
}
