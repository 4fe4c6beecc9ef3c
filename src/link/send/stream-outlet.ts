/**
 * One stream's way onto its connection, for its records and for a snapshot's chunks. What is on its way is bounded by the peer's credit and by
 * what the socket has not taken (BOUNDED); records go first: no chunk leaves while some wait.
 */
import { Notice } from "../../runtime/notice.ts";
import { creditOf, type Frame } from "../../wire/frames.ts";
import { SendWindow } from "../window.ts";

/** What a sender needs of its connection. */
export type Outlet = {
  /** Nothing of the frame is kept. */
  send(frame: Frame): void;
  writable(limitBytes: number, signal: AbortSignal): Promise<void>;
};

const MAX_BUFFERED_BYTES = 4 * 1024 * 1024;
/** Chunks keep the socket's queue short, so that a record never stands behind many of them. */
const MAX_BUFFERED_BEFORE_CHUNK_BYTES = 512 * 1024;

export class StreamOutlet {
  readonly #connection: Outlet;
  readonly #window: SendWindow;
  readonly #moved = new Notice();
  #recordsWaiting = false;

  constructor(connection: Outlet, windowBytes: number) {
    this.#connection = connection;
    this.#window = new SendWindow(windowBytes);
  }

  get usedBytes(): number {
    return this.#window.usedBytes;
  }

  get limitBytes(): number {
    return this.#window.limitBytes;
  }

  /** Whoever sends records or a chunk has waited for room. */
  send(frame: Frame): void {
    this.#window.sent(creditOf(frame));
    this.#connection.send(frame);
  }

  /** Credit that came back, in all. Throws FRAME_MALFORMED. */
  consumed(totalBytes: number): void {
    this.#window.consumed(totalBytes);
    this.#moved.wake();
  }

  /** Whether records were read that have not gone. */
  set recordsWaiting(waiting: boolean) {
    this.#recordsWaiting = waiting;
    if (!waiting) this.#moved.wake();
  }

  /** Resolves when there is room, or when the signal aborts. */
  async roomForRecords(bytes: number, signal: AbortSignal): Promise<void> {
    while (!signal.aborted && !this.#window.hasRoomForRecords(bytes)) await this.#moved.wait(signal);
    await this.#connection.writable(MAX_BUFFERED_BYTES, signal);
  }

  /** Resolves when there is room and no record waits, or when the signal aborts. */
  async roomForChunk(bytes: number, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#connection.writable(MAX_BUFFERED_BEFORE_CHUNK_BYTES, signal);
      if (!this.#recordsWaiting && this.#window.hasRoomForChunk(bytes)) return;
      await this.#moved.wait(signal);
    }
  }

  /** Resolves when credit has come back or records have gone, or when the signal aborts. */
  moved(signal: AbortSignal): Promise<void> {
    return this.#moved.wait(signal);
  }
}
