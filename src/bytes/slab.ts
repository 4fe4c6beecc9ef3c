/**
 * Room for many small byte strings that live about equally long, carved from few large buffers: one of its own for each would cost the garbage
 * collector and the allocator more than the bytes do. A slab is kept as long as one string in it.
 */

const SLAB_BYTES = 1024 * 1024;
/** Larger ones get a buffer of their own, so that little of a slab is left over. */
const MAX_SHARE = SLAB_BYTES / 4;

export class Slab {
  #buffer = Buffer.alloc(0);
  #used = 0;

  /** Uninitialized. */
  take(bytes: number): Buffer {
    if (bytes > MAX_SHARE) return Buffer.allocUnsafeSlow(bytes);
    if (this.#used + bytes > this.#buffer.length) {
      this.#buffer = Buffer.allocUnsafeSlow(SLAB_BYTES);
      this.#used = 0;
    }
    this.#used += bytes;
    return this.#buffer.subarray(this.#used - bytes, this.#used);
  }
}
