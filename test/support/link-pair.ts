/** Two gateways' ends of a link over a real loopback WebSocket, with logs in memory. The dialer redials at once. */
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import pino from "pino";
import type { GatewayError } from "../../src/errors.ts";
import { LinkDialer, type LinkDialerOptions } from "../../src/link/dialer.ts";
import { LinkListener, type LinkListenerOptions } from "../../src/link/listener.ts";
import type { PeerAck } from "../../src/link/send/sender-session.ts";
import { systemClock } from "../../src/runtime/clock.ts";
import { sleep } from "../../src/runtime/sleep.ts";
import { type Replid, StreamId } from "../../src/stream/position.ts";
import { eventually } from "./eventually.ts";
import { MemoryLog } from "./memory-log.ts";

export const STREAM = StreamId.of("us-east");
export const REPLID_A = "a".repeat(40) as Replid;
export const REPLID_B = "b".repeat(40) as Replid;
export const SECRET = "the shared secret of this test";
const DIGEST = "00".repeat(32);

export const quiet = pino({ level: process.env["LINK_TEST_LOG"] ?? "silent" });

export type PairOptions = {
  readonly listener?: Partial<LinkListenerOptions>;
  readonly dialer?: Partial<LinkDialerOptions>;
  /** Cut the n-th connection after this many bytes from the origin; undefined leaves it whole. */
  readonly cutAfter?: (connection: number) => number | undefined;
  readonly origin?: MemoryLog;
  readonly peer?: MemoryLog;
};

export class LinkPair implements AsyncDisposable {
  readonly origin: MemoryLog;
  readonly peer: MemoryLog;
  readonly listener: LinkListener;
  readonly dialer: LinkDialer;
  readonly acks: PeerAck[] = [];
  readonly errors: GatewayError[] = [];
  snapshotRequests = 0;
  readonly proxy: CuttingProxy;
  readonly #stop = new AbortController();
  readonly #stopDialer = new AbortController();
  readonly #running: Promise<unknown>[] = [];

  private constructor(options: PairOptions, proxy: CuttingProxy, listener: (pair: LinkPair) => LinkListener) {
    this.origin = options.origin ?? new MemoryLog(STREAM);
    this.peer = options.peer ?? new MemoryLog(STREAM);
    this.proxy = proxy;
    this.listener = listener(this);
    this.dialer = new LinkDialer({
      region: "eu-west",
      origin: "us-east",
      host: "127.0.0.1",
      port: proxy.port,
      secret: SECRET,
      topologyDigest: DIGEST,
      logs: new Map([[STREAM, this.peer]]),
      log: quiet,
      clock: systemClock,
      ...options.dialer,
    });
  }

  static async open(options: PairOptions = {}): Promise<LinkPair> {
    const proxy = await CuttingProxy.open(options.cutAfter ?? (() => undefined));
    const pair = new LinkPair(
      options,
      proxy,
      (self) =>
        new LinkListener({
          region: "us-east",
          host: "127.0.0.1",
          port: 0,
          secret: SECRET,
          topologyDigest: DIGEST,
          peers: new Map([["eu-west", new Set([STREAM])]]),
          logs: new Map([[STREAM, self.origin]]),
          log: quiet,
          clock: systemClock,
          onAck: (ack) => self.acks.push(ack),
          requestSnapshot: () => self.snapshotRequests++,
          ...options.listener,
        }),
    );
    pair.#running.push(pair.listener.run(pair.#stop.signal));
    proxy.target = await eventually(() => pair.port);
    return pair;
  }

  get port(): number {
    const { port } = this.listener.stats;
    if (port === undefined) throw new Error("not listening yet");
    return port;
  }

  /** Dials, and redials after each failure, until `hangUp`. */
  dial(): this {
    const signal = this.#stopDialer.signal;
    const attempts = async () => {
      while (!signal.aborted) {
        await this.dialer.run(signal).catch((error: GatewayError) => this.errors.push(error));
        await sleep(5, signal);
      }
    };
    this.#running.push(attempts());
    return this;
  }

  hangUp(): void {
    this.#stopDialer.abort();
  }

  /** One attempt whose error is returned. */
  async dialOnce(): Promise<GatewayError | undefined> {
    return this.dialer.run(this.#stopDialer.signal).then(
      () => undefined,
      (error: GatewayError) => error,
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.hangUp();
    this.#stop.abort();
    await Promise.all(this.#running);
    await this.proxy.close();
  }
}

/** A TCP proxy that breaks connections at a chosen byte, and can swallow everything without closing (half-open). */
export class CuttingProxy {
  target = 0;
  /** While true nothing passes, and nobody is told. */
  frozen = false;
  readonly #server = createServer((client) => this.#carry(client));
  readonly #sockets = new Set<Socket>();
  readonly #cutAfter: (connection: number) => number | undefined;
  #connections = 0;

  private constructor(cutAfter: (connection: number) => number | undefined) {
    this.#cutAfter = cutAfter;
  }

  static async open(cutAfter: (connection: number) => number | undefined): Promise<CuttingProxy> {
    const proxy = new CuttingProxy(cutAfter);
    await new Promise<void>((resolve) => proxy.#server.listen(0, "127.0.0.1", resolve));
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get connections(): number {
    return this.#connections;
  }

  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #carry(client: Socket): void {
    let left = this.#cutAfter(this.#connections++) ?? Number.POSITIVE_INFINITY;
    const origin = connect(this.target, "127.0.0.1");
    for (const [from, to] of [
      [client, origin],
      [origin, client],
    ] as const) {
      this.#sockets.add(from);
      from.setNoDelay(true);
      from.on("error", () => undefined);
      from.on("close", () => {
        this.#sockets.delete(from);
        if (!this.frozen) to.destroy();
      });
      from.on("data", (bytes: Buffer) => {
        if (this.frozen) return;
        if (from === client) {
          to.write(bytes);
          return;
        }
        to.write(bytes.subarray(0, left));
        left -= bytes.length;
        if (left <= 0) {
          to.end();
          from.destroy();
        }
      });
    }
  }
}
