/**
 * What a receiver tells the origin: positions by stage, and credit. Coalesced: at once when idle, then at most one per
 * ACK_INTERVAL_MS and stream, always with the newest values.
 */
import type { Mark, StreamLog } from "../stream/log.ts";
import type { AckFrame } from "../wire/frames.ts";

const ACK_INTERVAL_MS = 5;

/** No stage is acknowledged ahead of the one before it (ACK_AFTER_DURABLE), nor beyond what the log still holds. */
export function ackOf(log: Pick<StreamLog, "stream" | "current" | "progress">, consumedBytes: number): AckFrame {
  const { progress, current } = log;
  if (progress === undefined) return { kind: "ack", stream: log.stream, consumedBytes };
  const tail = current?.id === progress.history ? { offset: current.tail.offset, atMs: 0 } : undefined;
  const received = tail ? clamp(progress.received, tail) : progress.received;
  const durable = clamp(progress.durable, received);
  const applied = clamp(progress.applied, durable);
  return {
    kind: "ack",
    stream: log.stream,
    history: progress.history,
    ...(received && { received }),
    ...(durable && { durable }),
    ...(applied && { applied }),
    consumedBytes,
  };
}

/** `mark`, held back to what the stage before it reached, and not before that was reached. */
function clamp(mark: Mark | undefined, limit: Mark | undefined): Mark | undefined {
  if (mark === undefined || limit === undefined) return undefined;
  return mark.offset <= limit.offset ? mark : { offset: limit.offset, atMs: Math.max(mark.atMs, limit.atMs) };
}

/** Calls `send` at once when the last call is long enough ago, otherwise once when it will be. */
export class AckPacer {
  readonly #nowMs: () => number;
  readonly #send: () => void;
  #lastAt = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: { readonly nowMs: () => number; readonly send: () => void }) {
    this.#nowMs = options.nowMs;
    this.#send = options.send;
  }

  due(): void {
    if (this.#timer !== undefined) return;
    const waitMs = this.#lastAt + ACK_INTERVAL_MS - this.#nowMs();
    if (waitMs <= 0) this.#fire();
    else this.#timer = setTimeout(() => this.#fire(), waitMs);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #fire(): void {
    this.#timer = undefined;
    this.#lastAt = this.#nowMs();
    this.#send();
  }
}
