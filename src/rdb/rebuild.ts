/**
 * Rebuilds a value with the commands that any client may send, for a server that does not take it by RESTORE. What comes out equals what
 * RESTORE would have made, but for what a server keeps to itself (when a consumer was last seen, encodings) and for field expiries where
 * the server knows none.
 *
 * A stream's pending entries may be of entries that are gone, and XCLAIM knows no id that is not there: group by group, the pending ids are
 * added as entries, claimed, trimmed away and forgotten (XSETID), before the true entries come. For that the value is read twice, and once more for
 * each further million of what is pending with a group: no more than that is held, here and by the server.
 */

import { GatewayError } from "../errors.ts";
import type { Word } from "../resp/encode.ts";
import type { RestoreServer } from "./dump-payload.ts";
import { type Element, elements } from "./elements.ts";
import type { RdbFormat } from "./format.ts";
import { describeType, ValueType } from "./opcodes.ts";
import type { RdbEntry } from "./parser.ts";
import { NO_PENDING } from "./pending-entries.ts";
import { RdbReader } from "./reader.ts";
import { stringPieces } from "./string-pieces.ts";

/** Stands in a command where the name of the key belongs: where it is built is decided later. */
export const KEY = Symbol("key");

export type KeyedCommand = readonly (Word | typeof KEY)[];
export type RebuildOptions = {
  readonly format: RdbFormat;
  readonly server: RestoreServer;
  /** When a field that expires at `atMs` shall expire; without it then. */
  readonly fieldExpiry?: (atMs: bigint) => bigint;
  /** Of a stream: how many of a group's pending entries are held at once, 32 bytes each; PENDING_HELD unless it is said. */
  readonly pendingHeld?: number;
  /** Of a stream: what it remembers of idempotent producers is left out. */
  readonly onProducers?: () => void;
};
/** Yields undefined when it needs more bytes of the value. */
type Steps<Step> = Generator<Step | undefined, void, void>;

/** Of one command with many elements. */
const COMMAND_BYTES = 16 * 1024;
const COMMAND_ELEMENTS = 500;
/** 32 MiB. Of five million, the value is read five times. */
const PENDING_HELD = 1024 * 1024;
/** In front of the first true group, to have a stream without entries: XADD would leave one. */
const PASSING_GROUP = "causeway";
/** A lone entry for an id needs a field; it is trimmed away. */
const PASSING_ENTRY: readonly Word[] = ["", ""];

/** Can no command make a value of this type? */
export function isOpaque(type: number): boolean {
  return type === ValueType.module1 || type === ValueType.module2;
}

/** Has the value fields that expire? Throws RDB_MALFORMED. */
export function expiresFields(entry: RdbEntry, format: RdbFormat): boolean {
  if (entry.type < ValueType.hashTtlPreGaOrHash2 || entry.type > ValueType.hashListpackTtl) return false;
  // Too large to be held: servers write these types for hashes that have such fields.
  if (entry.measured) return true;
  for (const element of elementsOf(entry, format)) {
    if (element.kind === "field" && element.expireAtMs !== undefined) return true;
  }
  return false;
}

/** All elements of a value that is in memory. Throws RDB_MALFORMED, RDB_UNSUPPORTED. */
export function elementsOf(entry: RdbEntry, format: RdbFormat): Generator<Element, void, void> {
  return feed(entry, (reader) => elements(reader, entry.type, format));
}

/** HPEXPIREAT. */
export function knowsFieldExpiry({ product, versionNumber }: RestoreServer): boolean {
  return versionNumber >= (product === "valkey" ? 900 : 704);
}

type Pass = (reader: RdbReader) => Steps<KeyedCommand>;

/**
 * How often the value's bytes are read, each time by a reader of its own, to make it where there is no key; there are no commands where
 * it has no elements. The next pass is asked for when the one before it is over. Throw RDB_MALFORMED, RDB_UNSUPPORTED.
 */
