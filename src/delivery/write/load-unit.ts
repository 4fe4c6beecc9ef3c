/**
 * Gathers what loads keys until it makes a unit: SET, RESTORE, or the commands that rebuild a value. Small values are copied into one buffer,
 * large payloads travel as the pieces that they came in. Written byte by byte: this runs once per key, and strings cost more than the bytes.
 */
import { type DumpPayloads, FOOTER_BYTES } from "../../rdb/dump-payload.ts";
import { ValueType } from "../../rdb/opcodes.ts";
import type { RdbEntry } from "../../rdb/parser.ts";
import { KEY, type KeyedCommand } from "../../rdb/rebuild.ts";
import type { Word } from "../../resp/encode.ts";
import type { Unit } from "./unit.ts";
import { UNIT_BUFFER_BYTES, UNIT_BYTES, type UnitBuffers } from "./unit-buffers.ts";

const UNIT_COMMANDS = 2_000;
/** Values from here on are not copied. */
const LARGE_VALUE_BYTES = 16 * 1024;
/** Fewer are copied sooner without native code. */
const COPIED_HERE_BYTES = 48;
/** Everything around key and value, with numbers of any size. */
const FRAME_BYTES = 192;

const CR = 13;
const LF = 10;
const DOLLAR = 36;
const MINUS = 45;
const ZERO = 48;

const SET = Buffer.from("*3\r\n$3\r\nSET\r\n");
const SET_EXPIRING = Buffer.from("*5\r\n$3\r\nSET\r\n");
const EXPIRING_AT = Buffer.from("$4\r\nPXAT\r\n");

/** What stands before the key, and behind the payload. */
type RestoreFrame = { readonly head: Buffer; readonly options: Buffer };
const PLAIN_FRAME = frameOf(5, "\r\n$7\r\nREPLACE\r\n");
const EXPIRING_FRAME = frameOf(6, "\r\n$7\r\nREPLACE\r\n$6\r\nABSTTL\r\n");

/** How a string of an RDB begins. */
const LENGTH_IN_TWO_BYTES = 0x40;
const LONGER_LENGTH = 0x80;
const INT8 = 0xc0;
const INT32 = 0xc2;

const MAX_EXACT = BigInt(Number.MAX_SAFE_INTEGER);

export class LoadUnit {
  readonly db: number;
  readonly #payloads: DumpPayloads;
  readonly #buffers: UnitBuffers;
  readonly #types: number[] = [];
  readonly #pieces: Buffer[] = [];
  /** Those of our pieces that belong to `buffers`. */
  readonly #taken: Buffer[] = [];
  #buffer: Buffer;
  /** Start of what is not among the pieces yet. */
  #from = 0;
  #at = 0;
  /** Of what is among them. */
  #cutBytes = 0;

  constructor(db: number, payloads: DumpPayloads, buffers: UnitBuffers) {
    this.db = db;
    this.#payloads = payloads;
    this.#buffers = buffers;
    this.#buffer = buffers.take();
    this.#taken.push(this.#buffer);
  }

  get full(): boolean {
    return this.#bytes >= UNIT_BYTES || this.#types.length >= UNIT_COMMANDS;
  }

  get isEmpty(): boolean {
    return this.#types.length === 0;
  }

  /** Would the entry make the unit larger than it has to be? A large value gets a unit of its own. */
  shouldPrecede(entry: RdbEntry): boolean {
    return !this.isEmpty && this.#bytes + entry.valueBytes > UNIT_BUFFER_BYTES;
  }

  /** By SET, where that says all of it and costs the target less, or by RESTORE. */
  add(entry: RdbEntry): void {
    if (entry.type !== ValueType.string || !this.#set(entry)) this.#restore(entry);
    this.#types.push(entry.type);
  }

  #set({ key, value, valueBytes, meta, expireAtMs, idleSeconds, freq }: RdbEntry): boolean {
    if (value.length !== 1 || valueBytes >= LARGE_VALUE_BYTES || meta.length > 0 || idleSeconds !== undefined || freq !== undefined)
      return false;
    if (expireAtMs !== undefined && !this.#payloads.setsExpiry) return false;
    const text = value[0]!;
    const first = text[0]!;
    const isNumber = first >= INT8 && first <= INT32;
    if (first >= LONGER_LENGTH && !isNumber) return false;
    this.#makeRoom(FRAME_BYTES + key.length + valueBytes);
    this.#copy(expireAtMs === undefined ? SET : SET_EXPIRING);
    this.#word(key);
    if (isNumber) {
      this.#numberWord(first === INT8 ? text.readInt8(1) : first === INT32 ? text.readInt32LE(1) : text.readInt16LE(1));
    } else {
      const from = first < LENGTH_IN_TWO_BYTES ? 1 : 2;
      this.#length(valueBytes - from);
      this.#copy(text, from);
      this.#lineEnd();
    }
    if (expireAtMs === undefined) return true;
    this.#copy(EXPIRING_AT);
    this.#ttlWord(expireAtMs);
    return true;
  }

  #restore(entry: RdbEntry): void {
    const { key, type, value, valueBytes, meta, expireAtMs } = entry;
    const metaBytes = bytesOf(meta);
    const { head, options } = restoreFrame(entry);
    const isLarge = valueBytes >= LARGE_VALUE_BYTES;
    this.#makeRoom(FRAME_BYTES + key.length + metaBytes + (isLarge ? 0 : valueBytes));
    this.#copy(head);
    this.#word(key);
    if (expireAtMs === undefined) this.#numberWord(0);
    else this.#ttlWord(expireAtMs);
    this.#length(metaBytes + 1 + valueBytes + FOOTER_BYTES);
    const payloadFrom = this.#at;
    for (const piece of meta) this.#copy(piece);
    this.#buffer[this.#at++] = type;
    if (isLarge) {
      const before = this.#buffer.subarray(payloadFrom, this.#at);
      this.#cut();
      this.#pieces.push(...value);
      this.#cutBytes += valueBytes;
      this.#makeRoom(FRAME_BYTES);
      this.#payloads.writeFooter([before, ...value], this.#buffer, this.#at);
    } else {
      for (const piece of value) this.#copy(piece);
      this.#payloads.writeFooterBehind(this.#buffer, payloadFrom, this.#at);
    }
    this.#at += FOOTER_BYTES;
    this.#copy(options);
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
    this.#copy(Buffer.from(`*${words.length}\r\n`));
    for (const word of words) {
      const bytes = Buffer.isBuffer(word) ? word : Buffer.from(String(word));
      this.#makeRoom(FRAME_BYTES + bytes.length);
      this.#word(bytes);
    }
    this.#types.push(type);
  }

