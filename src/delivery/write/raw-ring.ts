/** Room for the unpacked bytes of records on their way to the target: they are needed until the target has committed them, in order. */
import { ByteRing } from "../../bytes/ring.ts";
import type { Offset } from "../../stream/position.ts";

/** Twice what a unit writer keeps in flight. */
const RING_BYTES = 1024 * 1024;

export class RawRing {
  readonly #ring: ByteRing;
  /** The ends in the stream of the records that have room, oldest first. */
  readonly #ends: Offset[] = [];

  constructor(bytes = RING_BYTES) {
    this.#ring = new ByteRing(bytes);
  }

  /** Room for the bytes of the record that ends at `to`; undefined when there is none at the moment. */
  take(bytes: number, to: Offset): Buffer | undefined {
    const room = this.#ring.take(bytes);
    if (room) this.#ends.push(to);
    return room;
  }

  /** The target holds everything up to `committed`: what lies before it may be overwritten. */
  release(committed: Offset): void {
    let released = 0;
    for (let oldest = this.#ends[0]; oldest !== undefined && oldest <= committed; oldest = this.#ends[released]) released++;
    if (released === 0) return;
    this.#ends.splice(0, released);
    this.#ring.release(released);
  }
}
