/**
 * The entries in one node of a stream: a listpack whose ids count from the node's first id.
 *
 *   count, deleted, n, n × field, 0, then entries: flags, ms delta, seq delta, (same fields: n × value | m, m × (field, value)), words
 */
import { packedMalformed } from "./cursor.ts";
import { listpack } from "./listpack.ts";

const DELETED = 1;
const SAME_FIELDS = 2;
const ID_BYTES = 16;

/** Fields and values in turn. */
export type StreamEntry = { readonly id: string; readonly fields: readonly Buffer[] };

/** `firstId` is the node's key in the stream: ms and seq, big endian. */
export function* streamNode(firstId: Buffer, blob: Buffer): Generator<StreamEntry, void, void> {
  if (firstId.length !== ID_BYTES) throw packedMalformed("a stream's node without an id");
  const ms = firstId.readBigUInt64BE(0);
  const seq = firstId.readBigUInt64BE(8);
  const words = new Words(blob);
  words.skip(2);
  const shared = words.take(words.count());
  words.skip(1);
  while (!words.isAtEnd) {
    const flags = words.count();
    const id = `${BigInt.asUintN(64, ms + words.integer())}-${BigInt.asUintN(64, seq + words.integer())}`;
    const fields = flags & SAME_FIELDS ? words.interleave(shared) : words.take(2 * words.count());
    words.skip(1);
    if (!(flags & DELETED)) yield { id, fields };
  }
}

class Words {
  readonly #words: Generator<Buffer, void, void>;
  #next: Buffer | undefined;

  constructor(blob: Buffer) {
    this.#words = listpack(blob);
    this.#advance();
  }

  get isAtEnd(): boolean {
    return this.#next === undefined;
  }

  word(): Buffer {
    const word = this.#next;
    if (word === undefined) throw packedMalformed("a stream's node breaks off");
    this.#advance();
    return word;
  }

  integer(): bigint {
    const text = this.word().toString("latin1");
    if (!/^-?\d{1,20}$/.test(text)) throw packedMalformed("a stream's node without a number");
    return BigInt(text);
  }

  count(): number {
    const count = Number(this.integer());
    if (count < 0) throw packedMalformed("a stream's node with a negative number");
    return count;
  }

  skip(count: number): void {
    for (let left = count; left > 0; left--) this.word();
  }

  /** Grows word by word: a count may lie. */
  take(count: number): Buffer[] {
    const words: Buffer[] = [];
    while (words.length < count) words.push(this.word());
    return words;
  }

  interleave(fields: readonly Buffer[]): Buffer[] {
    return fields.flatMap((field) => [field, this.word()]);
  }

  #advance(): void {
    const step = this.#words.next();
    this.#next = step.done ? undefined : step.value;
  }
}
