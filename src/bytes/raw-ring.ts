/**
 * Room for the unpacked bytes of records, or of a snapshot's chunks, on their way to the target: they are needed until the target has committed
 * them, in order.
 */
import { ByteRing } from "./ring.ts";

/** Twice what a unit writer keeps in flight. */
const RING_BYTES = 1024 * 1024;

/** Positions are offsets of the stream, or of the RDB. */
export class RawRing<Position extends bigint | number> {
  readonly #ring: ByteRing;
  /** Where what has room ends, oldest first. */
  readonly #ends: Position[] = [];

  constructor(bytes = RING_BYTES) {
    this.#ring = new ByteRing(bytes);
  }

  /** Room for bytes that end at `to`; undefined when there is none at the moment. */
  take(bytes: number, to: Position): Buffer | undefined {
    const room = this.#ring.take(bytes);
    if (room) this.#ends.push(to);
    return room;
  }

  /** The target holds everything up to `committed`: what lies before it may be overwritten. */
  release(committed: Position): void {
    let released = 0;
    for (let oldest = this.#ends[0]; oldest !== undefined && oldest <= committed; oldest = this.#ends[released]) released++;
    if (released === 0) return;
    this.#ends.splice(0, released);
    this.#ring.release(released);
  }
}
