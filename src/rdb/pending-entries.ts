/**
 * What is pending with the consumers of one group: when each entry was delivered, and how often. An RDB tells that of the whole group first, and
 * only then whose each is, so that it is held until then: 32 bytes for each entry, in order of the ids, and no more of them than is asked for.
 */
import { GatewayError } from "../errors.ts";

/** Which of a group's pending entries are held: so many, from the one with this index on. Nothing is told of the others. */
export type PendingPart = { readonly first: number; readonly count: number };

export const ALL_PENDING: PendingPart = { first: 0, count: Number.POSITIVE_INFINITY };
export const NO_PENDING: PendingPart = { first: 0, count: 0 };

/** Milliseconds and sequence number, which order ids as their bytes do. */
export const ID_BYTES = 16;
/** An id, and the time of delivery: ms since 1970. */
export const HEAD_BYTES = ID_BYTES + 8;
const ENTRY_BYTES = HEAD_BYTES + 8;
const FIRST_ENTRIES = 64;

export class PendingEntries {
  readonly #part: PendingPart;
  #bytes = Buffer.alloc(0);
  #count = 0;
  /** Of all, held or not: how many, and the id of the last. */
  #passed = 0;
  readonly #last = Buffer.alloc(ID_BYTES);
  /** Consumers have theirs in order, too: most often the next one is asked for. */
  #found = -1;

  constructor(part: PendingPart) {
    this.#part = part;
  }

  /** The next of the group. Returns whether it is held: then `deliver` says how often it was delivered. Throws RDB_MALFORMED. */
  add(head: Buffer): boolean {
    const { first, count } = this.#part;
    if (this.#passed > 0 && head.compare(this.#last, 0, ID_BYTES, 0, ID_BYTES) <= 0)
      throw new GatewayError("RDB_MALFORMED", "an RDB is malformed: what is pending with a group is not in order");
    head.copy(this.#last, 0, 0, ID_BYTES);
    const index = this.#passed++ - first;
    if (index < 0 || index >= count) return false;
    const at = this.#count++ * ENTRY_BYTES;
    if (at === this.#bytes.length) this.#grow();
    head.copy(this.#bytes, at);
    return true;
  }

  deliver(times: number): void {
    this.#bytes.writeDoubleLE(times, this.#count * ENTRY_BYTES - 8);
  }

  *ids(): Generator<string, void, void> {
    for (let index = 0; index < this.#count; index++) yield idOf(this.#bytes, index * ENTRY_BYTES);
  }

  /** Undefined for what is not held. Throws RDB_MALFORMED where the group has no such entry. */
  find(id: Buffer): { readonly id: string; readonly deliveredAtMs: bigint; readonly deliveries: number } | undefined {
    const index = this.#indexOf(id);
    if (index < 0) return undefined;
    this.#found = index;
    const at = index * ENTRY_BYTES;
    const deliveries = this.#bytes.readDoubleLE(at + HEAD_BYTES);
    return { id: idOf(id, 0), deliveredAtMs: this.#bytes.readBigInt64LE(at + ID_BYTES), deliveries };
  }

  #indexOf(id: Buffer): number {
    const next = this.#found + 1;
    if (next < this.#count && this.#compare(id, next) === 0) return next;
    let low = 0;
    let high = this.#count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const order = this.#compare(id, middle);
      if (order === 0) return middle;
      if (order < 0) high = middle;
      else low = middle + 1;
    }
    const isBefore = low === 0 && this.#part.first > 0;
    const isBehind = low === this.#count && this.#passed > this.#part.first + this.#count;
    if (isBefore || isBehind) return -1;
    throw new GatewayError("RDB_MALFORMED", "an RDB is malformed: a consumer has what its group has not");
  }

  #compare(id: Buffer, index: number): number {
    const at = index * ENTRY_BYTES;
    return id.compare(this.#bytes, at, at + ID_BYTES, 0, ID_BYTES);
  }

  #grow(): void {
    const bytes = Buffer.allocUnsafe(Math.max(FIRST_ENTRIES * ENTRY_BYTES, 2 * this.#bytes.length));
    this.#bytes.copy(bytes);
    this.#bytes = bytes;
  }
}

function idOf(bytes: Buffer, at: number): string {
  return `${bytes.readBigUInt64BE(at)}-${bytes.readBigUInt64BE(at + 8)}`;
}
