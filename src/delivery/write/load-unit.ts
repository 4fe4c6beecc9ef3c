/**
 * Gathers what loads keys until it makes a unit: RESTORE, or the commands that rebuild a value. Small values are copied into one buffer,
 * large payloads travel as the pieces that they came in.
 */
import { type DumpPayloads, FOOTER_BYTES } from "../../rdb/dump-payload.ts";
import type { RdbEntry } from "../../rdb/parser.ts";
import { KEY, type KeyedCommand } from "../../rdb/rebuild.ts";
import type { Word } from "../../resp/encode.ts";
import type { Unit } from "./unit.ts";

/** Larger units cost the target more: it holds all arguments until EXEC. */
const UNIT_BYTES = 48 * 1024;
const UNIT_COMMANDS = 500;
/** Values from here on are not copied. */
const LARGE_VALUE_BYTES = 16 * 1024;
const BUFFER_BYTES = UNIT_BYTES + LARGE_VALUE_BYTES;
/** Fewer are copied sooner without native code. */
const COPIED_HERE_BYTES = 48;
/** Everything around key and value, with numbers of any size. */
const FRAME_BYTES = 192;

const CRLF = Buffer.from("\r\n");

type RestoreFrame = { readonly words: number; readonly options: string };
const PLAIN_FRAME: RestoreFrame = { words: 5, options: "\r\n$7\r\nREPLACE\r\n" };
const EXPIRING_FRAME: RestoreFrame = { words: 6, options: `${PLAIN_FRAME.options}$6\r\nABSTTL\r\n` };

export class LoadUnit {
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

  /** By RESTORE. */
  add(entry: RdbEntry): void {
    const { key, type, value, meta } = entry;
    const metaBytes = bytesOf(meta);
    const valueBytes = bytesOf(value);
    const payloadBytes = metaBytes + 1 + valueBytes + FOOTER_BYTES;
    const { words, options } = restoreFrame(entry);
    const ttl = ttlOf(entry);
    const isLarge = valueBytes >= LARGE_VALUE_BYTES;
    this.#makeRoom(FRAME_BYTES + key.length + metaBytes + (isLarge ? 0 : valueBytes));
    this.#text(`*${words}\r\n$7\r\nRESTORE\r\n$${key.length}\r\n`);
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
      this.#payloads.writeFooterBehind(this.#buffer, payloadFrom, this.#at);
    }
    this.#at += FOOTER_BYTES;
    this.#text(options);
    this.#types.push(type);
    this.#bytes += FRAME_BYTES + key.length + payloadBytes;
  }

  /** By commands: the older value goes in the same transaction. */
  addRebuilt(entry: RdbEntry, commands: Iterable<KeyedCommand>): void {
    const { type, key } = entry;
    this.command(type, ["UNLINK", key]);
    for (const command of commands)
      this.command(
        type,
        command.map((word) => (word === KEY ? key : word)),
      );
    if (entry.expireAtMs !== undefined) this.command(type, ["PEXPIREAT", key, ttlOf(entry)]);
  }

  /** One command for a value of that type. */
  command(type: number, words: readonly Word[]): void {
    this.#makeRoom(FRAME_BYTES);
    this.#text(`*${words.length}\r\n`);
    for (const word of words) {
      const bytes = Buffer.isBuffer(word) ? word : Buffer.from(String(word));
      this.#makeRoom(FRAME_BYTES + bytes.length);
      this.#text(`$${bytes.length}\r\n`);
      this.#copy(bytes);
      this.#copy(CRLF);
      this.#bytes += bytes.length;
    }
    this.#types.push(type);
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

  /** ASCII, and short: to ask native code would cost more than to write it here. */
  #text(text: string): void {
    const buffer = this.#buffer;
    let at = this.#at;
    for (let index = 0; index < text.length; index++) buffer[at++] = text.charCodeAt(index);
    this.#at = at;
  }

  #copy(bytes: Buffer): void {
    const { length } = bytes;
    if (length > COPIED_HERE_BYTES) {
      this.#buffer.set(bytes, this.#at);
    } else {
      const buffer = this.#buffer;
      const at = this.#at;
      for (let index = 0; index < length; index++) buffer[at + index] = bytes[index]!;
    }
    this.#at += length;
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
  const head = `*${restoreFrame(entry).words}\r\n$7\r\nRESTORE\r\n$${entry.key.length}\r\n`;
  const tail = `\r\n$${ttl.length}\r\n${ttl}\r\n$${payloadBytes}\r\n`;
  return Buffer.concat([Buffer.from(head), entry.key, Buffer.from(tail)]);
}

/** How many words RESTORE has, and what follows its payload. A server keeps of IDLETIME and FREQ what its eviction policy uses. */
export function restoreFrame({ expireAtMs, idleSeconds, freq }: RdbEntry): RestoreFrame {
  const frame = expireAtMs === undefined ? PLAIN_FRAME : EXPIRING_FRAME;
  const extra =
    idleSeconds !== undefined ? encodeOption("IDLETIME", idleSeconds) : freq !== undefined ? encodeOption("FREQ", freq) : undefined;
  return extra === undefined ? frame : { words: frame.words + 2, options: frame.options + extra };
}

function encodeOption(name: string, value: number): string {
  return `$${name.length}\r\n${name}\r\n$${`${value}`.length}\r\n${value}\r\n`;
}

/** Zero would mean "no expiry"; whatever lies before 1970 is in the past like 1. */
export function ttlOf(entry: RdbEntry): string {
  if (entry.expireAtMs === undefined) return "0";
  return entry.expireAtMs > 0n ? `${entry.expireAtMs}` : "1";
}

function bytesOf(pieces: readonly Buffer[]): number {
  let bytes = 0;
  for (const piece of pieces) bytes += piece.length;
  return bytes;
}