  /** The unit; this object is done with. `onCommitted` as in units. */
  finish(checkpoint: Unit["checkpoint"], onCommitted?: () => void): Unit {
    this.#cut();
    const types = this.#types;
    return {
      db: this.db,
      pieces: this.#pieces,
      commands: types.length,
      checkpoint,
      explain: (index) => this.#payloads.describe(types[index] ?? -1),
      onCommitted: () => {
        this.#buffers.give(this.#taken);
        onCommitted?.();
      },
    };
  }

  get #bytes(): number {
    return this.#cutBytes + this.#at - this.#from;
  }

  #word(bytes: Buffer): void {
    this.#length(bytes.length);
    this.#copy(bytes);
    this.#lineEnd();
  }

  #length(bytes: number): void {
    this.#buffer[this.#at++] = DOLLAR;
    this.#digits(bytes, digitsOf(bytes));
    this.#lineEnd();
  }

  /** An integer below 2^53 in both directions. */
  #numberWord(value: number): void {
    const absolute = Math.abs(value);
    const digits = digitsOf(absolute);
    this.#length(value < 0 ? digits + 1 : digits);
    if (value < 0) this.#buffer[this.#at++] = MINUS;
    this.#digits(absolute, digits);
    this.#lineEnd();
  }

  #ttlWord(expireAtMs: bigint): void {
    if (expireAtMs <= MAX_EXACT) this.#numberWord(expireAtMs > 0n ? Number(expireAtMs) : 1);
    else this.#word(Buffer.from(`${expireAtMs}`));
  }

  #digits(value: number, digits: number): void {
    const buffer = this.#buffer;
    let rest = value;
    for (let at = this.#at + digits - 1; at >= this.#at; at--) {
      const tens = Math.floor(rest / 10);
      buffer[at] = ZERO + rest - 10 * tens;
      rest = tens;
    }
    this.#at += digits;
  }

  #lineEnd(): void {
    this.#buffer[this.#at++] = CR;
    this.#buffer[this.#at++] = LF;
  }

  #copy(bytes: Buffer, from = 0): void {
    const length = bytes.length - from;
    if (length > COPIED_HERE_BYTES) {
      this.#buffer.set(from === 0 ? bytes : bytes.subarray(from), this.#at);
    } else {
      const buffer = this.#buffer;
      const at = this.#at - from;
      for (let index = from; index < bytes.length; index++) buffer[at + index] = bytes[index]!;
    }
    this.#at += length;
  }

  #makeRoom(bytes: number): void {
    if (this.#buffer.length - this.#at >= bytes) return;
    this.#cut();
    if (bytes > UNIT_BUFFER_BYTES) {
      this.#buffer = Buffer.allocUnsafe(bytes);
    } else {
      this.#buffer = this.#buffers.take();
      this.#taken.push(this.#buffer);
    }
    this.#from = 0;
    this.#at = 0;
  }

  #cut(): void {
    if (this.#at > this.#from) this.#pieces.push(this.#buffer.subarray(this.#from, this.#at));
    this.#cutBytes += this.#at - this.#from;
    this.#from = this.#at;
  }
}

/** RESTORE up to the first byte of a payload of that size. */
export function encodeRestoreHead(entry: RdbEntry, payloadBytes: number): Buffer {
  const ttl = ttlOf(entry);
  const { head } = restoreFrame(entry);
  const { key } = entry;
  return Buffer.concat([head, Buffer.from(`$${key.length}\r\n`), key, Buffer.from(`\r\n$${ttl.length}\r\n${ttl}\r\n$${payloadBytes}\r\n`)]);
}

/** What stands around key, expiry and payload. A server keeps of IDLETIME and FREQ what its eviction policy uses. */
export function restoreFrame({ expireAtMs, idleSeconds, freq }: RdbEntry): RestoreFrame {
  const frame = expireAtMs === undefined ? PLAIN_FRAME : EXPIRING_FRAME;
  if (idleSeconds === undefined && freq === undefined) return frame;
  const extra = idleSeconds !== undefined ? encodeOption("IDLETIME", idleSeconds) : encodeOption("FREQ", freq!);
  return frameOf(expireAtMs === undefined ? 7 : 8, frame.options.toString("latin1") + extra);
}

function frameOf(words: number, options: string): RestoreFrame {
  return { head: Buffer.from(`*${words}\r\n$7\r\nRESTORE\r\n`), options: Buffer.from(options) };
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

function digitsOf(value: number): number {
  let digits = 1;
  for (let bound = 10; value >= bound; bound *= 10) digits++;
  return digits;
}
