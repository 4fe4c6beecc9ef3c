/** A unit that has been written and not answered yet. */
import { CommandScanner } from "../../../resp/command-scanner.ts";
import { CommandWords } from "../../../resp/command-words.ts";
import type { Checkpoint } from "../target/checkpoint.ts";
import type { Unit } from "./unit.ts";

/** Units are kept until they are answered, to name the command that failed; larger ones are not. */
const KEPT_BYTES = 4 * 1024 * 1024;

type Span = { readonly start: number; readonly end: number };

export class Flight {
  explain: Unit["explain"];
  onCommitted: Unit["onCommitted"];
  bytes = 0;
  /** Commands that will be answered +QUEUED, witness and SET included. */
  queued = 1;
  /** Of them, how many come before the unit's own. */
  lead = 1;
  /** Set when the unit is complete but for EXEC. */
  checkpoint: Checkpoint | undefined;
  /** The guard has agreed. */
  guarded = false;
  /** What may not be written yet, because the unit before has no EXEC. */
  #waiting: (Buffer | string)[] = [];
  #waitingBytes = 0;
  #pieces: Buffer[] | undefined = [];
  #keptBytes = 0;
  #whole: Buffer | undefined;
  #spans: readonly Span[] = [];

  get waitingBytes(): number {
    return this.#waitingBytes;
  }

  wait(bytes: Buffer | string): void {
    this.#waiting.push(bytes);
    this.#waitingBytes += bytes.length;
  }

  takeWaiting(): readonly (Buffer | string)[] {
    const waiting = this.#waiting;
    this.#waiting = [];
    this.#waitingBytes = 0;
    return waiting;
  }

  keep(pieces: readonly Buffer[], bytes: number): void {
    this.#keptBytes += bytes;
    if (this.#keptBytes > KEPT_BYTES) this.#pieces = undefined;
    else this.#pieces?.push(...pieces);
  }

  /** The bytes of command `index` of the unit; undefined when they were not kept. */
  command(index: number): Buffer | undefined {
    if (this.#pieces === undefined) return undefined;
    if (this.#whole === undefined) {
      this.#whole = Buffer.concat(this.#pieces);
      this.#spans = spansOf(this.#whole);
    }
    const span = this.#spans[index];
    return span && this.#whole.subarray(span.start, span.end);
  }
}

function spansOf(bytes: Buffer): readonly Span[] {
  const scanner = new CommandScanner({ db: 0 });
  const spans: Span[] = [];
  scanner.feed(bytes);
  while (scanner.next()) spans.push({ start: scanner.start, end: scanner.end });
  return spans;
}

/** Upper case, printable, bounded; "?" for no command. */
export function commandName(command: Buffer | undefined): string {
  if (command === undefined) return "?";
  const words = new CommandWords();
  words.read(command);
  return words
    .text(0)
    .slice(0, 32)
    .toUpperCase()
    .replace(/[^!-~]/g, "?");
}
