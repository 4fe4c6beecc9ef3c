/**
 * How long what was read from the master waits in the cutter, and what follows it in the kernel, before a record is cut. One large
 * record costs one read, one frame, one write and one ack instead of several. Pure: time comes as an argument. At low rates nothing
 * ever waits.
 */

/** A read that brought this much means that more is on its way. */
const BUSY_BYTES = 16 * 1024;
const BUSY_MS = 2;
/**
 * From this rate on (about 230,000 small writes a second) it is CPU that is short on the way to the target, and what saves it shortens the
 * queues there: measured, half of the CPU of both gateways.
 */
const FLOOD_BYTES_PER_MS = 32 * 1024;
const FLOOD_MS = 8;

export class Gathering {
  /** What a wait may bring: half of what one read takes, so that waiting never limits the throughput. */
  readonly #roomBytes: number;
  #lastReadAtMs = Number.NEGATIVE_INFINITY;

  constructor(options: { readonly readBytes: number }) {
    this.#roomBytes = options.readBytes / 2;
  }

  /** Milliseconds; 0: to the end of the event-loop turn. */
  waitMs(bytes: number, nowMs: number): number {
    const sinceMs = nowMs - this.#lastReadAtMs;
    this.#lastReadAtMs = nowMs;
    if (bytes < BUSY_BYTES) return 0;
    if (bytes < sinceMs * FLOOD_BYTES_PER_MS) return BUSY_MS;
    return Math.floor(Math.min(FLOOD_MS, (this.#roomBytes * sinceMs) / bytes));
  }
}
