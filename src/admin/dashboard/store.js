/** The numbers of the last 15 minutes, in columns for plots: what the gateway remembered, and what came since. */
/** @import { History, Sample } from "../samples.ts" */

/** Times up to which the page itself keeps a column, also over a restart of the gateway. */
const CAPACITY = 15 * 60;

export class Store {
  /** @type {number[]} */
  atMs = [];
  /** @type {Map<string, (number | null)[]>} */
  series = new Map();

  /**
   * What was known from before the gateway's memory begins stays: it restarted.
   * @param {History} history
   */
  begin({ atMs, series }) {
    const firstMs = atMs[0] ?? Number.POSITIVE_INFINITY;
    const kept = this.atMs.filter((time) => time < firstMs).length;
    const keys = new Set([...this.series.keys(), ...Object.keys(series)]);
    this.atMs = [...this.atMs.slice(0, kept), ...atMs];
    for (const key of keys) {
      const before = this.series.get(key)?.slice(0, kept) ?? blanks(kept);
      this.series.set(key, [...before, ...(series[key] ?? blanks(atMs.length))]);
    }
    this.#trim();
  }

  /** @param {Sample} sample */
  add({ status, point }) {
    if (status.atMs <= (this.atMs.at(-1) ?? 0)) return;
    for (const key of Object.keys(point)) if (!this.series.has(key)) this.series.set(key, blanks(this.atMs.length));
    this.atMs.push(status.atMs);
    for (const [key, column] of this.series) column.push(point[key] ?? null);
    this.#trim();
  }

  /**
   * Keys of one kind, `lag:us-east/0:eu-west`, in the order in which they came.
   * @param {string} kind
   */
  keys(kind) {
    return [...this.series.keys()].filter((key) => key.startsWith(`${kind}:`));
  }

  /**
   * The newest `count` values of one column, fewer if there are not as many.
   * @param {string} key
   * @param {number} count
   */
  recent(key, count) {
    return this.series.get(key)?.slice(-count) ?? [];
  }

  #trim() {
    const excess = this.atMs.length - CAPACITY;
    if (excess <= 0) return;
    this.atMs.splice(0, excess);
    for (const column of this.series.values()) column.splice(0, excess);
  }
}

/**
 * @param {number} length
 * @returns {null[]}
 */
function blanks(length) {
  return Array.from({ length }, () => null);
}
