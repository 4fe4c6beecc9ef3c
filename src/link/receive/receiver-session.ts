/** A dialed link, receiver's side: one receiver per stream, the heartbeat, and the tap that is closed when the logs are full. */
import type { Logger } from "pino";
import { GatewayError, wrapError } from "../../errors.ts";
import type { Clock } from "../../runtime/clock.ts";
import type { StreamLog } from "../../stream/log.ts";
import type { Offset, StreamId } from "../../stream/position.ts";
import type { Frame } from "../../wire/frames.ts";
import type { ClockEstimate } from "../connection/clock-offset.ts";
import type { LinkConnection } from "../connection/connection.ts";
import { printable, refusalError } from "../connection/handshake.ts";
import { Heartbeat } from "../connection/heartbeat.ts";
import { Scope } from "../scope.ts";
import type { ReceiverStats } from "../stats.ts";
import { type Behind, type StreamFrame, StreamReceiver } from "./receiver.ts";

/** Beyond this the socket is not read: what waits for a log stays in the kernel and at the origin, not in our memory. */
const PAUSE_ABOVE_BYTES = 4 * 1024 * 1024;
const RESUME_BELOW_BYTES = 1024 * 1024;

export type ReceiverSessionOptions = {
  readonly connection: LinkConnection;
  readonly origin: string;
  readonly logs: ReadonlyMap<StreamId, StreamLog>;
  /** By stream, of those that other regions take from us. */
  readonly behind?: ReadonlyMap<StreamId, Behind> | undefined;
  readonly windowBytes: number;
  readonly livenessMs: number;
  /** Called whenever a stream has got on, or has nothing to get. */
  readonly onWork: () => void;
  readonly log: Logger;
  readonly clock: Clock;
};

export class ReceiverSession {
  readonly #options: ReceiverSessionOptions;
  readonly #heartbeat: Heartbeat;
  readonly #receivers: ReadonlyMap<StreamId, StreamReceiver>;

  /** Takes the connection's frames from here on: the origin's first ones come together with its Welcome. */
  constructor(options: ReceiverSessionOptions) {
    this.#options = options;
    const { connection, logs, behind, windowBytes, onWork, log, clock } = options;
    this.#heartbeat = new Heartbeat(options);
    this.#receivers = new Map(
      [...logs].map(([stream, streamLog]) => [
        stream,
        new StreamReceiver({
          streamLog,
          behind: behind?.get(stream),
          windowBytes,
          send: (frame) => connection.send(frame),
          onBacklog: () => this.#adjustTap(),
          onWork,
          log,
          clock,
        }),
      ]),
    );
    connection.onFrame((frame) => this.#take(frame));
  }

  /** Returns once the connection is closed and every receiver has ended; `connection.error` says why. */
  async run(signal: AbortSignal): Promise<void> {
    const { connection } = this.#options;
    const stop = () => connection.leave(signal);
    signal.addEventListener("abort", stop, { once: true });
    const scope = new Scope(connection.over);
    try {
      if (signal.aborted) stop();
      const receivers = [...this.#receivers.values()].map((receiver) => this.#receive(receiver, scope.signal));
      await Promise.all([this.#heartbeat.run(scope.signal), connection.closed, ...receivers]);
    } finally {
      scope.release();
      signal.removeEventListener("abort", stop);
    }
  }

  requestSnapshot(stream: StreamId, beyond: Offset | undefined): void {
    this.#receivers.get(stream)?.requestSnapshot(beyond);
  }

  get clock(): ClockEstimate | undefined {
    return this.#heartbeat.estimate;
  }

  get streams(): readonly ReceiverStats[] {
    return [...this.#receivers.values()].map((receiver) => receiver.stats);
  }

  async #receive(receiver: StreamReceiver, signal: AbortSignal): Promise<void> {
    try {
      await receiver.run(signal);
    } catch (cause) {
      this.#options.connection.fail(wrapError("INVARIANT", "a receiver failed unexpectedly", cause));
    }
  }

  #take(frame: Frame): void {
    switch (frame.kind) {
      case "records":
      case "packed-records":
      case "snapshot-chunk":
      case "start":
      case "snapshot-end":
      case "snapshot-aborted":
        this.#deliver(frame);
        break;
      case "ping":
        for (const head of frame.heads) this.#receivers.get(head.stream)?.noteHead(head);
        this.#heartbeat.ping(frame);
        break;
      case "pong":
        this.#heartbeat.pong(frame);
        break;
      case "refused":
        throw refusalError(frame.code, frame.message, this.#options.origin);
      case "bye":
        this.#options.connection.bye(`${this.#options.origin} said goodbye: ${printable(frame.reason)}`);
        break;
      default:
        throw new GatewayError("FRAME_MALFORMED", "an origin may not send this", { details: { kind: frame.kind } });
    }
  }

  #deliver(frame: StreamFrame): void {
    const receiver = this.#receivers.get(frame.stream);
    if (!receiver) throw new GatewayError("FRAME_MALFORMED", "a stream that was not asked for", { details: { stream: frame.stream } });
    receiver.push(frame);
  }

  #adjustTap(): void {
    const { connection } = this.#options;
    let backlogBytes = 0;
    for (const receiver of this.#receivers.values()) backlogBytes += receiver.backlogBytes;
    if (backlogBytes > PAUSE_ABOVE_BYTES && !connection.isPaused) connection.pause();
    else if (backlogBytes < RESUME_BELOW_BYTES && connection.isPaused) connection.resume();
  }
}
