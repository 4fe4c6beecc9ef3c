/**
 * The records that a peer has not applied yet, oldest first: end offset, when they were executed, how many commands the stream had
 * up to their end, and when each was durable here and received there. Holds at most 4096 samples whatever is pending: when full,
 * neighbours within a growing time step become one sample, dated as its oldest record and passed only as a whole, so age is never
 * understated.
 */

const CAPACITY = 4096;
/** After thinning at most half of the ring is used. */
const STEPS_AFTER_THINNING = CAPACITY / 4;

/** The sample that is taken out; NaN where nothing was marked. Valid until the next one is. */
export type Sample = { to: number; executedAtMs: number; durableAtMs: number; receivedAtMs: number };

export class SampleRing {
  readonly #to = new Float64Array(CAPACITY);
  readonly #executedAt = new Float64Array(CAPACITY);
  readonly #commands = new Float64Array(CAPACITY);
  readonly #durableAt = new Float64Array(CAPACITY);
  readonly #receivedAt = new Float64Array(CAPACITY);
  readonly #taken: Sample = { to: 0, executedAtMs: 0, durableAtMs: 0, receivedAtMs: 0 };
  /** Where the sample taken out last ended, and how many commands the stream had there. */
  #shiftedTo = 0;
  #shiftedCommands = 0;
  #first = 0;
  #count = 0;
  /** How many of the oldest samples are durable here, received there. */
  #durable = 0;
  #received = 0;
  #stepMs = 0;

  get count(): number {
    return this.#count;
  }

  get shiftedTo(): number {
    return this.#shiftedTo;
  }

  /** When the oldest pending record was executed. */
  get oldestAtMs(): number | undefined {
    return this.#count === 0 ? undefined : this.#executedAt[this.#first];
  }

  /** `commands`: of the stream up to the record's end, counted from wherever the caller began. */
  push(to: number, executedAtMs: number, commands: number): void {
    if (this.#count === 0) this.#stepMs = 0;
    const last = this.#index(this.#count - 1);
    const isOpen = this.#count > Math.max(this.#durable, this.#received);
    if (isOpen && this.#stepMs > 0 && executedAtMs - this.#executedAt[last]! < this.#stepMs) {
      this.#to[last] = to;
      this.#commands[last] = commands;
      return;
    }
    if (this.#count === CAPACITY) this.#thin();
    const at = this.#index(this.#count++);
    this.#to[at] = to;
    this.#executedAt[at] = executedAtMs;
    this.#commands[at] = commands;
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

  /** Takes out the oldest sample if `to` covers it. */
  shift(to: number): Readonly<Sample> | undefined {
    const at = this.#first;
    if (this.#count === 0 || this.#to[at]! > to) return undefined;
    const taken = this.#taken;
    taken.to = this.#shiftedTo = this.#to[at]!;
    taken.executedAtMs = this.#executedAt[at]!;
    taken.durableAtMs = this.#durableAt[at]!;
    taken.receivedAtMs = this.#receivedAt[at]!;
    this.#shiftedCommands = this.#commands[at]!;
    this.#first = (this.#first + 1) % CAPACITY;
    this.#count--;
    this.#durable = Math.max(0, this.#durable - 1);
    this.#received = Math.max(0, this.#received - 1);
    return taken;
  }

  /** The oldest sample that `to` does not cover: when it was executed, and how many commands the stream had before it. */
  beyond(to: number): { readonly executedAtMs: number; readonly commandsBefore: number } | undefined {
    let low = 0;
    let high = this.#count;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#to[this.#index(middle)]! <= to) low = middle + 1;
      else high = middle;
    }
    if (low === this.#count) return undefined;
    const commandsBefore = low === 0 ? this.#shiftedCommands : this.#commands[this.#index(low - 1)]!;
    return { executedAtMs: this.#executedAt[this.#index(low)]!, commandsBefore };
  }

  clear(): void {
    this.#count = 0;
    this.#durable = 0;
    this.#received = 0;
    this.#shiftedTo = 0;
    this.#shiftedCommands = 0;
  }

  #index(nth: number): number {
    return (this.#first + nth + CAPACITY) % CAPACITY;
  }

  #thin(): void {
    const spanMs = this.#executedAt[this.#index(this.#count - 1)]! - this.#executedAt[this.#first]!;
    // Two neighbouring groups always span more than a step, so at most twice as many groups as steps are left.
    this.#stepMs = Math.max(this.#stepMs * 2, spanMs / STEPS_AFTER_THINNING, Number.MIN_VALUE);
    const { durable, received } = { durable: this.#durable, received: this.#received };
    let kept = 0;
    this.#durable = 0;
    this.#received = 0;
    for (let nth = 0; nth < this.#count; ) {
      const executedAt = this.#executedAt[this.#index(nth)]!;
      let end = nth + 1;
      while (end < this.#count && this.#executedAt[this.#index(end)]! - executedAt < this.#stepMs) end++;
      const newest = this.#index(end - 1);
      const at = this.#index(kept++);
      this.#to[at] = this.#to[newest]!;
      this.#executedAt[at] = executedAt;
      this.#commands[at] = this.#commands[newest]!;
      this.#durableAt[at] = this.#durableAt[newest]!;
      this.#receivedAt[at] = this.#receivedAt[newest]!;
      if (end <= durable) this.#durable = kept;
      if (end <= received) this.#received = kept;
      nth = end;
    }
    this.#count = kept;
  }
}
