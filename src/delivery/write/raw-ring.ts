/**
 * Room for the unpacked bytes of records on their way to the target. They are needed until the target has committed them, in order, so
 * one buffer is used round and round: a fresh one for each record would be most of what the garbage collector has to do.
 */
import type { Offset } from "../../stream/position.ts";

/** Twice what a unit writer keeps in flight. */
const RING_BYTES = 1024 * 1024;

export class RawRing {
  readonly #buffer: Buffer;
  /** Of what was handed out, oldest first: the record's end in the stream, and where its bytes end in the buffer. */
  readonly #taken: { readonly to: Offset; readonly start: number; readonly end: number }[] = [];

  constructor(bytes = RING_BYTES) {
    this.#buffer = Buffer.allocUnsafeSlow(bytes);
  }

  /** Room for the bytes of the record that ends at `to`; undefined when there is none at the moment. */
  take(bytes: number, to: Offset): Buffer | undefined {
    const start = this.#free(bytes);
    if (start === undefined || bytes === 0) return undefined;
    this.#taken.push({ to, start, end: start + bytes });
    return this.#buffer.subarray(start, start + bytes);
  }

  /** The target holds everything up to `committed`: what lies before it may be overwritten. */
  release(committed: Offset): void {
    let released = 0;
    for (let oldest = this.#taken[0]; oldest !== undefined && oldest.to <= committed; oldest = this.#taken[released]) released++;
    if (released > 0) this.#taken.splice(0, released);
  }

  #free(bytes: number): number | undefined {
    const [oldest, newest] = [this.#taken[0], this.#taken.at(-1)];
    if (oldest === undefined || newest === undefined) return bytes <= this.#buffer.length ? 0 : undefined;
    if (newest.end <= oldest.start) return newest.end + bytes <= oldest.start ? newest.end : undefined;
    if (newest.end + bytes <= this.#buffer.length) return newest.end;
    return bytes <= oldest.start ? 0 : undefined;
  }
}