export function rebuildPasses(type: number, options: RebuildOptions): Iterable<Pass> {
  const { format } = options;
  switch (type) {
    case ValueType.string:
      return [(reader) => rebuildString(stringPieces(reader))];
    case ValueType.stream:
    case ValueType.stream2:
    case ValueType.stream3:
    case ValueType.stream4:
      return streamPasses(type, options);
    default:
      return [(reader) => rebuildElements(elements(reader, type, format), options)];
  }
}

/** The commands for a value that is in memory. */
export function* rebuild(entry: RdbEntry, options: RebuildOptions): Generator<KeyedCommand, void, void> {
  for (const pass of rebuildPasses(entry.type, options)) yield* feed(entry, pass);
}

/** For one pass over a value. */
export function valueReader(): RdbReader {
  return new RdbReader({ maxBytes: Number.MAX_SAFE_INTEGER, heldBytes: 0, verifyChecksum: false, keepSpans: false });
}

function* feed<Step>(entry: RdbEntry, pass: (reader: RdbReader) => Steps<Step>): Generator<Step, void, void> {
  const reader = valueReader();
  const pieces = entry.value.values();
  for (const step of pass(reader)) {
    if (step !== undefined) {
      yield step;
      continue;
    }
    const piece = pieces.next();
    if (piece.done) throw malformedValue(entry.type, "breaks off");
    reader.feed(piece.value);
  }
  if (reader.unread > 0 || !pieces.next().done) throw malformedValue(entry.type, "goes on behind its end");
}

export function malformedValue(type: number, what: string): GatewayError {
  return new GatewayError("RDB_MALFORMED", `a value of RDB type ${describeType(type)} ${what}`, { details: { type } });
}

function* rebuildString(pieces: Steps<Buffer>): Steps<KeyedCommand> {
  let name = "SET";
  for (const piece of pieces) {
    yield piece && [name, KEY, piece];
    if (piece) name = "APPEND";
  }
}

function* rebuildElements(source: Steps<Element>, { server, fieldExpiry = (atMs) => atMs }: RebuildOptions): Steps<KeyedCommand> {
  const batch = new Batch();
  const expires = knowsFieldExpiry(server);
  for (const element of source) {
    switch (element?.kind) {
      case undefined:
        yield undefined;
        continue;
      case "item":
        batch.add("RPUSH", element.value);
        break;
      case "member":
        batch.add("SADD", element.member);
        break;
      case "scored":
        batch.add("ZADD", element.score, element.member);
        break;
      case "field":
        batch.add("HSET", element.field, element.value);
        if (expires && element.expireAtMs !== undefined) batch.expire(element.field, fieldExpiry(element.expireAtMs));
        break;
      default:
        throw new GatewayError("INVARIANT", "an element of another type");
    }
    if (batch.isFull) yield* batch.take();
  }
  yield* batch.take();
}

/** Elements of one kind, until they make a command. */
class Batch {
  #words: Word[] = [];
  #expiries = new Map<bigint, Buffer[]>();
  #name = "";
  #bytes = 0;

  get isFull(): boolean {
    return this.#bytes >= COMMAND_BYTES || this.#words.length >= 2 * COMMAND_ELEMENTS;
  }

  add(name: string, ...words: readonly Buffer[]): void {
    this.#name = name;
    for (const word of words) {
      this.#words.push(word);
      this.#bytes += word.length;
    }
  }

  expire(field: Buffer, atMs: bigint): void {
    const fields = this.#expiries.get(atMs);
    if (fields) fields.push(field);
    else this.#expiries.set(atMs, [field]);
  }

