/**
 * Finds command boundaries in a replication stream without turning bytes into objects, at any chunking.
 * Grammar (RESP2 requests, redis.io/docs/reference/protocol-spec): `*<n>\r\n` then n × `$<len>\r\n<len bytes>\r\n`.
 * It also follows SELECT and MULTI…EXEC, and marks the few commands that somebody has to look at. Anything else than an array
 * of bulk strings is RESP_MALFORMED: after the snapshot a master sends nothing else.
 */
import { GatewayError } from "../errors.ts";
import { EXAMINED_COMMANDS } from "./command-kinds.ts";

export const CommandKind = { ordinary: 0, ping: 1, select: 2, multi: 3, exec: 4, replconf: 5, examined: 6 } as const;
export type CommandKind = (typeof CommandKind)[keyof typeof CommandKind];

const BOUNDARY = 0;
const COUNT = 1;
const COUNT_LF = 2;
const DOLLAR = 3;
const LENGTH = 4;
const LENGTH_LF = 5;
const PAYLOAD = 6;
const PAYLOAD_CR = 7;
const PAYLOAD_LF = 8;

const CR = 13;
const LF = 10;
const ZERO = 48;
const ASTERISK = 42;
const DOLLAR_SIGN = 36;
/** Longest number accepted in a header: exact in a double, and larger than any limit a server can be given. */
const MAX_DIGITS = 15;
/** Names longer than this are never looked up. */
const MAX_NAME_BYTES = 16;
/** A SELECT argument is a database number. */
const MAX_DB = 2 ** 31 - 1;

/** A command of more words is not tried at once: what does not end in its chunk would be read twice. */
const MAX_WORDS_AT_ONCE = 64;

/** SET with more words than this carries conditions or a TTL. */
const PLAIN_SET_WORDS = 3;

type Known = { readonly name: Buffer; readonly kind: CommandKind };

const KNOWN: readonly Known[] = [
  { name: Buffer.from("PING"), kind: CommandKind.ping },
  { name: Buffer.from("SELECT"), kind: CommandKind.select },
  { name: Buffer.from("MULTI"), kind: CommandKind.multi },
  { name: Buffer.from("EXEC"), kind: CommandKind.exec },
  { name: Buffer.from("REPLCONF"), kind: CommandKind.replconf },
  ...EXAMINED_COMMANDS.map((name) => ({ name: Buffer.from(name), kind: CommandKind.examined })),
];

/** By length and first letter; nearly every command of a stream ends its lookup at an empty slot. */
type Candidates = readonly (readonly Known[] | undefined)[];

function candidatesOf(known: readonly Known[]): Candidates {
  const table: (readonly Known[] | undefined)[] = new Array((MAX_NAME_BYTES + 1) * 32).fill(undefined);
  for (const each of known) {
    const slot = each.name.length * 32 + (each.name[0]! & 31);
    table[slot] = [...(table[slot] ?? []), each];
  }
  return table;
}

const CANDIDATES = candidatesOf(KNOWN);

function classify(table: Candidates, bytes: Buffer, at: number, length: number, words: number): CommandKind {
  const candidates = table[length * 32 + (bytes[at]! & 31)];
  if (candidates === undefined) {
    const isSet = length === 3 && (bytes[at]! & 0xdf) === 0x53 && (bytes[at + 1]! & 0xdf) === 0x45 && (bytes[at + 2]! & 0xdf) === 0x54;
    return isSet && words > PLAIN_SET_WORDS ? CommandKind.examined : CommandKind.ordinary;
  }
  next: for (const { name, kind } of candidates) {
    for (let index = 0; index < length; index++) {
      const byte = bytes[at + index]!;
      const upper = byte >= 97 && byte <= 122 ? byte - 32 : byte;
      if (upper !== name[index]) continue next;
    }
    return kind;
  }
  return CommandKind.ordinary;
}

export class CommandScanner {
  /** Kind of the command found last. */
  kind: CommandKind = CommandKind.ordinary;
  /** Where it begins in the chunk; below the chunk's beginning when it began in an earlier one. */
  start = 0;
  /** Where it ends in the chunk. */
  end = 0;
  /** Database selected after it. */
  db: number;
  /** After it, a MULTI still waits for its EXEC. */
  inTransaction = false;

