/**
 * Gathers RESTORE commands until they make a unit. Small values are copied into one buffer, large ones travel as the pieces that they
 * came in.
 */
import { type DumpPayloads, FOOTER_BYTES } from "../../rdb/dump-payload.ts";
import type { RdbEntry } from "../../rdb/parser.ts";
import type { Unit } from "./unit.ts";

/** Larger units cost the target more: it holds all arguments until EXEC. */
const UNIT_BYTES = 48 * 1024;
const UNIT_COMMANDS = 500;
/** Values from here on are not copied. */
const LARGE_VALUE_BYTES = 16 * 1024;
const BUFFER_BYTES = UNIT_BYTES + LARGE_VALUE_BYTES;
/** Everything around key and value, with numbers of any size. */
const FRAME_BYTES = 192;

const RESTORE = "*6\r\n$7\r\nRESTORE\r\n";
/** What follows the payload. */
export const RESTORE_OPTIONS = "\r\n$7\r\nREPLACE\r\n$6\r\nABSTTL\r\n";

export class RestoreUnit {
  readonly db: number;
  readonly #payloads: DumpPayloads;
  readonly #types: number[] = [];
  readonly #pieces: Buffer[] = [];
  #buffer = Buffer.allocUnsafe(BUFFER_BYTES);
  /** Start of what is not among the pieces yet. */
  #from = 0;
  #at = 0;
  #bytes = 0;

  constructor(db: number, payloads: DumpPayloads) {
    this.db = db;
    this.#payloads = payloads;
  }

  get full(): boolean {
    return this.#bytes >= UNIT_BYTES || this.#types.length >= UNIT_COMMANDS;
  }

  get isEmpty(): boolean {
    return this.#types.length === 0;
  }

  /** Would the entry make the unit larger than it has to be? A large value gets a unit of its own. */
  shouldPrecede(entry: RdbEntry): boolean {
    return !this.isEmpty && this.#bytes + bytesOf(entry.value) > BUFFER_BYTES;
  }

  /** Throws RDB_UNSUPPORTED when the target cannot restore the entry. */
  add(entry: RdbEntry): void {
    this.#payloads.check(entry);
    const { key, type, value, meta } = entry;
    const metaBytes = bytesOf(meta);
    const valueBytes = bytesOf(value);
    const payloadBytes = metaBytes + 1 + valueBytes + FOOTER_BYTES;
    const ttl = ttlOf(entry);
    const isLarge = valueBytes >= LARGE_VALUE_BYTES;
    this.#makeRoom(FRAME_BYTES + key.length + metaBytes + (isLarge ? 0 : valueBytes));
    this.#text(`${RESTORE}$${key.length}\r\n`);
    this.#copy(key);
    this.#text(`\r\n$${ttl.length}\r\n${ttl}\r\n$${payloadBytes}\r\n`);
    const payloadFrom = this.#at;
    for (const piece of meta) this.#copy(piece);
    this.#buffer[this.#at++] = type;
    if (isLarge) {
      const head = this.#buffer.subarray(payloadFrom, this.#at);
      this.#cut();
      this.#pieces.push(...value);
      this.#makeRoom(FRAME_BYTES);
      this.#payloads.writeFooter([head, ...value], this.#buffer, this.#at);
    } else {
      for (const piece of value) this.#copy(piece);
      this.#payloads.writeFooter([this.#buffer.subarray(payloadFrom, this.#at)], this.#buffer, this.#at);
    }
    this.#at += FOOTER_BYTES;
    this.#text(RESTORE_OPTIONS);
    this.#types.push(type);
    this.#bytes += FRAME_BYTES + key.length + payloadBytes;
  }

  /** The unit; this object is done with. */
  finish(checkpoint: Unit["checkpoint"]): Unit {
    this.#cut();
    const types = this.#types;
    return {
      db: this.db,
      pieces: this.#pieces,
      commands: types.length,
      checkpoint,
      explain: (index) => this.#payloads.describe(types[index] ?? -1),
    };
  }

  #text(text: string): void {
    this.#at += this.#buffer.write(text, this.#at, "latin1");
  }

  #copy(bytes: Buffer): void {
    this.#buffer.set(bytes, this.#at);
    this.#at += bytes.length;
  }

  #makeRoom(bytes: number): void {
    if (this.#buffer.length - this.#at >= bytes) return;
    this.#cut();
    this.#buffer = Buffer.allocUnsafe(Math.max(bytes, BUFFER_BYTES));
    this.#from = 0;
    this.#at = 0;
  }

  #cut(): void {
    if (this.#at > this.#from) this.#pieces.push(this.#buffer.subarray(this.#from, this.#at));
    this.#from = this.#at;
  }
}

/** RESTORE up to the first byte of a payload of that size. */
export function encodeRestoreHead(entry: RdbEntry, payloadBytes: number): Buffer {
  const ttl = ttlOf(entry);
  const tail = `\r\n$${ttl.length}\r\n${ttl}\r\n$${payloadBytes}\r\n`;
  return Buffer.concat([Buffer.from(`${RESTORE}$${entry.key.length}\r\n`), entry.key, Buffer.from(tail)]);
}

/** Zero would mean "no expiry"; whatever lies before 1970 is in the past like 1. */
function ttlOf(entry: RdbEntry): string {
  if (entry.expireAtMs === undefined) return "0";
  return entry.expireAtMs > 0n ? `${entry.expireAtMs}` : "1";
}

function bytesOf(pieces: readonly Buffer[]): number {
  let bytes = 0;
  for (const piece of pieces) bytes += piece.length;
  return bytes;
}
