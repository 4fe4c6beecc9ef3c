/**
 * A TCP proxy that behaves as a long and narrow line: delay, jitter, stalls and bandwidth per direction, outages of both directions or one,
 * half-open connections, connections cut at byte N. It may also lead elsewhere from one moment on, as a service name does after a failover.
 * Bytes keep their order whatever the jitter; nothing arrives before its delay; what is under way is bounded, then the sender is not read.
 */
import { createServer, type Server, type Socket } from "node:net";
import { freePort } from "./free-port.ts";
import { type Conditions, type CutMode, DIRECTIONS, type Direction, LinePair } from "./wan-line.ts";

export type WanProxyOptions = {
  readonly target: { readonly host?: string; readonly port: number };
  /** Where it listens; a free one. */
  readonly port?: number;
  /** Half of it in each direction, unless `up` or `down` say otherwise. */
  readonly rttMs?: number;
  /** Client to target. */
  readonly up?: Partial<Conditions>;
  /** Target to client. */
  readonly down?: Partial<Conditions>;
};

const PERFECT: Conditions = {
  delayMs: 0,
  jitterMs: 0,
  stallRate: 0,
  stallMs: 0,
  bytesPerSecond: Number.POSITIVE_INFINITY,
  bufferBytes: 64 * 1024 * 1024,
};

export class WanProxy implements AsyncDisposable {
  readonly host = "127.0.0.1";
  readonly port: number;
  readonly #initial: Readonly<Record<Direction, Conditions>>;
  readonly #server: Server;
  readonly #pairs = new Set<LinePair>();
  /** Connections that neither end nor carry anything any more. */
  readonly #halfOpen = new Set<LinePair>();
  #target: { readonly host: string; readonly port: number };
  #conditions: Readonly<Record<Direction, Conditions>>;
  #cut: CutMode | undefined;
  #held: readonly Direction[] = [];
  #cutAfter: { readonly direction: Direction; bytes: number } | undefined;
  #accepted = 0;
  readonly #bytes = { up: 0, down: 0 };

  private constructor(options: WanProxyOptions, port: number, server: Server) {
    this.#target = { host: options.target.host ?? "127.0.0.1", port: options.target.port };
    const delayMs = (options.rttMs ?? 0) / 2;
    this.#initial = { up: { ...PERFECT, delayMs, ...options.up }, down: { ...PERFECT, delayMs, ...options.down } };
    this.#conditions = this.#initial;
    this.port = port;
    this.#server = server;
    server.on("connection", (client) => this.#accept(client));
  }

  static async start(options: WanProxyOptions): Promise<WanProxy> {
    const port = options.port ?? (await freePort());
    const server = createServer({ allowHalfOpen: true, noDelay: true });
    const proxy = new WanProxy(options, port, server);
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(port, proxy.host, resolve);
    });
    return proxy;
  }

  /** Forwarded so far, over all connections. */
  get bytes(): { readonly up: number; readonly down: number } {
    return { ...this.#bytes };
  }

  get connections(): number {
    return this.#pairs.size;
  }

  /** Connections accepted so far. */
  get accepted(): number {
    return this.#accepted;
  }

  /** Changes the line for what is sent from now on. */
  change(conditions: { readonly up?: Partial<Conditions>; readonly down?: Partial<Conditions> }): void {
    const { up, down } = this.#conditions;
    this.#conditions = { up: { ...up, ...conditions.up }, down: { ...down, ...conditions.down } };
    for (const pair of this.#pairs) pair.change(this.#conditions);
  }

  /**
   * "blackhole": connections stay open and nothing passes, new ones hang; after heal() what was held arrives, as TCP's repetition would bring it.
   * With one direction only, the other one still works. "reset": connections are reset and new ones too.
   */
  cut(mode: CutMode = "blackhole", directions: readonly Direction[] = DIRECTIONS): void {
    this.#cut = mode;
    this.#held = mode === "blackhole" ? directions : [];
    for (const pair of this.#pairs) {
      if (mode === "blackhole") pair.hold(directions);
      else pair.reset();
    }
  }

  /** Ends an outage and makes the line again what it was at the start. */
  heal(): void {
    this.#cut = undefined;
    this.#held = [];
    this.#cutAfter = undefined;
    this.change(this.#initial);
    for (const pair of this.#pairs) pair.flow();
  }

  /** What is connected now stays open and never carries another byte, not even an end: the other machine has lost its power. New connections work. */
  halfOpen(): void {
    for (const pair of this.#pairs) {
      pair.hold(DIRECTIONS);
      this.#halfOpen.add(pair);
    }
    this.#pairs.clear();
  }

  /** Resets what is connected and leads to another server from now on. */
  moveTo(port: number): void {
    this.#target = { ...this.#target, port };
    this.reset();
  }

  /** Resets what is connected now; new connections work. */
  reset(): void {
    for (const pair of this.#pairs) pair.reset();
  }

  /** The receiver gets exactly `bytes` more bytes and then the end, the sender a reset; the next connection works. */
  cutAfter(bytes: number, direction: Direction = "down"): void {
    this.#cutAfter = { bytes, direction };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const pairs = [...this.#pairs, ...this.#halfOpen];
    this.cut("reset");
    for (const pair of pairs) pair.destroy();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #accept(client: Socket): void {
    this.#accepted++;
    if (this.#cut === "reset") {
      client.on("error", () => undefined);
      client.resetAndDestroy();
      return;
    }
    const pair = new LinePair({
      client,
      target: this.#target,
      conditions: this.#conditions,
      held: this.#held,
      admit: (direction, bytes) => this.#admit(direction, bytes),
      onForwarded: (direction, bytes) => {
        this.#bytes[direction] += bytes;
      },
      onClosed: () => {
        this.#pairs.delete(pair);
        this.#halfOpen.delete(pair);
      },
    });
    this.#pairs.add(pair);
  }

  /** Undefined: all of it passes. A number: so many pass and then the connection is cut. */
  #admit(direction: Direction, bytes: number): number | undefined {
    const plan = this.#cutAfter;
    if (plan === undefined || plan.direction !== direction) return undefined;
    if (plan.bytes > bytes) {
      plan.bytes -= bytes;
      return undefined;
    }
    this.#cutAfter = undefined;
    return plan.bytes;
  }
}
