/** Commands of a stretch of the stream, in words for a person. Pure; the bytes may come in any pieces. */
import { CommandKind, CommandScanner } from "../resp/command-scanner.ts";
import { CommandWords } from "../resp/command-words.ts";
import { Offset } from "../stream/position.ts";

export type ReadCommand = {
  /** Where its first byte stands in the stream. */
  readonly offset: Offset;
  readonly bytes: number;
  /** Database in which it runs. */
  readonly db: number;
  readonly name: string;
  /** The first 23 words behind the name; absent when the command was too large to be kept. */
  readonly words?: readonly string[];
  /** All words behind the name. */
  readonly count: number;
};

/** A larger command is named by its size. */
const MAX_KEPT_BYTES = 1024 * 1024;

export class CommandReader {
  readonly #scanner: CommandScanner;
  readonly #words = new CommandWords();
  /** What came of a command that has not ended, and how long it is by now. */
  #begun: Buffer[] = [];
  #begunBytes = 0;

  constructor(options: { readonly db: number }) {
    this.#scanner = new CommandScanner(options);
  }

  /** `offset` is that of the first byte of `chunk`. */
  *read(chunk: Buffer, offset: Offset): Generator<ReadCommand> {
    const scanner = this.#scanner;
    const base = BigInt(offset);
    let at = 0;
    scanner.feed(chunk);
    for (let { db } = scanner; scanner.next(); db = scanner.db) {
      const end = chunk.subarray(at, scanner.end);
      at = scanner.end;
      const bytes = this.#begunBytes + end.length;
      const whole = bytes <= MAX_KEPT_BYTES ? Buffer.concat([...this.#begun, end]) : undefined;
      this.#begun = [];
      this.#begunBytes = 0;
      // A SELECT counts for what comes behind it.
      yield {
        offset: Offset.of(base + BigInt(scanner.end - bytes)),
        bytes,
        db: scanner.kind === CommandKind.select ? db : scanner.db,
        ...this.#parse(whole),
      };
    }
    const rest = chunk.subarray(at);
    this.#begunBytes += rest.length;
    if (this.#begunBytes <= MAX_KEPT_BYTES) this.#begun.push(Buffer.from(rest));
    else this.#begun = [];
  }

  #parse(command: Buffer | undefined): Pick<ReadCommand, "name" | "words" | "count"> {
    if (command === undefined) return { name: "?", count: 0 };
    this.#words.read(command);
    const words = Array.from({ length: this.#words.count }, (_, index) => this.#words.text(index));
    return { name: (words[0] ?? "").toUpperCase(), words: words.slice(1), count: this.#words.total - 1 };
  }
}

/** Words that are no key and may hold what nobody should see. */
const WITHOUT_KEY = /^(EVAL|EVALSHA|EVAL_RO|FCALL|FCALL_RO|FUNCTION|SCRIPT|PUBLISH|SPUBLISH|ACL|CONFIG|AUTH|HELLO)$/;
const MAX_WORD = 60;

/** `SET "key:1" <48 bytes>`, or with its values. Words are quoted as redis-cli does; whatever is not plain text is escaped. */
export function commandText({ name, words, count, bytes }: ReadCommand, values: boolean): string {
  if (words === undefined) return `a command of ${bytes} bytes`;
  if (values) return [name, ...words.map((word) => quote(word, Number.POSITIVE_INFINITY)), ...more(count - words.length)].join(" ");
  const shown = WITHOUT_KEY.test(name) ? 0 : 1;
  const key = words.slice(0, shown).map((word) => quote(word, MAX_WORD));
  const hidden = words.slice(shown);
  if (count <= shown) return [name, ...key].join(" ");
  const size = hidden.reduce((sum, word) => sum + word.length, 0);
  const elided = count - shown === 1 ? `<${size} bytes>` : `<${count - shown} words>`;
  return [name, ...key, elided].join(" ");
}

function more(count: number): readonly string[] {
  return count > 0 ? [`<${count} more>`] : [];
}

/** `word` is latin1: one character for each byte. */
function quote(word: string, most: number): string {
  const text = Buffer.from(word, "latin1").toString("utf8");
  const isText = !text.includes("\ufffd") && !/\p{C}/u.test(text);
  const shown = isText
    ? text.replaceAll(/["\\]/g, "\\$&")
    : word.replaceAll(/[^ !#-[\]-~]/g, (byte) => `\\x${byte.charCodeAt(0).toString(16).padStart(2, "0")}`);
  return `"${shown.length > most ? `${shown.slice(0, most)}…` : shown}"`;
}
