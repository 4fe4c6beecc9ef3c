/**
 * The receiving gateway dials the origin's: one connection carries every stream that this region takes from there.
 * `run` is one connection attempt and may be called again: counters go on, nothing else is kept.
 */
import type { Logger } from "pino";
import { GatewayError, wrapError } from "../errors.ts";
import type { Service } from "../runtime/supervisor.ts";
import type { StreamLog } from "../stream/log.ts";
import type { Offset, StreamId } from "../stream/position.ts";
import type { LinkConnection } from "./connection/connection.ts";
import { DEFAULT_LIVENESS_MS } from "./connection/heartbeat.ts";
import { LinkRecord } from "./connection/link-record.ts";
import { connectPeer, type OpeningOptions, provePeer } from "./connection/opening.ts";
import { advanceLink, type LinkPhase } from "./phase.ts";
import type { Behind } from "./receive/receiver.ts";
import { ReceiverSession } from "./receive/receiver-session.ts";
import type { IncomingLinkStats } from "./stats.ts";
import { DEFAULT_WINDOW_BYTES } from "./window.ts";

export type LinkDialerOptions = OpeningOptions & {
  /** The streams taken from this region. */
  readonly logs: ReadonlyMap<StreamId, StreamLog>;
  /** By stream, of those that other regions take from us. */
  readonly behind?: ReadonlyMap<StreamId, Behind> | undefined;
  readonly windowBytes?: number | undefined;
  readonly livenessMs?: number | undefined;
  readonly log: Logger;
};

/** What may change: it holds from the next connection on. */
export type DialerSettings = Pick<LinkDialerOptions, "topologyDigest" | "logs" | "behind" | "windowBytes" | "livenessMs">;

export class LinkDialer implements Service {
  #options: LinkDialerOptions;
  readonly #logger: Logger;
  readonly #record = new LinkRecord();
  #phase: LinkPhase = "closed";
  #connection: LinkConnection | undefined;
  #session: ReceiverSession | undefined;
  #sameTopology: boolean | undefined;
  #attempts = 0;

  constructor(options: LinkDialerOptions) {
    this.#options = options;
    this.#logger = options.log.child({ link: options.origin });
  }

  configure(settings: DialerSettings): void {
    this.#options = { ...this.#options, ...settings };
  }

  /** Calls `healthy` when a stream got on. Rejects with LINK_CONNECTION, LINK_SUPERSEDED, LINK_REFUSED, FRAME_MALFORMED, or what the log threw. */
  async run(signal: AbortSignal, healthy: () => void = () => undefined): Promise<void> {
    this.#attempts++;
    this.#phase = "connecting";
    try {
      const connection = await connectPeer(this.#options, signal);
      this.#connection = connection;
      this.#phase = advanceLink(this.#phase, "proving");
      const onOpen = (sameTopology: boolean) => this.#openSession(connection, sameTopology, healthy);
      this.#session = await provePeer({ ...this.#options, connection, onOpen }, signal);
      this.#phase = advanceLink(this.#phase, "open");
      this.#record.opened();
      this.#logger.info({ event: "link.opened", sameTopology: this.#sameTopology }, "link opened");
      await this.#session.run(signal);
      throw connection.error ?? new GatewayError("LINK_CONNECTION", "the link ended");
    } catch (cause) {
      if (signal.aborted) return;
      const error = wrapError("INVARIANT", "the link failed unexpectedly", cause);
      this.#ended(error);
      throw error;
    } finally {
      this.#phase = "closed";
      this.#session = undefined;
    }
  }

  /** Asks for a snapshot of the history that is received, later than `beyond`; without a link nothing happens: who needs it asks again. */
  requestSnapshot(stream: StreamId, beyond: Offset | undefined): void {
    this.#session?.requestSnapshot(stream, beyond);
  }

  get stats(): IncomingLinkStats {
    const connection = this.#connection;
    return {
      peer: this.#options.origin,
      phase: this.#phase,
      clock: this.#session?.clock,
      bytesSent: connection?.bytesSent ?? 0,
      bytesReceived: connection?.bytesReceived ?? 0,
      connectedAt: this.#phase === "open" ? connection?.connectedAt : undefined,
      lastFrameAt: connection?.lastFrameAt,
      sameTopology: this.#sameTopology,
      streams: this.#session?.streams ?? [],
      attempts: this.#attempts,
      ...this.#record.stats,
    };
  }

  /** The supervisor says that it dials again; that a link was lost, and why, is news from the first time on. */
  #ended(error: GatewayError): void {
    const { clock, region } = this.#options;
    this.#record.ended(error, clock.nowMs());
    const { code, details, message } = error;
    if (code === "LINK_SUPERSEDED") {
      this.#logger.warn({ event: "link.superseded" }, `${message}: if this repeats, two gateways run for ${region}`);
    } else if (this.#phase === "open") {
      this.#logger[details["goodbye"] ? "info" : "warn"]({ event: "link.closed", code, details }, message);
    }
  }

  #openSession(connection: LinkConnection, sameTopology: boolean, onWork: () => void): ReceiverSession {
    const { origin, logs, behind, windowBytes = DEFAULT_WINDOW_BYTES, livenessMs = DEFAULT_LIVENESS_MS, clock } = this.#options;
    this.#sameTopology = sameTopology;
    if (!sameTopology) {
      this.#logger.warn({ event: "link.topology-differs" }, `this gateway and ${origin} were started with different topologies`);
    }
    return new ReceiverSession({ connection, origin, logs, behind, windowBytes, livenessMs, onWork, log: this.#logger, clock });
  }
}
