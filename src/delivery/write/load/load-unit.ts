/**
 * Gathers what loads keys until it makes a unit. Strings without an expiry share one MSET, which stands before the other commands: SET, RESTORE, or
 * those that rebuild a value. Small values are copied, large payloads travel as the pieces that they came in.
 */
import { type DumpPayloads, FOOTER_BYTES } from "../../../rdb/dump-payload.ts";
import { describeType, ValueType } from "../../../rdb/opcodes.ts";
import type { RdbEntry } from "../../../rdb/parser.ts";
import { KEY, type KeyedCommand } from "../../../rdb/rebuild.ts";
import { bodyAt, isLzf, isNumber, LONG, readNumber, textBytes } from "../../../rdb/stored-string.ts";
import type { Word } from "../../../resp/encode.ts";
import type { Unit } from "../unit/unit.ts";
import { UNIT_BUFFER_BYTES, UNIT_BYTES, type UnitBuffers } from "./unit-buffers.ts";
import { FRAME_BYTES, UnitBytes } from "./unit-bytes.ts";

const UNIT_COMMANDS = 2_000;
/** Values from here on are not copied. */
const LARGE_VALUE_BYTES = 16 * 1024;

const SET_EXPIRING = Buffer.from("*5\r\n$3\r\nSET\r\n");
const EXPIRING_AT = Buffer.from("$4\r\nPXAT\r\n");

/** What stands before the key, and behind the payload. */
type RestoreFrame = { readonly head: Buffer; readonly options: Buffer };
const PLAIN_FRAME = frameOf(5, "\r\n$7\r\nREPLACE\r\n");
const EXPIRING_FRAME = frameOf(6, "\r\n$7\r\nREPLACE\r\n$6\r\nABSTTL\r\n");

const MAX_EXACT = BigInt(Number.MAX_SAFE_INTEGER);

export class LoadUnit {
  readonly db: number;
  readonly #payloads: DumpPayloads;
  readonly #buffers: UnitBuffers;
  /** Of the value that each command behind the MSET is of; by any other command than RESTORE as its complement. */
  readonly #types: number[] = [];
  readonly #commands: UnitBytes;
  /** Keys and values of the MSET. */
  #strings: UnitBytes | undefined;
  #stringKeys = 0;

  constructor(db: number, payloads: DumpPayloads, buffers: UnitBuffers) {
    this.db = db;
    this.#payloads = payloads;
    this.#buffers = buffers;
    this.#commands = new UnitBytes(buffers);
  }

  get full(): boolean {
    return this.#bytes >= UNIT_BYTES || this.#types.length >= UNIT_COMMANDS;
  }

  get isEmpty(): boolean {
    return this.#bytes === 0;
  }

  /** Would the entry make the unit larger than it has to be? A large value gets a unit of its own. */
  shouldPrecede(entry: RdbEntry): boolean {
    return !this.isEmpty && this.#bytes + entry.valueBytes > UNIT_BUFFER_BYTES;
  }

