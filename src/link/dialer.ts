/**
 * The receiving gateway dials the origin's: one connection carries every stream that this region takes from there.
 * `run` is one connection attempt and may be called again: counters go on, nothing else is kept.
 */
import { randomBytes } from "node:crypto";
import type { Socket } from "node:net";
import type { PeerCertificate } from "node:tls";
import type { Logger } from "pino";
import { WebSocket } from "ws";
import { GatewayError, wrapError } from "../errors.ts";
import type { Clock } from "../runtime/clock.ts";
import type { Service } from "../runtime/supervisor.ts";
import type { StreamLog } from "../stream/log.ts";
import type { StreamId } from "../stream/position.ts";
import { NONCE_BYTES } from "./auth.ts";
import { isCertificateOf } from "./certificate.ts";
import { LinkConnection, WEBSOCKET_OPTIONS } from "./connection.ts";
import { DialerHandshake, HANDSHAKE_DEADLINE_MS } from "./handshake.ts";
import { DEFAULT_LIVENESS_MS } from "./heartbeat.ts";
import { advanceLink, type LinkPhase } from "./phase.ts";
import { ReceiverSession } from "./receiver-session.ts";
import type { IncomingLinkStats } from "./stats.ts";
import { DEFAULT_WINDOW_BYTES } from "./window.ts";

/** PEM texts. */
export type LinkTls = { readonly cert: string | Buffer; readonly key: string | Buffer; readonly ca: string | Buffer };

/** The one path of a link listener. */
export const LINK_PATH = "/link";

export type LinkDialerOptions = {
  /** Our region. */
  readonly region: string;
  /** The region whose gateway is dialed. */
  readonly origin: string;
  readonly host: string;
  readonly port: number;
  readonly tls?: LinkTls | undefined;
  readonly secret: string;
  /** Hex. */
  readonly topologyDigest: string;
  /** The streams taken from this origin. */
  readonly logs: ReadonlyMap<StreamId, StreamLog>;
  readonly windowBytes?: number | undefined;
  readonly livenessMs?: number | undefined;
  readonly log: Logger;
  readonly clock: Clock;
};

export class LinkDialer implements Service {
  readonly #options: LinkDialerOptions;
  readonly #logger: Logger;
  #phase: LinkPhase = "closed";
  #connection: LinkConnection | undefined;
  #session: ReceiverSession | undefined;
  #sameTopology: boolean | undefined;
  #attempts = 0;
  #opened = 0;
  #refusals = 0;

  constructor(options: LinkDialerOptions) {
    this.#options = options;
    this.#logger = options.log.child({ link: options.origin });
  }

  /** Rejects with LINK_CONNECTION, LINK_REFUSED, FRAME_MALFORMED, or what the log threw. */
  async run(signal: AbortSignal): Promise<void> {
    this.#attempts++;
    this.#phase = "connecting";
    try {
      const connection = await this.#connect(signal);
      this.#connection = connection;
      this.#phase = advanceLink(this.#phase, "proving");
      this.#session = await this.#prove(connection, signal);
      this.#phase = advanceLink(this.#phase, "open");
      this.#opened++;
      this.#logger.info({ event: "link.opened", sameTopology: this.#sameTopology }, "link opened");
      await this.#session.run(signal);
      throw connection.error ?? new GatewayError("LINK_CONNECTION", "the link ended");
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof GatewayError && error.code === "LINK_REFUSED") this.#refusals++;
      throw error;
    } finally {
      this.#phase = "closed";
      this.#session = undefined;
    }
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
      reconnects: Math.max(0, this.#opened - 1),
      refusals: this.#refusals,
    };
  }

  #connect(signal: AbortSignal): Promise<LinkConnection> {
    const { host, port, tls, origin, clock } = this.#options;
    const address = host.includes(":") ? `[${host}]` : host;
    const ws = new WebSocket(`${tls ? "wss" : "ws"}://${address}:${port}${LINK_PATH}`, {
      ...WEBSOCKET_OPTIONS,
      handshakeTimeout: HANDSHAKE_DEADLINE_MS,
      ...(tls && {
        ...tls,
        // The certificate names the region, not the host: addresses change, regions do not.
        checkServerIdentity: ((_host: string, certificate: PeerCertificate) =>
          isCertificateOf(origin, certificate)
            ? undefined
            : // The types of `ws` know only a boolean; node:tls wants the error.
              new GatewayError("LINK_REFUSED", `the certificate at ${host}:${port} does not name region ${origin}`)) as never,
      }),
    });
    const cancel = () => ws.terminate();
    signal.addEventListener("abort", cancel, { once: true });
    if (signal.aborted) cancel();
    return new Promise<LinkConnection>((resolve, reject) => {
      let socket: Socket | undefined;
      ws.once("upgrade", (response) => {
        socket = response.socket;
      });
      const failed = (cause: Error) => reject(wrapError("LINK_CONNECTION", `cannot reach ${origin} at ${host}:${port}`, cause));
      ws.on("error", failed);
      ws.once("open", () => {
        ws.off("error", failed);
        if (socket) resolve(new LinkConnection({ ws, socket, clock }));
      });
    }).finally(() => signal.removeEventListener("abort", cancel));
  }

  /** Resolves once both sides have proven themselves. */
  async #prove(connection: LinkConnection, signal: AbortSignal): Promise<ReceiverSession> {
    const { region, origin, secret, topologyDigest } = this.#options;
    const handshake = new DialerHandshake({
      region,
      expectedRegion: origin,
      secret,
      nonce: randomBytes(NONCE_BYTES),
      topologyDigest: Buffer.from(topologyDigest, "hex"),
    });
    const late = setTimeout(
      () => connection.fail(new GatewayError("LINK_CONNECTION", `${origin} did not finish the handshake in time`)),
      HANDSHAKE_DEADLINE_MS,
    );
    const stop = () => connection.bye("the gateway is stopping");
    signal.addEventListener("abort", stop, { once: true });
    try {
      return await new Promise<ReceiverSession>((resolve, reject) => {
        connection.over.addEventListener("abort", () => reject(connection.error), { once: true });
        connection.onFrame((frame) => {
          const step = handshake.step(frame);
          if (step.kind === "send") {
            connection.send(step.frame);
            return;
          }
          this.#sameTopology = step.sameTopology;
          if (!step.sameTopology) {
            this.#logger.warn({ event: "link.topology-differs" }, `this gateway and ${origin} were started with different topologies`);
          }
          resolve(this.#openSession(connection));
        });
        if (signal.aborted) stop();
        connection.send(handshake.hello());
      });
    } finally {
      clearTimeout(late);
      signal.removeEventListener("abort", stop);
      if (connection.over.aborted) await connection.closed;
    }
  }

  #openSession(connection: LinkConnection): ReceiverSession {
    const { origin, logs, windowBytes = DEFAULT_WINDOW_BYTES, livenessMs = DEFAULT_LIVENESS_MS, clock } = this.#options;
    return new ReceiverSession({ connection, origin, logs, windowBytes, livenessMs, log: this.#logger, clock });
  }
}
