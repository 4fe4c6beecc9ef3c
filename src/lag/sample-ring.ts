/**
 * The records that a peer has not applied yet, oldest first: end offset, read-time, and when each was durable here and
 * received there. Holds at most 4096 samples whatever is pending: when full, neighbours read within a growing time step
 * become one sample, dated as its oldest record and passed only as a whole, so age is never understated.
 */

const CAPACITY = 4096;
/** After thinning at most half of the ring is used. */
const STEPS_AFTER_THINNING = CAPACITY / 4;

export class SampleRing {
  readonly #to = new Float64Array(CAPACITY);
  readonly #readAt = new Float64Array(CAPACITY);
  readonly #durableAt = new Float64Array(CAPACITY);
  readonly #receivedAt = new Float64Array(CAPACITY);
  #first = 0;
  #count = 0;
  /** How many of the oldest samples are durable here, received there. */
  #durable = 0;
  #received = 0;
  #stepMs = 0;

  get count(): number {
    return this.#count;
  }

  /** Read-time of the oldest pending record. */
  get oldestReadAtMs(): number | undefined {
    return this.#count === 0 ? undefined : this.#readAt[this.#first];
  }

  push(to: number, readAtMs: number): void {
    if (this.#count === 0) this.#stepMs = 0;
    const last = this.#index(this.#count - 1);
    const isOpen = this.#count > Math.max(this.#durable, this.#received);
    if (isOpen && this.#stepMs > 0 && readAtMs - this.#readAt[last]! < this.#stepMs) {
      this.#to[last] = to;
      return;
    }
    if (this.#count === CAPACITY) this.#thin();
    const at = this.#index(this.#count++);
    this.#to[at] = to;
    this.#readAt[at] = readAtMs;
    this.#durableAt[at] = Number.NaN;
    this.#receivedAt[at] = Number.NaN;
  }

  markDurable(to: number, atMs: number): void {
    while (this.#durable < this.#count && this.#to[this.#index(this.#durable)]! <= to) this.#durableAt[this.#index(this.#durable++)] = atMs;
  }

  markReceived(to: number, atMs: number): void {
    while (this.#received < this.#count && this.#to[this.#index(this.#received)]! <= to) {
      this.#receivedAt[this.#index(this.#received++)] = atMs;
    }
  }

  /** Takes out the oldest sample if `to` covers it and hands its times over; NaN where nothing was marked. */
  shift(to: number, take: (readAtMs: number, durableAtMs: number, receivedAtMs: number, to: number) => void): boolean {
    const at = this.#first;
    if (this.#count === 0 || this.#to[at]! > to) return false;
    take(this.#readAt[at]!, this.#durableAt[at]!, this.#receivedAt[at]!, this.#to[at]!);
    this.#first = (this.#first + 1) % CAPACITY;
    this.#count--;
    this.#durable = Math.max(0, this.#durable - 1);
    this.#received = Math.max(0, this.#received - 1);
    return true;
  }

  clear(): void {
    this.#count = 0;
    this.#durable = 0;
    this.#received = 0;
  }

  #index(nth: number): number {
    return (this.#first + nth + CAPACITY) % CAPACITY;
  }

  #thin(): void {
    const spanMs = this.#readAt[this.#index(this.#count - 1)]! - this.#readAt[this.#first]!;
    // Two neighbouring groups always span more than a step, so at most twice as many groups as steps are left.
    this.#stepMs = Math.max(this.#stepMs * 2, spanMs / STEPS_AFTER_THINNING, Number.MIN_VALUE);
    const { durable, received } = { durable: this.#durable, received: this.#received };
    let kept = 0;
    this.#durable = 0;
    this.#received = 0;
    for (let nth = 0; nth < this.#count; ) {
      const readAt = this.#readAt[this.#index(nth)]!;
      let end = nth + 1;
      while (end < this.#count && this.#readAt[this.#index(end)]! - readAt < this.#stepMs) end++;
      const newest = this.#index(end - 1);
      const at = this.#index(kept++);
      this.#to[at] = this.#to[newest]!;
      this.#readAt[at] = readAt;
      this.#durableAt[at] = this.#durableAt[newest]!;
      this.#receivedAt[at] = this.#receivedAt[newest]!;
      if (end <= durable) this.#durable = kept;
      if (end <= received) this.#received = kept;
      nth = end;
    }
    this.#count = kept;
  }
}
