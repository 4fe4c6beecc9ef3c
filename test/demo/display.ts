/** Where the demo's pictures go: a terminal that is drawn over, a log of lines, or nowhere. */
import type { Terminal } from "../../src/cli/terminal.ts";
import type { DemoOptions } from "./options.ts";

export interface Display {
  /** `lines` for a terminal, `summary` for a log. */
  show(lines: () => readonly string[], summary: () => string): void;
  /** Something happened: kept above what is drawn next. */
  say(text: string): void;
  /** The terminal is itself again. */
  close(): void;
}

const LINE_EVERY_MS = 2_000;
/** No cursor, and lines that are too long are cut at the edge rather than wrapped: the picture keeps its height. */
const BEGIN = "\u001b[?25l\u001b[?7l";
const END = "\u001b[?25h\u001b[?7h";

export function createDisplay(options: DemoOptions, terminal: Terminal): Display {
  if (options.json) return { show: () => undefined, say: () => undefined, close: () => undefined };
  return terminal.isTty ? new ScreenDisplay(terminal) : new LogDisplay(terminal);
}

class ScreenDisplay implements Display {
  readonly #terminal: Terminal;
  #drawnLines = 0;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
    terminal.write(BEGIN);
  }

  show(lines: () => readonly string[]): void {
    // The cursor cannot go above the screen: what does not fit is left out.
    const rows = lines().slice(0, Math.max(1, (process.stdout.rows ?? 50) - 1));
    const up = this.#drawnLines > 0 ? `\u001b[${this.#drawnLines}A` : "";
    // Each line is cleared as it is drawn, so that nothing flickers; what was below goes at the end.
    this.#terminal.write(`${up}\r${rows.map((row) => `${row}\u001b[K\n`).join("")}\u001b[J`);
    this.#drawnLines = rows.length;
  }

  say(): void {
    // The picture holds the events.
  }

  close(): void {
    this.#terminal.write(END);
  }
}

class LogDisplay implements Display {
  readonly #terminal: Terminal;
  #writtenAtMs = Number.NEGATIVE_INFINITY;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  show(_: () => readonly string[], summary: () => string): void {
    if (performance.now() - this.#writtenAtMs < LINE_EVERY_MS) return;
    this.#writtenAtMs = performance.now();
    this.#terminal.write(`${summary()}\n`);
  }

  say(text: string): void {
    this.#terminal.write(`${text}\n`);
  }

  close(): void {
    // Nothing was changed.
  }
}
