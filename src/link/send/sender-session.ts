/** An accepted link, origin's side: one sender per subscription, acknowledgements to whom they concern, the heartbeat. */
import type { Logger } from "pino";
import { GatewayError, wrapError } from "../../errors.ts";
import type { Clock } from "../../runtime/clock.ts";
import type { Mark, StreamLog } from "../../stream/log.ts";
import type { HistoryId, Offset, StreamId } from "../../stream/position.ts";
import type { AckFrame, Frame, Head, SnapshotWantedFrame, SubscribeFrame } from "../../wire/frames.ts";
import type { ClockEstimate } from "../connection/clock-offset.ts";
import type { LinkConnection } from "../connection/connection.ts";
import { printable, refusalError } from "../connection/handshake.ts";
import { Heartbeat } from "../connection/heartbeat.ts";
import { Scope } from "../scope.ts";
import type { OutgoingLinkStats } from "../stats.ts";
import type { LinkCodec } from "./codec-choice.ts";
import { StreamSender } from "./sender.ts";
import type { SnapshotTurns } from "./snapshot-turns.ts";

/** What a peer says it has; times are the peer's clock, `clock` tells how far that is from ours. */
export type PeerAck = {
  readonly peer: string;
  /** The region that passes the stream on to the peer, and the ack on to us; times are that one's clock then. */
  readonly via?: string;
  readonly stream: StreamId;
  readonly history: HistoryId;
  readonly received?: Mark;
  readonly durable?: Mark;
  readonly applied?: Mark;
  /** Undefined until the first pong. */
  readonly clock: ClockEstimate | undefined;
};

export type SenderPorts = {
  readonly onAck: (ack: PeerAck) => void;
  /** Asks the source for a snapshot; called again while none comes, so asking twice must be harmless. */
  readonly requestSnapshot: (stream: StreamId, beyond: Offset | undefined) => void;
};

export type SenderSessionOptions = SenderPorts & {
  readonly connection: LinkConnection;
  readonly peer: string;
  /** What the topology gives the peer. */
  readonly streams: ReadonlySet<StreamId>;
  readonly logs: ReadonlyMap<StreamId, StreamLog>;
  readonly windowBytes: number;
  readonly codec: LinkCodec;
  readonly snapshots: SnapshotTurns;
  readonly livenessMs: number;
  readonly sameTopology: boolean;
  /** Called before the first subscription is served: until then the connection has asked for nothing. */
  readonly onSubscribe: () => void;
  readonly log: Logger;
  readonly clock: Clock;
};

type Subscription = { readonly sender: StreamSender; readonly done: Promise<void> };

export class SenderSession {
  readonly #options: SenderSessionOptions;
  readonly #heartbeat: Heartbeat;
  readonly #subscriptions = new Map<StreamId, Subscription>();

  constructor(options: SenderSessionOptions) {
    this.#options = options;
    const { connection, clock, livenessMs } = options;
    this.#heartbeat = new Heartbeat({ connection, clock, livenessMs, heads: () => this.#heads() });
  }

  /** Returns once the connection is closed and every sender has ended; `connection.error` says why. */
  async run(signal: AbortSignal): Promise<void> {
    const { connection } = this.#options;
    const stop = () => connection.leave(signal);
    signal.addEventListener("abort", stop, { once: true });
    const scope = new Scope(connection.over);
    connection.onFrame((frame) => this.#take(frame, scope.signal));
    try {
      if (signal.aborted) stop();
      await this.#heartbeat.run(scope.signal);
      await Promise.all([connection.closed, ...[...this.#subscriptions.values()].map(({ done }) => done)]);
    } finally {
      scope.release();
      signal.removeEventListener("abort", stop);
    }
  }

  get stats(): OutgoingLinkStats {
    const { connection, peer, sameTopology } = this.#options;
    return {
      peer,
      phase: connection.over.aborted ? "closed" : "open",
      clock: this.#heartbeat.estimate,
      bytesSent: connection.bytesSent,
      bytesReceived: connection.bytesReceived,
      connectedAt: connection.connectedAt,
      lastFrameAt: connection.lastFrameAt,
      sameTopology,
      streams: [...this.#subscriptions.values()].map(({ sender }) => sender.stats),
    };
  }

  #take(frame: Frame, signal: AbortSignal): void {
    switch (frame.kind) {
      case "ack":
        this.#acknowledge(frame);
        break;
      case "ping":
        this.#heartbeat.ping(frame);
        break;
      case "pong":
        this.#heartbeat.pong(frame);
        break;
      case "snapshot-wanted":
        this.#subscriptionOf(frame).sender.wantSnapshot(frame.from);
        break;
      case "subscribe":
        this.#subscribe(frame, signal);
        break;
      case "refused":
        throw refusalError(frame.code, frame.message, this.#options.peer);
      case "bye":
        this.#options.connection.bye(`${this.#options.peer} said goodbye: ${printable(frame.reason)}`);
        break;
      default:
        throw new GatewayError("FRAME_MALFORMED", "a receiver may not send this", { details: { kind: frame.kind } });
    }
  }

  #subscribe(frame: SubscribeFrame, signal: AbortSignal): void {
    const { connection, peer, streams, logs, windowBytes, codec, snapshots, log, clock, requestSnapshot } = this.#options;
    const { stream } = frame;
    const streamLog = logs.get(stream);
    if (streamLog === undefined || !streams.has(stream)) {
      connection.refuse(
        "stream-not-given",
        new GatewayError("LINK_REFUSED", `the topology does not give stream ${stream} to region ${peer}`),
      );
      return;
    }
    if (this.#subscriptions.has(stream)) throw new GatewayError("FRAME_MALFORMED", "subscribed twice", { details: { stream } });
    if (this.#subscriptions.size === 0) this.#options.onSubscribe();
    const sender = new StreamSender({
      subscription: frame,
      reader: `peer:${peer}`,
      streamLog,
      windowBytes,
      codec,
      snapshots,
      outlet: connection,
      log,
      clock,
      requestSnapshot,
    });
    const done = sender.run(signal).catch((cause) => {
      const error = wrapError("INVARIANT", "a sender failed unexpectedly", cause);
      const level = error.disposition === "halt" ? "error" : "warn";
      log[level]({ event: "link.sender-failed", stream, code: error.code, details: error.details, err: error }, error.message);
      connection.fail(error);
    });
    this.#subscriptions.set(stream, { sender, done });
  }

  #acknowledge(ack: AckFrame): void {
    if (!this.#subscriptionOf(ack).sender.acknowledge(ack) || ack.history === undefined) return;
    const { peer, onAck } = this.#options;
    const { stream, history, received, durable, applied, behind = [] } = ack;
    const common = { stream, history, clock: this.#heartbeat.estimate };
    onAck({ ...common, peer, ...(received && { received }), ...(durable && { durable }), ...(applied && { applied }) });
    for (const { region, ...marks } of behind) onAck({ ...common, ...marks, peer: region, via: peer });
  }

  #subscriptionOf({ kind, stream }: AckFrame | SnapshotWantedFrame): Subscription {
    const subscription = this.#subscriptions.get(stream);
    if (subscription) return subscription;
    throw new GatewayError("FRAME_MALFORMED", "a frame for a stream without subscription", { details: { kind, stream } });
  }

  #heads(): Head[] {
    const heads: Head[] = [];
    for (const stream of this.#subscriptions.keys()) {
      const current = this.#options.logs.get(stream)?.current;
      if (current) heads.push({ stream, history: current.id, offset: current.tail.offset });
    }
    return heads;
  }
}
