/** The first words of one whole command, as ranges inside its bytes: for the few commands that are looked into. */
import { GatewayError } from "../errors.ts";

/** No option that anybody looks for stands further back. */
const MAX_WORDS = 24;
const CR = 13;
const ZERO = 48;

/** Reused from command to command: nothing is allocated unless a word is taken out. */
export class CommandWords {
  /** All words of the command, also those past the ones kept. */
  total = 0;
  /** Words kept: at most 24. */
  count = 0;
  #bytes: Buffer = Buffer.alloc(0);
  /** Where word `index` begins, its `$` header included; [count]: where the last kept one ends. */
  readonly #headers = new Int32Array(MAX_WORDS + 1);
  readonly #starts = new Int32Array(MAX_WORDS);

  /** `bytes` is one command as the scanner found it. */
  read(bytes: Buffer): void {
    this.#bytes = bytes;
    const at = this.#number(1);
    this.total = this.#value;
    this.#locate(at, this.total);
  }

  /** Counts words from word `first` on, for what stands behind more of them than are kept; returns the bytes before. `total` stays. */
  skip(first: number): Buffer {
    let at = this.#number(1);
    for (let index = 0; index < first; index++) at = this.#number(at + 1) + this.#value + 2;
    const before = this.#bytes.subarray(0, at);
    this.#locate(at, this.total - first);
    return before;
  }

  #locate(from: number, words: number): void {
    let at = from;
    this.count = Math.min(words, MAX_WORDS);
    for (let index = 0; index < this.count; index++) {
      this.#headers[index] = at;
      const start = this.#number(at + 1);
      this.#starts[index] = start;
      at = start + this.#value + 2;
    }
    this.#headers[this.count] = at;
    if (at > this.#bytes.length) throw new GatewayError("INVARIANT", "a command ends before its words do");
  }

  #value = 0;

  /** Reads the number at `at`; returns where the line after it begins. */
  #number(at: number): number {
    let value = 0;
    let index = at;
    for (; index < this.#bytes.length && this.#bytes[index] !== CR; index++) value = value * 10 + this.#bytes[index]! - ZERO;
    this.#value = value;
    return index + 2;
  }

  /** Whether word `index` is `upper`, whatever its case. */
  is(index: number, upper: string): boolean {
    if (index >= this.count) return false;
    const start = this.#starts[index]!;
    if (this.#headers[index + 1]! - 2 - start !== upper.length) return false;
    for (let letter = 0; letter < upper.length; letter++) {
      const byte = this.#bytes[start + letter]!;
      if ((byte >= 97 && byte <= 122 ? byte - 32 : byte) !== upper.charCodeAt(letter)) return false;
    }
    return true;
  }

  text(index: number): string {
    return this.#bytes.toString("latin1", this.#starts[index], this.#headers[index + 1]! - 2);
  }

  /** Words `from` up to, not including, `to`, as they are; without `to` all the rest of the command. */
  raw(from: number, to?: number): Buffer {
    return this.#bytes.subarray(this.#headers[from], to === undefined ? this.#bytes.length : this.#headers[to]);
  }
}

/** Where the word ends whose header begins at `at`. */
export function behindWord(bytes: Buffer, at: number): number {
  let length = 0;
  let index = at + 1;
  for (; bytes[index] !== CR; index++) length = length * 10 + bytes[index]! - ZERO;
  return index + 2 + length + 2;
}

/** The first word of one whole command, upper case. */
export function nameOf(command: Buffer): string {
  const start = command.indexOf(CR, command.indexOf(CR) + 2) + 2;
  return command.toString("latin1", start, command.indexOf(CR, start)).toUpperCase();
}

/** All words of one whole command: for commands that are few. */
export function splitCommand(command: Buffer): readonly Buffer[] {
  const words: Buffer[] = [];
  let at = command.indexOf(CR) + 2;
  while (at < command.length) {
    const end = command.indexOf(CR, at);
    const bytes = Number(command.toString("latin1", at + 1, end));
    words.push(command.subarray(end + 2, end + 2 + bytes));
    at = end + 2 + bytes + 2;
  }
  return words;
}
