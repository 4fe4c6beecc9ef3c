/**
 * Where the log's lines go: one write at a time, beside the event loop. A line that cannot be written is lost and counted, and what comes
 * later is tried again: a full disk or a reader that went away never stops a gateway. (pino's own destination tries for ever at the end.)
 */
import { write, writeSync } from "node:fs";
import { systemReason } from "../errors.ts";
import type { Clock } from "./clock.ts";

export type LogOutputOptions = {
  readonly fd: number;
  readonly clock: Clock;
  /** Takes one sentence when lines begin to be lost, at most once a minute. */
  readonly complain: (sentence: string) => void;
  /** Lines are written again, after `lost` that were not. */
  readonly onResumed: (lost: number) => void;
};

export type LogOutputStats = {
  readonly lostLines: number;
  /** Why lines are lost now. */
  readonly failure?: string;
};

/** May wait for a reader that is slow; what is more is lost. */
const MAX_WAITING_BYTES = 1024 * 1024;
const RETRY_MS = 100;
const COMPLAINT_INTERVAL_MS = 60_000;
const NEWLINE = 10;
const NOTHING: Buffer = Buffer.alloc(0);

export class LogOutput {
  readonly #options: LogOutputOptions;
  #waiting: string[] = [];
  #waitingBytes = 0;
  /** What is being written, or is tried again soon. */
  #rest = NOTHING;
  #busy = false;
  /** What was written last ends amid a line. */
  #torn = false;
  #lostLines = 0;
  /** Why lines are lost, and how many were before. */
  #failure: { readonly reason: string; readonly lostBefore: number } | undefined;
  #quietUntilMs = 0;

  constructor(options: LogOutputOptions) {
    this.#options = options;
  }

  get stats(): LogOutputStats {
    return { lostLines: this.#lostLines, ...(this.#failure && { failure: this.#failure.reason }) };
  }

  /** One line, with its end. */
  write(line: string): void {
    if (this.#waitingBytes + line.length > MAX_WAITING_BYTES) {
      this.#lose(1, "its reader does not take it");
      return;
    }
    this.#waiting.push(line);
    this.#waitingBytes += line.length;
    if (!this.#busy) this.#writeNext();
  }

  /** At the exit of the process: what waits, if it is taken at once. */
  flush(): void {
    try {
      for (let chunk = this.#take(); chunk.length > 0; chunk = chunk.subarray(writeSync(this.#options.fd, chunk)));
    } catch {
      // There is nobody left to tell.
    }
  }

  #take(): Buffer {
    const lines = this.#waiting;
    if (lines.length === 0) return NOTHING;
    this.#waiting = [];
    this.#waitingBytes = 0;
    return Buffer.from(`${this.#torn ? "\n" : ""}${lines.join("")}`);
  }

  #writeNext(): void {
    if (this.#rest.length === 0) this.#rest = this.#take();
    this.#busy = this.#rest.length > 0;
    if (this.#busy) write(this.#options.fd, this.#rest, (error, bytes) => this.#written(error, bytes));
  }

  #written(error: NodeJS.ErrnoException | null, bytes: number): void {
    if (error?.code === "EAGAIN") {
      setTimeout(() => this.#writeNext(), RETRY_MS).unref();
      return;
    }
    if (error) {
      // An end first is that of what was written before.
      const from = this.#torn && this.#rest[0] === NEWLINE ? 1 : 0;
      const lost = this.#rest.subarray(from).reduce((lines, byte) => lines + (byte === NEWLINE ? 1 : 0), 0);
      this.#rest = NOTHING;
      this.#lose(lost, systemReason(error));
    } else {
      if (bytes > 0) this.#torn = this.#rest[bytes - 1] !== NEWLINE;
      this.#rest = this.#rest.subarray(bytes);
      if (this.#rest.length === 0 && this.#waiting.length === 0) this.#resume();
    }
    this.#writeNext();
  }

  #lose(lines: number, reason: string): void {
    const lostBefore = this.#failure?.lostBefore ?? this.#lostLines;
    const begins = this.#failure === undefined;
    this.#lostLines += lines;
    this.#failure = { reason, lostBefore };
    const nowMs = this.#options.clock.nowMs();
    if (!begins || nowMs < this.#quietUntilMs) return;
    this.#quietUntilMs = nowMs + COMPLAINT_INTERVAL_MS;
    this.#options.complain(
      `the log cannot be written: ${reason}; until it can, its lines are lost and counted, and everything else goes on`,
    );
  }

  #resume(): void {
    if (this.#failure === undefined) return;
    const lost = this.#lostLines - this.#failure.lostBefore;
    this.#failure = undefined;
    this.#options.onResumed(lost);
  }
}
