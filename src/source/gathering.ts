/**
 * How long what was read from the master waits in the cutter, and what follows it in the kernel, before a record is cut. One large
 * record costs one read, one frame, one write and one ack instead of several. That counts only where CPU is short on the way to the target,
 * in a flood: what saves it there shortens the queues. Below, nothing ever waits. Pure: time comes as an argument.
 */

/** About 220,000 small writes a second; as many bytes in few large commands make large records by themselves. */
const FLOOD_BYTES_PER_MS = 32 * 1024;
const FLOOD_COMMANDS_PER_MS = 100;
const FLOOD_MS = 8;
/** A flood lasts: what comes at once after a pause, the master's or our own, is none. */
const MEMORY_MS = 50;

export class Gathering {
  /** What a wait may bring: half of what one read takes, so that waiting never limits the throughput. */
  readonly #roomBytes: number;
  /** Of the last MEMORY_MS, the older ones fading. */
  #recentBytes = 0;
  #recentCommands = 0;
  #lastReadAtMs = Number.NEGATIVE_INFINITY;

  constructor(options: { readonly readBytes: number }) {
    this.#roomBytes = options.readBytes / 2;
  }

  /** Milliseconds; 0: to the end of the event-loop turn. */
  waitMs(bytes: number, commands: number, nowMs: number): number {
    const fading = Math.exp((this.#lastReadAtMs - nowMs) / MEMORY_MS);
    this.#recentBytes = this.#recentBytes * fading + bytes;
    this.#recentCommands = this.#recentCommands * fading + commands;
    this.#lastReadAtMs = nowMs;
    const bytesPerMs = this.#recentBytes / MEMORY_MS;
    const isFlood = bytesPerMs >= FLOOD_BYTES_PER_MS && this.#recentCommands / MEMORY_MS >= FLOOD_COMMANDS_PER_MS;
    return isFlood ? Math.floor(Math.min(FLOOD_MS, this.#roomBytes / bytesPerMs)) : 0;
  }
}
