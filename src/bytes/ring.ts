/**
 * Room that is given back in the order in which it was taken, from one buffer used round and round: a fresh buffer for each piece would be
 * most of what the garbage collector has to do, since V8 collects everything whenever some tens of megabytes of buffers were made.
 */
export class ByteRing {
  readonly #buffer: Buffer;
  /** Where the pieces lie that were handed out, oldest first. */
  readonly #taken: { readonly start: number; readonly end: number }[] = [];

  constructor(bytes: number) {
    this.#buffer = Buffer.allocUnsafeSlow(bytes);
  }

  /** Uninitialized; undefined when there is no room at the moment, or none is wanted. */
  take(bytes: number): Buffer | undefined {
    const start = this.#free(bytes);
    if (start === undefined || bytes === 0) return undefined;
    this.#taken.push({ start, end: start + bytes });
    return this.#buffer.subarray(start, start + bytes);
  }

  /** The oldest pieces may be overwritten. */
  release(pieces: number): void {
    if (pieces === 1) this.#taken.shift();
    else this.#taken.splice(0, pieces);
  }

  #free(bytes: number): number | undefined {
    const [oldest, newest] = [this.#taken[0], this.#taken.at(-1)];
    if (oldest === undefined || newest === undefined) return bytes <= this.#buffer.length ? 0 : undefined;
    if (newest.end <= oldest.start) return newest.end + bytes <= oldest.start ? newest.end : undefined;
    if (newest.end + bytes <= this.#buffer.length) return newest.end;
    return bytes <= oldest.start ? 0 : undefined;
  }
}