  /** As a string, where that says all of it and costs the target less, or by RESTORE. */
  add(entry: RdbEntry): void {
    if (entry.type === ValueType.string && this.#addString(entry)) return;
    this.#restore(entry);
    this.#types.push(entry.type);
  }

  /** A server computes a CRC-64 for each RESTORE, and what MULTI, ACLs and statistics ask of a command it does once for all keys of an MSET. */
  #addString({ key, value, valueBytes, meta, expireAtMs, idleSeconds, freq }: RdbEntry): boolean {
    if (value.length !== 1 || valueBytes >= LARGE_VALUE_BYTES || meta.length > 0 || idleSeconds !== undefined || freq !== undefined)
      return false;
    if (expireAtMs !== undefined && !this.#payloads.setsExpiry) return false;
    const stored = value[0]!;
    const length = textBytes(stored);
    if (length === LONG) return false;
    if (expireAtMs === undefined) {
      this.#strings ??= new UnitBytes(this.#buffers);
      this.#strings.makeRoom(FRAME_BYTES + key.length + length);
      this.#strings.word(key);
      writeText(this.#strings, stored, length);
      this.#stringKeys++;
      return true;
    }
    const bytes = this.#commands;
    bytes.makeRoom(FRAME_BYTES + key.length + length);
    bytes.copy(SET_EXPIRING);
    bytes.word(key);
    writeText(bytes, stored, length);
    bytes.copy(EXPIRING_AT);
    writeTtl(bytes, expireAtMs);
    this.#types.push(~ValueType.string);
    return true;
  }

  #restore(entry: RdbEntry): void {
    const { key, type, value, valueBytes, meta, expireAtMs } = entry;
    const bytes = this.#commands;
    const metaBytes = bytesOf(meta);
    const { head, options } = restoreFrame(entry);
    const isLarge = valueBytes >= LARGE_VALUE_BYTES;
    bytes.makeRoom(FRAME_BYTES + key.length + metaBytes + (isLarge ? 0 : valueBytes));
    bytes.copy(head);
    bytes.word(key);
    if (expireAtMs === undefined) bytes.numberWord(0);
    else writeTtl(bytes, expireAtMs);
    bytes.length(metaBytes + 1 + valueBytes + FOOTER_BYTES);
    const payloadFrom = bytes.at;
    for (const piece of meta) bytes.copy(piece);
    bytes.byte(type);
    if (isLarge) {
      const before = bytes.buffer.subarray(payloadFrom, bytes.at);
      bytes.insert(value, valueBytes);
      bytes.makeRoom(FRAME_BYTES);
      this.#payloads.writeFooter([before, ...value], bytes.buffer, bytes.at);
    } else {
      for (const piece of value) bytes.copy(piece);
      this.#payloads.writeFooterBehind(bytes.buffer, payloadFrom, bytes.at);
    }
    bytes.wrote(FOOTER_BYTES);
    bytes.copy(options);
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
    const to = this.#commands;
    to.makeRoom(FRAME_BYTES);
    to.copy(Buffer.from(`*${words.length}\r\n`));
    for (const word of words) {
      const bytes = Buffer.isBuffer(word) ? word : Buffer.from(String(word));
      to.makeRoom(FRAME_BYTES + bytes.length);
      to.word(bytes);
    }
    this.#types.push(~type);
  }

  /** The unit; this object is done with. `onCommitted` as in units. */
  finish(checkpoint: Unit["checkpoint"], onCommitted?: () => void): Unit {
    const strings = this.#strings;
    const types = strings ? [~ValueType.string, ...this.#types] : this.#types;
    const mset = strings ? [Buffer.from(`*${1 + 2 * this.#stringKeys}\r\n$4\r\nMSET\r\n`), ...strings.finish()] : [];
    return {
      db: this.db,
      pieces: [...mset, ...this.#commands.finish()],
      commands: types.length,
      checkpoint,
      explain: (index) => explain(types[index], this.#payloads),
      onCommitted: () => {
        strings?.release();
        this.#commands.release();
        onCommitted?.();
      },
    };
  }

  get #bytes(): number {
    return this.#commands.bytes + (this.#strings?.bytes ?? 0);
  }
}

function writeText(bytes: UnitBytes, stored: Buffer, length: number): void {
  if (isNumber(stored)) bytes.numberWord(readNumber(stored));
  else if (isLzf(stored)) bytes.lzfWord(stored, bodyAt(stored), length);
  else bytes.word(stored, bodyAt(stored));
}

/** Zero would mean "no expiry"; whatever lies before 1970 is in the past like 1. */
function writeTtl(bytes: UnitBytes, expireAtMs: bigint): void {
  if (expireAtMs <= MAX_EXACT) bytes.numberWord(expireAtMs > 0n ? Number(expireAtMs) : 1);
  else bytes.word(Buffer.from(`${expireAtMs}`));
}

/** What a refused command was of, and what a person can do about it. */
function explain(type: number | undefined, payloads: DumpPayloads): string {
  if (type === undefined) return "the checkpoint behind the unit";
  if (type >= 0) return payloads.describe(type);
  return `RDB type ${describeType(~type)}, which goes by commands: the gateway's login needs them, under their own names and for every key`;
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