  readonly #candidates: Candidates;
  #chunk: Buffer = Buffer.alloc(0);
  #at = 0;
  #to = 0;
  #state = BOUNDARY;
  #number = 0;
  #digits = 0;
  #words = 0;
  #wordsLeft = 0;
  #payloadLeft = 0;
  #pendingKind: CommandKind = CommandKind.ordinary;
  #pendingDb = 0;
  readonly #name = Buffer.alloc(MAX_NAME_BYTES);
  #nameBytes = 0;

  /** `examined`: more names to be marked, upper case, of commands of any length. SET keeps its rule: a plain one is never marked. */
  constructor(options: { readonly db: number; readonly examined?: Iterable<string> }) {
    this.db = options.db;
    const names = [...(options.examined ?? [])].filter((name) => name !== "SET");
    const more = names.map((name) => ({ name: Buffer.from(name), kind: CommandKind.examined }));
    this.#candidates = more.length === 0 ? CANDIDATES : candidatesOf([...KNOWN, ...more]);
  }

  /** No command has begun without ending. (A transaction may still be open: see `inTransaction`.) */
  get atBoundary(): boolean {
    return this.#state === BOUNDARY;
  }

  /** Length of the word that has begun and not ended; 0 when there is none, or its length is not known yet. */
  get wordBytes(): number {
    return this.#state === PAYLOAD ? this.#number : 0;
  }

  /** Takes the next bytes, `chunk[from, to)`; every command in the chunk before must have been taken by `next`. */
  feed(chunk: Buffer, from = 0, to: number = chunk.length): void {
    this.start += from - this.#to;
    this.#chunk = chunk;
    this.#at = from;
    this.#to = to;
  }

