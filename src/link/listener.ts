/**
 * The origin's gateway listens: proves peers, gives each only what the topology gives it, one link per region (a newer
 * connection of a region replaces the older once it subscribes). Anything else on the port gets one short answer and is counted; nothing that
 * arrives before the proof is kept, and the number of strangers is bounded (BOUNDED).
 */
import { randomBytes } from "node:crypto";
import { createServer, type Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { TLSSocket } from "node:tls";
import type { Logger } from "pino";
import { type WebSocket, WebSocketServer } from "ws";
import { GatewayError, wrapError } from "../errors.ts";
import type { Clock } from "../runtime/clock.ts";
import { Crowd } from "../runtime/crowd.ts";
import { followRenewals, listenUntilAborted } from "../runtime/listening.ts";
import type { Service } from "../runtime/supervisor.ts";
import type { StreamLog } from "../stream/log.ts";
import type { StreamId } from "../stream/position.ts";
import { NONCE_BYTES } from "./connection/auth.ts";
import { isCertificateOf } from "./connection/certificate.ts";
import { LinkConnection, WEBSOCKET_OPTIONS } from "./connection/connection.ts";
import { guardDoor } from "./connection/front-door.ts";
import { HANDSHAKE_DEADLINE_MS, ListenerHandshake } from "./connection/handshake.ts";
import { DEFAULT_LIVENESS_MS } from "./connection/heartbeat.ts";
import { LinkRecord } from "./connection/link-record.ts";
import { LINK_PATH, type LinkTls } from "./connection/opening.ts";
import { Refusals } from "./connection/refusals.ts";
import { Scope } from "./scope.ts";
import type { LinkCodec } from "./send/codec-choice.ts";
import { type SenderPorts, SenderSession } from "./send/sender-session.ts";
import { type SnapshotLimits, SnapshotTurns } from "./send/snapshot-turns.ts";
import type { ListenerStats } from "./stats.ts";
import { DEFAULT_WINDOW_BYTES } from "./window.ts";

/** Sockets of any kind that have not proven themselves. */
const MAX_UNAUTHENTICATED = 256;
/** What a connection may send until then, TLS and HTTP included: certificates, headers, Hello and Proof are a few KiB. */
const MAX_HANDSHAKE_BYTES = 32 * 1024;
const MAX_HEADER_BYTES = 8 * 1024;
const HTTP_TIMEOUT_MS = 5000;
const ANSWERS = { 400: "Bad Request", 404: "Not Found" } as const;

export type LinkListenerOptions = SenderPorts & {
  /** Our region. */
  readonly region: string;
  readonly host: string;
  /** 0: any free one, see `stats.port`. */
  readonly port: number;
  readonly tls?: LinkTls | undefined;
  /** Tells when `tls` has changed, until the returned function is called. */
  readonly onTlsRenewal?: ((renewed: () => void) => () => void) | undefined;
  readonly secret: string;
  /** Accepted as well while the secret is changed. */
  readonly otherSecrets?: readonly string[] | undefined;
  /** Hex. */
  readonly topologyDigest: string;
  /** Which streams each region may take. */
  readonly peers: ReadonlyMap<string, ReadonlySet<StreamId>>;
  readonly logs: ReadonlyMap<StreamId, StreamLog>;
  readonly windowBytes?: number | undefined;
  /** How records travel to a peer; without it `auto` to all. */
  readonly codecFor?: ((peer: string) => LinkCodec) | undefined;
  readonly livenessMs?: number | undefined;
  /** Of all peers together. */
  readonly snapshots?: SnapshotLimits | undefined;
  readonly log: Logger;
  readonly clock: Clock;
};

const DEFAULT_SNAPSHOTS: SnapshotLimits = { concurrent: 4, bytesPerSecond: undefined };

/** What may change while it listens: for connections that come from then on, and for snapshots at once. */
export type ListenerSettings = Pick<
  LinkListenerOptions,
  "topologyDigest" | "peers" | "logs" | "windowBytes" | "livenessMs" | "codecFor" | "snapshots"
>;

type Link = { readonly connection: LinkConnection; readonly session: SenderSession };
type Opened = { readonly peer: string; readonly sameTopology: boolean };

export class LinkListener implements Service {
  #options: LinkListenerOptions;
  readonly #logger: Logger;
  readonly #refusals: Refusals;
  readonly #snapshots: SnapshotTurns;
  readonly #links = new Map<string, Link>();
  /** Proven and not subscribed: one per region. */
  readonly #waiting = new Map<string, Link>();
  readonly #records = new Map<string, LinkRecord>();
  /** Everything that was accepted and has not ended. */
  readonly #serving = new Set<Promise<void>>();
  readonly #strangers = new Crowd({
    most: MAX_UNAUTHENTICATED,
    onEvicted: () => this.#refusals.add("crowded", "too many unproven connections to the link port: a random one goes for each that comes"),
  });
  #port: number | undefined;

  constructor(options: LinkListenerOptions) {
    this.#options = options;
    this.#snapshots = new SnapshotTurns(options.snapshots ?? DEFAULT_SNAPSHOTS, options);
    this.#logger = options.log;
    this.#refusals = new Refusals(options);
    this.#openRecords();
  }

  configure(settings: ListenerSettings): void {
    this.#options = { ...this.#options, ...settings };
    this.#snapshots.limit(settings.snapshots ?? DEFAULT_SNAPSHOTS);
    this.#openRecords();
  }

  async run(signal: AbortSignal): Promise<void> {
    const sockets = new WebSocketServer({ ...WEBSOCKET_OPTIONS, noServer: true, clientTracking: false });
    const server = this.#createServer();
    const scope = new Scope(signal);
    const forget = followRenewals(server, this.#options);
    const onMaster = () => this.#refusals.add("failover", "the master was told to FAILOVER and picked this gateway, which refused");
    guardDoor(server, onMaster, scope.signal);
    server.on("upgrade", (request, socket, head) => {
      if (request.url !== LINK_PATH) {
        this.#turnAway(socket, 404, "a WebSocket asked for another path than the link's");
        return;
      }
      sockets.handleUpgrade(request, socket, head, (ws) => {
        const serving = this.#serve(ws, socket as Socket, scope.signal).finally(() => this.#serving.delete(serving));
        this.#serving.add(serving);
      });
    });
    try {
      await this.#listen(server, scope.signal);
    } finally {
      this.#port = undefined;
      forget();
      scope.release();
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await Promise.all(this.#serving);
      await closed;
    }
  }

  get stats(): ListenerStats {
    return {
      port: this.#port,
      unauthenticated: this.#strangers.size,
      snapshots: this.#snapshots.stats,
      refusals: this.#refusals.counts,
      links: [...this.#links.values()].map(({ session }) => session.stats),
      records: new Map([...this.#records].map(([peer, record]) => [peer, record.stats])),
    };
  }

  #openRecords(): void {
    for (const peer of this.#options.peers.keys()) if (!this.#records.has(peer)) this.#records.set(peer, new LinkRecord());
  }

  #createServer(): Server {
    const timeouts = {
      headersTimeout: HTTP_TIMEOUT_MS,
      requestTimeout: HTTP_TIMEOUT_MS,
      connectionsCheckingInterval: 1000,
      maxHeaderSize: MAX_HEADER_BYTES,
      keepAlive: true,
    };
    const { tls } = this.#options;
    const server = tls
      ? createTlsServer({ ...timeouts, ...tls, requestCert: true, rejectUnauthorized: true, handshakeTimeout: HANDSHAKE_DEADLINE_MS })
      : createServer(timeouts);
    this.#strangers.watch(server);
    server.on("request", (_request, response) => {
      this.#refusals.add("http", "a plain HTTP request came to the link port");
      response.writeHead(426, { connection: "close", "content-type": "text/plain", upgrade: "websocket" });
      response.end(`This is the link port of a Causeway gateway: it speaks WebSocket at ${LINK_PATH}.\n`);
    });
    server.on("clientError", (_error, socket) => this.#turnAway(socket, 400, "something that is not HTTP came to the link port"));
    server.on("tlsClientError", () => this.#refusals.add("tls", "a TLS handshake failed on the link port"));
    return server;
  }

  /** Returns when the signal aborts. */
  async #listen(server: Server, signal: AbortSignal): Promise<void> {
    const { host, port } = this.#options;
    const onListening = (actual: number) => {
      this.#port = actual;
      this.#logger.info({ event: "link.listening", host, port: actual }, "listening for links");
    };
    await listenUntilAborted(server, { host, port, onListening }, signal).catch((cause) => {
      throw wrapError("LINK_CONNECTION", `cannot listen on ${host}:${port}`, cause);
    });
  }

  #turnAway(socket: Duplex, status: keyof typeof ANSWERS, message: string): void {
    this.#refusals.add("http", message);
    socket.on("error", () => undefined);
    if (!socket.writable) {
      socket.destroy();
      return;
    }
    socket.end(`HTTP/1.1 ${status} ${ANSWERS[status]}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`, () => socket.destroy());
  }

  async #serve(ws: WebSocket, socket: Socket, signal: AbortSignal): Promise<void> {
    const connection = new LinkConnection({ ws, socket, clock: this.#options.clock });
    const opened = await this.#prove(connection, socket, signal);
    this.#strangers.vouch(socket);
    if (opened) await this.#serveLink(connection, opened, signal);
    await connection.closed;
  }

  /** Undefined when the connection ended before the proof. */
  async #prove(connection: LinkConnection, socket: Socket, signal: AbortSignal): Promise<Opened | undefined> {
    const { region, secret, otherSecrets, topologyDigest, peers } = this.#options;
    const handshake = new ListenerHandshake({
      region,
      secret,
      otherSecrets,
      nonce: randomBytes(NONCE_BYTES),
      topologyDigest: Buffer.from(topologyDigest, "hex"),
      isPeer: (name) => peers.has(name),
      isCertified: socket instanceof TLSSocket ? (name) => isCertificateOf(name, socket.getPeerCertificate()) : undefined,
    });
    const late = setTimeout(() => {
      this.#refusals.add("late", "a connection did not prove itself in time");
      connection.fail(new GatewayError("LINK_CONNECTION", "the handshake took too long"));
    }, HANDSHAKE_DEADLINE_MS);
    // A frame of allowed size would be gathered, and a million tiny fields in it decoded, for somebody who has proven nothing.
    const count = () => {
      if (socket.bytesRead > MAX_HANDSHAKE_BYTES) connection.fail(new GatewayError("FRAME_MALFORMED", "the handshake is too large"));
    };
    socket.on("data", count);
    const stop = () => connection.leave(signal);
    signal.addEventListener("abort", stop, { once: true });
    const opened = await new Promise<Opened | undefined>((resolve) => {
      connection.over.addEventListener("abort", () => resolve(undefined), { once: true });
      connection.onFrame((frame) => {
        const step = handshake.step(frame);
        if (step.kind === "refuse") {
          this.#refusals.add(step.code, step.message);
          const error = new GatewayError("LINK_REFUSED", step.message);
          if (step.peer !== undefined) this.#ended(step.peer, error);
          connection.refuse(step.code, error);
          return;
        }
        connection.send(step.frame);
        if (step.kind === "open") resolve({ peer: step.peer, sameTopology: step.sameTopology });
      });
    });
    clearTimeout(late);
    socket.off("data", count);
    signal.removeEventListener("abort", stop);
    if (!opened && connection.error?.code === "FRAME_MALFORMED") this.#refusals.add("malformed", connection.error.message);
    return opened;
  }

  async #serveLink(connection: LinkConnection, { peer, sameTopology }: Opened, signal: AbortSignal): Promise<void> {
    const {
      peers,
      logs,
      windowBytes = DEFAULT_WINDOW_BYTES,
      livenessMs = DEFAULT_LIVENESS_MS,
      codecFor = () => "auto",
      clock,
      onAck,
      requestSnapshot,
    } = this.#options;
    const log = this.#logger.child({ link: peer });
    let subscribed = false;
    const session = new SenderSession({
      connection,
      peer,
      streams: peers.get(peer) ?? new Set(),
      logs,
      windowBytes,
      codec: codecFor(peer),
      snapshots: this.#snapshots,
      livenessMs,
      sameTopology,
      onSubscribe: () => {
        subscribed = true;
        this.#takeOver(peer, link, log);
      },
      log,
      clock,
      onAck,
      requestSnapshot,
    });
    const link = { connection, session };
    this.#waiting.get(peer)?.connection.bye("a newer connection of the same region waits");
    this.#waiting.set(peer, link);
    if (!sameTopology) log.warn({ event: "link.topology-differs" }, `this gateway and ${peer} were started with different topologies`);
    try {
      await session.run(signal);
    } finally {
      if (this.#waiting.get(peer) === link) this.#waiting.delete(peer);
      if (this.#links.get(peer) === link) this.#links.delete(peer);
      const error = connection.error ?? new GatewayError("LINK_CONNECTION", "the link ended");
      const { code, message, details } = error;
      if (code === "LINK_REFUSED") this.#refusals.add("stream-not-given", message);
      else if (code === "FRAME_MALFORMED") this.#refusals.add("malformed", message);
      if (subscribed || code === "LINK_REFUSED") this.#ended(peer, error);
      log[details["goodbye"] ? "info" : "warn"]({ event: "link.closed", code, details }, message);
    }
  }

  /** The link is the newer connection's. What the older one held is half-open, or another gateway's: it is told, and does not come back at once. */
  #takeOver(peer: string, link: Link, log: Logger): void {
    const older = this.#links.get(peer)?.connection;
    this.#waiting.delete(peer);
    this.#links.set(peer, link);
    this.#records.get(peer)?.opened();
    const { remote } = link.connection;
    log.info({ event: "link.opened", remote }, "link opened");
    if (older === undefined) return;
    log.warn(
      { event: "link.superseded", by: remote, was: older.remote },
      `a newer connection of ${peer} took over: if this repeats, two gateways run for it`,
    );
    older.refuse("superseded", new GatewayError("LINK_SUPERSEDED", `another connection of ${peer}, from ${remote}, took over`));
  }

  #ended(peer: string, error: GatewayError): void {
    this.#records.get(peer)?.ended(error, this.#options.clock.nowMs());
  }
}
