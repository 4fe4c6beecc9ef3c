/**
 * Room that is given back in the order in which it was taken, from one buffer used round and round: a fresh buffer for each piece would be
 * most of what the garbage collector has to do, since V8 collects everything whenever some tens of megabytes of buffers were made.
 */
export class ByteRing {
  readonly #buffer: Buffer;
  /** Where the pieces begin that were handed out, oldest first. */
  readonly #starts: number[] = [];
  /** Where the newest piece ends. */
  #end = 0;

  constructor(bytes: number) {
    this.#buffer = Buffer.allocUnsafeSlow(bytes);
  }

  /** Uninitialized; undefined when there is no room at the moment, or none is wanted. */
  take(bytes: number): Buffer | undefined {
    const start = this.#free(bytes);
    if (start === undefined || bytes === 0) return undefined;
    this.#starts.push(start);
    this.#end = start + bytes;
    return this.#buffer.subarray(start, this.#end);
  }

  /** The oldest pieces may be overwritten. */
  release(pieces: number): void {
    if (pieces === 1) this.#starts.shift();
    else this.#starts.splice(0, pieces);
  }

  #free(bytes: number): number | undefined {
    const [oldest] = this.#starts;
    if (oldest === undefined) return bytes <= this.#buffer.length ? 0 : undefined;
    if (this.#end <= oldest) return this.#end + bytes <= oldest ? this.#end : undefined;
    if (this.#end + bytes <= this.#buffer.length) return this.#end;
    return bytes <= oldest ? 0 : undefined;
  }
}