  /** Moves to the next command that ends in this chunk; false when the chunk is used up. */
  next(): boolean {
    if (this.#state === BOUNDARY && this.#nextWhole()) return true;
    const chunk = this.#chunk;
    const to = this.#to;
    let at = this.#at;
    let state = this.#state;
    while (at < to) {
      switch (state) {
        case BOUNDARY:
          if (chunk[at] !== ASTERISK) throw malformed("a command does not begin with *", chunk[at]);
          this.start = at;
          this.#pendingKind = CommandKind.ordinary;
          this.#nameBytes = 0;
          this.#number = 0;
          this.#digits = 0;
          at++;
          state = COUNT;
          break;
        case COUNT:
        case LENGTH: {
          let number = this.#number;
          let digits = this.#digits;
          let byte = chunk[at]!;
          while (byte >= ZERO && byte <= ZERO + 9) {
            number = number * 10 + (byte - ZERO);
            digits++;
            if (++at === to) break;
            byte = chunk[at]!;
          }
          if (digits > MAX_DIGITS) throw malformed("a length has too many digits", byte);
          this.#number = number;
          this.#digits = digits;
          if (at === to) break;
          if (byte !== CR || digits === 0) throw malformed("a length is not a number", byte);
          at++;
          state = state === COUNT ? COUNT_LF : LENGTH_LF;
          break;
        }
        case COUNT_LF:
          if (chunk[at] !== LF || this.#number === 0) throw malformed("a command has no words", chunk[at]);
          this.#words = this.#number;
          this.#wordsLeft = this.#number;
          at++;
          state = DOLLAR;
          break;
        case DOLLAR:
          if (chunk[at] !== DOLLAR_SIGN) throw malformed("a word does not begin with $", chunk[at]);
          this.#number = 0;
          this.#digits = 0;
          at++;
          state = LENGTH;
          break;
        case LENGTH_LF:
          if (chunk[at] !== LF) throw malformed("a length does not end with CRLF", chunk[at]);
          this.#payloadLeft = this.#number;
          at++;
          state = this.#payloadLeft === 0 ? PAYLOAD_CR : PAYLOAD;
          break;
        case PAYLOAD: {
          const take = Math.min(this.#payloadLeft, to - at);
          if (this.#wordsLeft === this.#words) this.#takeName(at, take);
          else if (this.#pendingKind === CommandKind.select) this.#takeDb(at, take);
          at += take;
          this.#payloadLeft -= take;
          if (this.#payloadLeft === 0) state = PAYLOAD_CR;
          break;
        }
        case PAYLOAD_CR:
          if (chunk[at] !== CR) throw malformed("a word is longer than its length", chunk[at]);
          at++;
          state = PAYLOAD_LF;
          break;
        default:
          if (chunk[at] !== LF) throw malformed("a word does not end with CRLF", chunk[at]);
          at++;
          if (--this.#wordsLeft > 0) {
            state = DOLLAR;
            break;
          }
          this.#state = BOUNDARY;
          this.#at = at;
          this.end = at;
          this.#finish();
          return true;
      }
    }
    this.#state = state;
    this.#at = at;
    return false;
  }

  /**
   * The usual case, twice as fast: a command that lies whole in the chunk. False leaves everything to the state machine: the end of
   * the chunk, a SELECT, and whatever is malformed. Bytes behind the chunk's end may be read, but then the end is past it.
   */
  #nextWhole(): boolean {
    const chunk = this.#chunk;
    const to = this.#to;
    const start = this.#at;
    if (start >= to || chunk[start] !== ASTERISK) return false;
    let at = start + 1;
    let words = 0;
    let digit = chunk[at]! - ZERO;
    while (digit >= 0 && digit <= 9) {
      words = words * 10 + digit;
      digit = chunk[++at]! - ZERO;
    }
    if (words === 0 || words > MAX_WORDS_AT_ONCE || chunk[at] !== CR || chunk[at + 1] !== LF) return false;
    at += 2;
    let kind: CommandKind = CommandKind.ordinary;
    for (let word = 0; word < words; word++) {
      if (chunk[at] !== DOLLAR_SIGN) return false;
      const lengthAt = ++at;
      let length = 0;
      digit = chunk[at]! - ZERO;
      while (digit >= 0 && digit <= 9) {
        length = length * 10 + digit;
        digit = chunk[++at]! - ZERO;
      }
      if (at === lengthAt || at - lengthAt > MAX_DIGITS || chunk[at] !== CR || chunk[at + 1] !== LF) return false;
      at += 2;
      if (word === 0 && length <= MAX_NAME_BYTES && at + length <= to) {
        kind = classify(this.#candidates, chunk, at, length, words);
        if (kind === CommandKind.select) return false;
      }
      at += length;
      if (at + 2 > to || chunk[at] !== CR || chunk[at + 1] !== LF) return false;
      at += 2;
    }
    this.start = start;
    this.end = at;
    this.#at = at;
    this.#pendingKind = kind;
    this.#finish();
    return true;
  }

  #takeName(at: number, take: number): void {
    if (this.#nameBytes === 0 && take === this.#payloadLeft) {
      if (take <= MAX_NAME_BYTES) this.#nameComplete(this.#chunk, at, take);
      return;
    }
    const room = Math.min(take, MAX_NAME_BYTES - this.#nameBytes);
    this.#chunk.copy(this.#name, this.#nameBytes, at, at + room);
    this.#nameBytes += room;
    if (take === this.#payloadLeft && this.#number <= MAX_NAME_BYTES) this.#nameComplete(this.#name, 0, this.#number);
  }

  #nameComplete(bytes: Buffer, at: number, length: number): void {
    this.#pendingKind = classify(this.#candidates, bytes, at, length, this.#words);
    this.#pendingDb = 0;
  }

  #takeDb(at: number, take: number): void {
    for (let index = at; index < at + take; index++) {
      const digit = this.#chunk[index]! - ZERO;
      if (digit < 0 || digit > 9) throw malformed("SELECT of no database number", this.#chunk[index]);
      this.#pendingDb = this.#pendingDb * 10 + digit;
      if (this.#pendingDb > MAX_DB) throw malformed("SELECT of an impossible database", this.#chunk[index]);
    }
  }

  #finish(): void {
    const kind = this.#pendingKind;
    this.kind = kind;
    if (kind === CommandKind.ordinary) return;
    if (kind === CommandKind.select) this.db = this.#pendingDb;
    else if (kind === CommandKind.multi) this.inTransaction = true;
    else if (kind === CommandKind.exec) this.inTransaction = false;
  }
}

function malformed(what: string, byte: number | undefined): GatewayError {
  return new GatewayError("RESP_MALFORMED", `the replication stream is malformed: ${what}`, { details: { byte } });
}
