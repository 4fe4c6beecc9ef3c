/**
 * Walks over RESP2 replies without turning them into objects, at any chunking. It stops at every top-level reply and at every element
 * of a top-level array (what EXEC answers); deeper values are checked and skipped. Only error lines are kept, as text.
 * Anything that is not RESP2 is RESP_MALFORMED.
 */
import { GatewayError } from "../errors.ts";

export const ReplyType = { simple: 43, error: 45, integer: 58, bulk: 36, array: 42 } as const;

const TYPE = 0;
const LINE = 1;
const NUMBER = 2;
const BODY = 3;
const BODY_CR = 4;
const BODY_LF = 5;
const LINE_LF = 6;
const NUMBER_LF = 7;

const CR = 13;
const LF = 10;
const MINUS = 45;
const ZERO = 48;
/** int64 has 19 digits; more is not a number of Redis. */
const MAX_DIGITS = 19;
/** Arrays inside arrays; no command answers anything near it. */
const MAX_DEPTH = 32;
/** What is kept of an error line. */
const MAX_ERROR_BYTES = 512;

export class ReplyScanner {
  /** Of the value found last: one of ReplyType. */
  type = 0;
  /** 0: a reply of its own. 1: an element of the top-level array found before. */
  depth = 0;
  /** An integer, the bytes of a bulk string or the elements of an array; -1 for nil. Integers beyond 2^53 are rounded. */
  value = 0;
  /** Of a simple string or error: how many bytes, and the first one. */
  lineBytes = 0;
  firstByte = 0;

  #chunk: Buffer = Buffer.alloc(0);
  #at = 0;
  #state = TYPE;
  #negative = false;
  #digits = 0;
  #bodyLeft = 0;
  readonly #error = Buffer.alloc(MAX_ERROR_BYTES);
  /** Elements still to come of each array that is open. */
  readonly #open: number[] = [];

  /** The error found last. */
  get errorText(): string {
    return this.#error.toString("latin1", 0, Math.min(this.lineBytes, MAX_ERROR_BYTES));
  }

  /** Takes the next bytes; every value in the chunk before must have been taken by `next`. */
  feed(chunk: Buffer): void {
    this.#chunk = chunk;
    this.#at = 0;
  }

  /** Moves to the next value at depth 0 or 1; false when the chunk is used up. An array stops here before its elements. */
  next(): boolean {
    const chunk = this.#chunk;
    while (this.#at < chunk.length) {
      switch (this.#state) {
        case TYPE:
          this.#begin(chunk[this.#at++]!);
          break;
        case LINE:
          this.#takeLine(chunk);
          break;
        case NUMBER:
          this.#takeDigit(chunk[this.#at++]!);
          break;
        case BODY: {
          const take = Math.min(this.#bodyLeft, chunk.length - this.#at);
          this.#at += take;
          this.#bodyLeft -= take;
          if (this.#bodyLeft === 0) this.#state = BODY_CR;
          break;
        }
        case BODY_CR:
          if (chunk[this.#at++] !== CR) throw malformed("a bulk string is longer than its length");
          this.#state = BODY_LF;
          break;
        default:
          if (chunk[this.#at++] !== LF) throw malformed("a line does not end with CRLF");
          if (this.#finish()) return true;
      }
    }
    return false;
  }

  #begin(type: number): void {
    this.type = type;
    this.lineBytes = 0;
    switch (type) {
      case ReplyType.simple:
      case ReplyType.error:
        this.#state = LINE;
        break;
      case ReplyType.integer:
      case ReplyType.bulk:
      case ReplyType.array:
        this.#state = NUMBER;
        this.value = 0;
        this.#digits = 0;
        this.#negative = false;
        break;
      default:
        throw malformed("unknown type", type);
    }
  }

  #takeLine(chunk: Buffer): void {
    let end = this.#at;
    // Nearly every line is QUEUED or OK: to ask native code would cost more than to look.
    while (end < chunk.length && chunk[end] !== CR) end++;
    if (this.lineBytes === 0 && end > this.#at) this.firstByte = chunk[this.#at]!;
    if (this.type === ReplyType.error && this.lineBytes < MAX_ERROR_BYTES) chunk.copy(this.#error, this.lineBytes, this.#at, end);
    this.lineBytes += end - this.#at;
    this.#at = end;
    if (end === chunk.length) return;
    this.#at++;
    this.#state = LINE_LF;
  }

  #takeDigit(byte: number): void {
    const digit = byte - ZERO;
    if (digit >= 0 && digit <= 9) {
      if (++this.#digits > MAX_DIGITS) throw malformed("a number has too many digits");
      this.value = this.value * 10 + digit;
    } else if (byte === MINUS && this.#digits === 0 && !this.#negative) {
      this.#negative = true;
    } else if (byte === CR && this.#digits > 0) {
      if (this.#negative) this.value = -this.value;
      if (this.type !== ReplyType.integer && this.value < -1) throw malformed("a negative length");
      this.#state = NUMBER_LF;
    } else {
      throw malformed("a number holds something else", byte);
    }
  }

  /** A line has ended. True when a value is to be shown. */
  #finish(): boolean {
    const depth = this.#open.length;
    if (this.#state === NUMBER_LF && this.type === ReplyType.bulk && this.value >= 0) {
      this.#bodyLeft = this.value;
      this.#state = this.value === 0 ? BODY_CR : BODY;
      return false;
    }
    this.#state = TYPE;
    this.depth = depth;
    if (this.type === ReplyType.array && this.value > 0) {
      if (depth === MAX_DEPTH) throw malformed("arrays are nested too deeply");
      this.#open.push(this.value);
    } else {
      this.#close();
    }
    return depth <= 1;
  }

  #close(): void {
    for (let last = this.#open.length - 1; last >= 0; last--) {
      this.#open[last]!--;
      if (this.#open[last]! > 0) return;
      this.#open.pop();
    }
  }
}

function malformed(what: string, byte?: number): GatewayError {
  return new GatewayError("RESP_MALFORMED", `the target's reply is malformed: ${what}`, { details: { byte } });
}