  *take(): Generator<KeyedCommand, void, void> {
    if (this.#words.length > 0) yield [this.#name, KEY, ...this.#words];
    for (const [atMs, fields] of this.#expiries) yield ["HPEXPIREAT", KEY, pastOrLater(atMs), "FIELDS", fields.length, ...fields];
    this.#words = [];
    this.#bytes = 0;
    this.#expiries = new Map();
  }
}

/** The groups with the first of what is pending with them, the next of it as long as there is more, and the stream. */
function* streamPasses(type: number, options: RebuildOptions): Generator<Pass, void, void> {
  const { format, server, pendingHeld: count = PENDING_HELD } = options;
  let most = 0;
  const onGroup = (pending: number) => {
    most = Math.max(most, pending);
  };
  for (let first = 0; first === 0 || first < most; first += count) {
    const isFirst = first === 0;
    yield (reader) => rebuildGroups(elements(reader, type, format, { first, count }), { server, isFirst, onGroup });
  }
  yield (reader) => rebuildStream(elements(reader, type, format, NO_PENDING), options);
}

type GroupsOptions = {
  readonly server: RestoreServer;
  /** Otherwise groups and consumers are there already. */
  readonly isFirst: boolean;
  readonly onGroup: (pending: number) => void;
};

/** An empty stream with its groups, their consumers and what is pending with them; where the groups stand comes later. */
function* rebuildGroups(source: Steps<Element>, { server, isFirst, onGroup }: GroupsOptions): Steps<KeyedCommand> {
  const createsConsumers = server.product === "valkey" || server.versionNumber >= 602;
  if (isFirst) {
    yield ["XGROUP", "CREATE", KEY, PASSING_GROUP, "0", "MKSTREAM"];
    yield ["XGROUP", "DESTROY", KEY, PASSING_GROUP];
  }
  let hasEntries = false;
  for (const element of source) {
    switch (element?.kind) {
      case undefined:
        yield undefined;
        break;
      case "group":
        if (hasEntries) yield* forgetEntries();
        hasEntries = false;
        onGroup(element.pending);
        if (isFirst) yield ["XGROUP", "CREATE", KEY, element.name, "0"];
        break;
      case "pendingId":
        yield ["XADD", KEY, element.id, ...PASSING_ENTRY];
        hasEntries = true;
        break;
      case "consumer":
        if (!isFirst) break;
        if (createsConsumers) yield ["XGROUP", "CREATECONSUMER", KEY, element.group, element.name];
        // Reading one's own history creates the reader and delivers nothing.
        else yield ["XREADGROUP", "GROUP", element.group, element.name, "STREAMS", KEY, 0];
        break;
      case "pending": {
        const { group, consumer, id, deliveredAtMs, deliveries } = element;
        yield ["XCLAIM", KEY, group, consumer, 0, id, "TIME", deliveredAtMs, "RETRYCOUNT", deliveries, "FORCE", "JUSTID"];
        break;
      }
      default:
    }
  }
  if (hasEntries) yield* forgetEntries();
}

/** Trimmed entries stay pending, and unlike deleted ones raise nothing that the stream would remember. */
function* forgetEntries(): Generator<KeyedCommand, void, void> {
  yield ["XTRIM", KEY, "MAXLEN", 0];
  yield ["XSETID", KEY, "0-0"];
}

/** The entries, what the stream remembers, and how far each group is. */
function* rebuildStream(source: Steps<Element>, { server, onProducers }: RebuildOptions): Steps<KeyedCommand> {
  const remembers = server.product === "valkey" || server.versionNumber >= 700;
  for (const element of source) {
    switch (element?.kind) {
      case undefined:
        yield undefined;
        break;
      case "entry":
        yield ["XADD", KEY, element.id, ...element.fields];
        break;
      case "memory": {
        const { lastId, added, maxDeletedId } = element;
        const memory = remembers ? ["ENTRIESADDED", added, "MAXDELETEDID", maxDeletedId] : [];
        yield ["XSETID", KEY, lastId, ...memory];
        break;
      }
      case "group": {
        const read = remembers && element.read !== undefined ? ["ENTRIESREAD", element.read] : [];
        yield ["XGROUP", "SETID", KEY, element.name, element.lastId, ...read];
        break;
      }
      case "producers":
        onProducers?.();
        break;
      default:
    }
  }
}

/** Zero would be refused, and what lies before 1970 is in the past like 1. */
function pastOrLater(atMs: bigint): bigint {
  return atMs > 0n ? atMs : 1n;
}
