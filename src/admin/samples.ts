/**
 * A status each second for whoever watches, the numbers of the last 15 minutes for plots (900 points of 8 bytes for each number, about
 * three numbers for each stream and eight for each link: 7 kB each), and the last 200 things that happened. A watcher that is slow gets
 * the newest, not every one (BOUNDED).
 */
import type { TimelineEvent } from "../alert/timeline.ts";
import { Notice } from "../runtime/notice.ts";
import { type Point, pointOf } from "./series.ts";
import type { GatewayStatus } from "./status/gateway.ts";
import { notReadyReasons, warningsOf } from "./status/verdict.ts";
import { entryOf, type TimelineEntry } from "./timeline.ts";

/** What the page is told each second. */
export type Sample = {
  readonly status: GatewayStatus;
  readonly point: Point;
  /** Why the gateway is not ready, and what else needs a person; one sentence each. */
  readonly reasons: readonly string[];
  readonly warnings: readonly string[];
  /** What happened lately, oldest first. */
  readonly timeline: readonly TimelineEntry[];
};

/** Columns of equal length, oldest first; null where a number was not known. */
export type History = { readonly atMs: readonly number[]; readonly series: Readonly<Record<string, readonly (number | null)[]>> };

const CAPACITY = 15 * 60;
const MOST_ENTRIES = 200;

export class Samples {
  readonly #atMs = new Float64Array(CAPACITY);
  readonly #series = new Map<string, Float64Array>();
  readonly #taken = new Notice();
  #count = 0;
  #latest: Sample | undefined;

  /** Called about once per second. `events`: what has happened, oldest first. */
  take(status: GatewayStatus, events: readonly TimelineEvent[] = []): void {
    const at = this.#count++ % CAPACITY;
    const point = pointOf(status, this.#latest?.status);
    this.#atMs[at] = status.atMs;
    for (const [key, column] of this.#series) column[at] = point[key] ?? Number.NaN;
    for (const [key, value] of Object.entries(point)) this.#column(key)[at] = value;
    const timeline = events.slice(-MOST_ENTRIES).map(entryOf);
    this.#latest = { status, point, reasons: notReadyReasons(status), warnings: warningsOf(status), timeline };
    this.#taken.wake();
  }

  history(): History {
    const length = Math.min(this.#count, CAPACITY);
    const first = this.#count - length;
    const inOrder = (column: Float64Array) => Array.from({ length }, (_, nth) => column[(first + nth) % CAPACITY]!);
    const known = (value: number) => (Number.isNaN(value) ? null : value);
    return {
      atMs: inOrder(this.#atMs),
      series: Object.fromEntries([...this.#series].map(([key, column]) => [key, inOrder(column).map(known)])),
    };
  }

  /** The one taken last, at once, and then each that is taken, until the signal aborts. */
  async *watch(signal: AbortSignal): AsyncGenerator<Sample> {
    let seen: Sample | undefined;
    while (!signal.aborted) {
      const latest = this.#latest;
      if (latest === seen || latest === undefined) await this.#taken.wait(signal);
      else yield latest;
      seen = latest;
    }
  }

  #column(key: string): Float64Array {
    const column = this.#series.get(key) ?? new Float64Array(CAPACITY).fill(Number.NaN);
    this.#series.set(key, column);
    return column;
  }
}
