/**
 * Dials a peer and lets both sides prove themselves: one attempt, on behalf of the dialer that wants a link, or of `causeway check`
 * that only wants to know. A connection that subscribes to nothing takes nobody's place at the listener.
 */
import { randomBytes } from "node:crypto";
import type { Socket } from "node:net";
import type { PeerCertificate } from "node:tls";
import { WebSocket } from "ws";
import { GatewayError, wrapError } from "../../errors.ts";
import type { Clock } from "../../runtime/clock.ts";
import { NONCE_BYTES } from "./auth.ts";
import { isCertificateOf } from "./certificate.ts";
import { LinkConnection, WEBSOCKET_OPTIONS } from "./connection.ts";
import { type DialOptions, dialSocket } from "./dial-socket.ts";
import { DialerHandshake, HANDSHAKE_DEADLINE_MS } from "./handshake.ts";

/** PEM texts; copied for each connection, so that properties may answer with what is current. */
export type LinkTls = {
  readonly cert: string | Buffer;
  readonly key: string | Buffer;
  readonly passphrase?: string | undefined;
  readonly ca: string | Buffer;
};

/** The one path of a link listener. */
export const LINK_PATH = "/link";

export type OpeningOptions = {
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
  readonly clock: Clock;
};

export type ProvingOptions<T> = OpeningOptions & {
  readonly connection: LinkConnection;
  readonly onOpen: (sameTopology: boolean) => T;
};

/** Throws LINK_CONNECTION, or LINK_REFUSED when the peer's certificate is another region's. */
export function connectPeer(options: OpeningOptions, signal: AbortSignal): Promise<LinkConnection> {
  const { host, port, tls, origin, clock } = options;
  const address = host.includes(":") ? `[${host}]` : host;
  const ws = new WebSocket(`${tls ? "wss" : "ws"}://${address}:${port}${LINK_PATH}`, {
    ...WEBSOCKET_OPTIONS,
    handshakeTimeout: HANDSHAKE_DEADLINE_MS,
    createConnection: ((options: DialOptions) => dialSocket(options, tls !== undefined)) as never,
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

/** Resolves with what `onOpen` makes, at once, of the proven connection: the peer's first frames come together with its Welcome. */
export async function provePeer<T>(options: ProvingOptions<T>, signal: AbortSignal): Promise<T> {
  const { connection, region, origin, secret, topologyDigest, onOpen } = options;
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
  const stop = () => connection.leave(signal);
  signal.addEventListener("abort", stop, { once: true });
  try {
    return await new Promise<T>((resolve, reject) => {
      connection.over.addEventListener("abort", () => reject(connection.error), { once: true });
      connection.onFrame((frame) => {
        const step = handshake.step(frame);
        if (step.kind === "send") {
          connection.send(step.frame);
          return;
        }
        resolve(onOpen(step.sameTopology));
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

/** Logs in, says goodbye, and answers whether both were started with one topology. Throws like a dialer would. */
export async function probePeer(options: OpeningOptions, signal: AbortSignal): Promise<boolean> {
  const connection = await connectPeer(options, signal);
  try {
    const onOpen = (sameTopology: boolean) => {
      connection.onFrame(() => undefined);
      return sameTopology;
    };
    return await provePeer({ ...options, connection, onOpen }, signal);
  } finally {
    connection.bye("only looked whether this login works");
    await connection.closed;
  }
}
