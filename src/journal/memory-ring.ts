/**
 * The newest records in memory, so that a reader that keeps up never touches the disk. Records that are not yet
 * written stay whatever the limit says; the write queue's own limit bounds those.
 */
import { Offset } from "../stream/position.ts";

/** A record and where it lies. `at` counts record bytes of the history (process-local), so it is unique even for empty records. */
export type Entry = { readonly record: Buffer; readonly at: number; readonly from: Offset; readonly to: Offset; readonly open: boolean };

/** Evicted slots are given back in steps of this many, so that eviction costs nothing per record. */
const COMPACT_EVERY = 1024;

/** What stands in a slot that is not given back yet: the record itself must not be kept alive. */
const EVICTED: Entry = { record: Buffer.alloc(0), at: -1, from: Offset.of(0), to: Offset.of(0), open: false };

export class MemoryRing {
  readonly #memoryBytes: number;
  #entries: Entry[] = [];
  #head = 0;
  #bytes = 0;

  constructor(memoryBytes: number) {
    this.#memoryBytes = memoryBytes;
  }

  get bytes(): number {
    return this.#bytes;
  }

  push(entry: Entry): void {
    this.#entries.push(entry);
    this.#bytes += entry.record.length;
  }

  /** Drops the oldest records above the limit, but none that begins at `writtenAt` or later. */
  evict(writtenAt: number): void {
    for (let oldest = this.#entries[this.#head]; oldest && this.#bytes > this.#memoryBytes && oldest.at < writtenAt; ) {
      this.#bytes -= oldest.record.length;
      this.#entries[this.#head] = EVICTED;
      oldest = this.#entries[++this.#head];
    }
    if (this.#head < COMPACT_EVERY) return;
    this.#entries = this.#entries.slice(this.#head);
    this.#head = 0;
  }

  /** Drops what begins at `at` or later. */
  cut(at: number): void {
    for (let newest = this.#entries.at(-1); newest && this.#entries.length > this.#head && newest.at >= at; newest = this.#entries.at(-1)) {
      this.#entries.pop();
      this.#bytes -= newest.record.length;
    }
  }

  /** At least one record from `at` on, about `maxBytes`; empty when `at` is not in memory. */
  read(at: number, maxBytes: number): Entry[] {
    const found: Entry[] = [];
    let index = this.#indexOf((entry) => entry.at >= at);
    if (this.#entries[index]?.at !== at) return found;
    let bytes = 0;
    for (let entry = this.#entries[index]; entry; entry = this.#entries[++index]) {
      bytes += entry.record.length;
      if (found.length > 0 && bytes > maxBytes) break;
      found.push(entry);
    }
    return found;
  }

  /** The first record that reaches beyond `offset` or begins at it; undefined when it may lie before what is in memory. */
  find(offset: Offset): Entry | undefined {
    const oldest = this.#entries[this.#head];
    // Empty records at `offset` itself may have been evicted: only an older neighbour proves that all are here.
    if (oldest === undefined || oldest.from >= offset) return undefined;
    return this.#entries[this.#indexOf((entry) => entry.to > offset || entry.from >= offset)];
  }

  /** The record that holds the byte `offset`, if it is in memory. */
  holding(offset: Offset): Entry | undefined {
    const entry = this.#entries[this.#indexOf((candidate) => candidate.to >= offset)];
    return entry && entry.from < offset ? entry : undefined;
  }

  /** Index of the first entry for which `reached` holds; it must hold for all later ones too. */
  #indexOf(reached: (entry: Entry) => boolean): number {
    let low = this.#head;
    let high = this.#entries.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (reached(this.#entries[middle] as Entry)) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
