/**
 * Decodes a stream: its entries, then what it remembers, then its groups, each followed by its consumers and what is pending with them.
 * `version` 1 = type 15 (5.0), 2 = 19 (7.0), 3 = 21 (7.2), 4 = 26 (8.6). What 8.6 remembers of idempotent producers has no command that
 * would restore it and is only told: it ends with the entries' age, and the stream of commands drops it for older servers as well.
 */
import { streamNode } from "./packed/stream-node.ts";
import { ALL_PENDING, HEAD_BYTES, ID_BYTES, PendingEntries, type PendingPart } from "./pending-entries.ts";
import type { RdbReader } from "./reader.ts";
import { bytes, length, text, type Walk, walkProducers } from "./value-span.ts";

export type StreamElement =
  | { readonly kind: "entry"; readonly id: string; readonly fields: readonly Buffer[] }
  | { readonly kind: "memory"; readonly lastId: string; readonly added: bigint; readonly maxDeletedId: string }
  /** `read`: how many entries it has read, where that is known. `pending`: how many are, with all its consumers. */
  | {
      readonly kind: "group";
      readonly name: Buffer;
      readonly lastId: string;
      readonly read: bigint | undefined;
      readonly pending: number;
    }
  /** Of the group, in order; whose it is comes later. */
  | { readonly kind: "pendingId"; readonly id: string }
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

type Steps = Generator<StreamElement | undefined, void, void>;

/** entries-read of a group that does not know it: -1 in 64 bits. */
const UNKNOWN = 2n ** 64n - 1n;

/** `part`: what of each group's pending entries is told. */
export function* streamElements(reader: RdbReader, version: 1 | 2 | 3 | 4, part: PendingPart = ALL_PENDING): Steps {
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
  for (let left = yield* length(reader); left > 0; left--) yield* group(reader, version, part);
  const count = version >= 4 ? yield* walkProducers(reader) : 0;
  if (count > 0) yield { kind: "producers", count };
}

function* group(reader: RdbReader, version: number, part: PendingPart): Steps {
  const name = yield* text(reader);
  const lastId = yield* numericId(reader);
  const read = version >= 2 ? yield* length64(reader) : UNKNOWN;
  const pending = yield* length(reader);
  const held = new PendingEntries(part);
  for (let left = pending; left > 0; left--) {
    const isHeld = held.add(yield* bytes(reader, HEAD_BYTES));
    const deliveries = yield* length(reader);
    if (isHeld) held.deliver(deliveries);
  }
  yield { kind: "group", name, lastId, read: read === UNKNOWN ? undefined : read, pending };
  for (const id of held.ids()) yield { kind: "pendingId", id };
  for (let left = yield* length(reader); left > 0; left--) {
    const consumer = yield* text(reader);
    yield* bytes(reader, version >= 3 ? 16 : 8); // seen; active
    yield { kind: "consumer", group: name, name: consumer };
    for (let ids = yield* length(reader); ids > 0; ids--) {
      const found = held.find(yield* bytes(reader, ID_BYTES));
      if (found) yield { kind: "pending", group: name, consumer, ...found };
    }
  }
}

function* numericId(reader: RdbReader): Walk<string> {
  const ms = yield* length64(reader);
  return `${ms}-${yield* length64(reader)}`;
}

/** Ids may use all 64 bits. */
function* length64(reader: RdbReader): Walk<bigint> {
  for (;;) {
    const value = reader.length64();
    if (value !== undefined) return value;
    yield;
  }
}
