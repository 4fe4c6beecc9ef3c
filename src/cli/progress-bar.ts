/** One line that is written over itself, for what takes a while; nothing at all unless standard error is a terminal. */

import { formatBytes, formatDuration } from "../admin/dashboard/format.js";
import type { Clock } from "../runtime/clock.ts";
import type { Terminal } from "./terminal.ts";

const BAR_CELLS = 24;
const REDRAW_MS = 100;
/** What was said before the first second tells no speed. */
const SPEED_FROM_MS = 1_000;
const ERASE_LINE = "\r\u001b[K";

export type Progress = {
  readonly bytes: number;
  /** Absent: nobody knows. */
  readonly totalBytes?: number | undefined;
  /** Absent: not known yet. */
  readonly bytesPerSecond?: number | undefined;
};

/** `[######..................] 25 %  2.5 GB of 10.0 GB  100 MB/s  1 m 15 s left`. */
export function renderProgress({ bytes, totalBytes, bytesPerSecond: speed }: Progress): string {
  const parts = [totalBytes === undefined ? formatBytes(bytes) : `${formatBytes(bytes)} of ${formatBytes(totalBytes)}`];
  if (speed !== undefined) parts.push(`${formatBytes(speed)}/s`);
  if (totalBytes !== undefined && totalBytes > 0) {
    const share = Math.min(1, bytes / totalBytes);
    const filled = Math.floor(share * BAR_CELLS);
    parts.unshift(`[${"#".repeat(filled)}${".".repeat(BAR_CELLS - filled)}] ${Math.floor(share * 100)} %`);
    if (speed) parts.push(`${formatDuration((Math.max(0, totalBytes - bytes) / speed) * 1000)} left`);
  }
  return parts.join("  ");
}

export class ProgressBar {
  readonly #terminal: Terminal;
  readonly #clock: Clock;
  readonly #startedAtMs: number;
  #drawnAtMs = 0;

  constructor(options: { readonly terminal: Terminal; readonly clock: Clock }) {
    this.#terminal = options.terminal;
    this.#clock = options.clock;
    this.#startedAtMs = options.clock.nowMs();
  }

  show(bytes: number, totalBytes: number | undefined): void {
    const nowMs = this.#clock.nowMs();
    if (!this.#terminal.errorIsTty || nowMs - this.#drawnAtMs < REDRAW_MS) return;
    this.#drawnAtMs = nowMs;
    const elapsedMs = nowMs - this.#startedAtMs;
    const bytesPerSecond = elapsedMs >= SPEED_FROM_MS ? (bytes / elapsedMs) * 1000 : undefined;
    this.#terminal.writeError(`${ERASE_LINE}${renderProgress({ bytes, totalBytes, bytesPerSecond })}`);
  }

  clear(): void {
    if (this.#drawnAtMs > 0) this.#terminal.writeError(ERASE_LINE);
  }
}
