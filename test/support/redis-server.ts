/** A real redis-server on a free loopback port, in a folder of its own, gone at the end of its scope. */
import { mkdir, rm } from "node:fs/promises";
import { Redis, type RedisOptions } from "ioredis";
import { Child } from "./child.ts";
import { eventually } from "./eventually.ts";
import { freePort } from "./free-port.ts";
import { findRedisServer } from "./redis-binary.mjs";
import { tempFolder } from "./temp-folder.ts";

const START_ATTEMPTS = 5;
const START_TIMEOUT_MS = 20_000;

export type RedisServerOptions = {
  /** Command-line settings, e.g. ["--repl-backlog-size", "1mb"]; later ones win over the defaults. */
  readonly args?: readonly string[];
  /** Another server than the one found on this machine. */
  readonly bin?: string;
  /** A folder that stays; without it a temporary one is made and removed. */
  readonly dir?: string;
  readonly port?: number;
  readonly env?: Readonly<Record<string, string>>;
};

/** No persistence unless asked, no memory of earlier tests, and full syncs that start at once. */
const DEFAULTS = ["--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--repl-diskless-sync-delay", "0", "--loglevel", "notice"];

export type ClientOptions = Omit<RedisOptions, "replyMapping">;

export class RedisServer implements AsyncDisposable {
  readonly host = "127.0.0.1";
  readonly port: number;
  readonly dir: string;
  readonly #bin: string;
  readonly #ownsDir: boolean;
  readonly #clients = new Set<Redis>();
  readonly #env: Readonly<Record<string, string>>;
  #args: readonly string[];
  #child: Child;

  private constructor(bin: string, port: number, dir: string, options: RedisServerOptions) {
    this.#bin = bin;
    this.port = port;
    this.dir = dir;
    this.#ownsDir = options.dir === undefined;
    this.#args = options.args ?? [];
    this.#env = options.env ?? {};
    this.#child = this.#spawn();
  }

  static async start(options: RedisServerOptions = {}): Promise<RedisServer> {
    const bin = options.bin ?? findRedisServer();
    if (bin === undefined) throw new Error("redis-server was not found: run `npm run setup`");
    if (options.dir !== undefined) await mkdir(options.dir, { recursive: true });
    const dir = options.dir ?? (await tempFolder("redis")).path;
    for (let attempt = 1; ; attempt++) {
      const server = new RedisServer(bin, options.port ?? (await freePort()), dir, options);
      try {
        await server.#untilReady();
        return server;
      } catch (cause) {
        await server.kill9();
        // Somebody else may have taken the port between the question and the start.
        if (!server.log.includes("in use") || options.port !== undefined || attempt === START_ATTEMPTS) throw cause;
      }
    }
  }

  get pid(): number {
    return this.#child.pid;
  }

  get url(): string {
    return `redis://${this.host}:${this.port}`;
  }

  get running(): boolean {
    return this.#child.exit === undefined;
  }

  get log(): string {
    return this.#child.output;
  }

  /** A client that fails within seconds instead of waiting for a server that is gone; closed with the server. */
  client(options: ClientOptions = {}): Redis {
    const client = new Redis({
      host: this.host,
      port: this.port,
      lazyConnect: false,
      connectTimeout: 3_000,
      maxRetriesPerRequest: 1,
      retryStrategy: (attempt) => (attempt > 3 ? null : 50),
      autoResendUnfulfilledCommands: false,
      ...options,
    });
    client.on("error", () => undefined);
    this.#clients.add(client);
    client.once("end", () => this.#clients.delete(client));
    return client;
  }

  /** One command on a connection of its own. */
  async call(command: string, ...args: (string | Buffer | number)[]): Promise<unknown> {
    const client = this.client();
    try {
      return await client.call(command, ...args);
    } finally {
      client.disconnect();
    }
  }

  /** The number or text behind a field of INFO; undefined when the server does not have it. */
  async info(field: string): Promise<string | undefined> {
    const text = String(await this.call("INFO", "everything"));
    return text
      .split("\r\n")
      .find((line) => line.startsWith(`${field}:`))
      ?.slice(field.length + 1);
  }

  /** Stops hanging about: the process neither answers nor dies until `resume`. */
  pause(): void {
    this.#child.signal("SIGSTOP");
  }

  resume(): void {
    this.#child.signal("SIGCONT");
  }

  async kill9(): Promise<void> {
    await this.#child.kill9();
  }

  /** Ends the process politely and keeps the folder. */
  async stop(): Promise<void> {
    this.resume();
    await this.#child.terminate();
  }

  /** On the same port and in the same folder, with other settings if given. */
  async restart(args: readonly string[] = this.#args): Promise<void> {
    await this.stop();
    this.#args = args;
    this.#child = this.#spawn();
    await this.#untilReady();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const client of this.#clients) client.disconnect();
    await this.kill9();
    if (this.#ownsDir) await rm(this.dir, { recursive: true, force: true, maxRetries: 3 });
  }

  #spawn(): Child {
    return new Child(this.#bin, ["--port", `${this.port}`, "--dir", this.dir, ...DEFAULTS, ...this.#args], { env: this.#env });
  }

  async #untilReady(): Promise<void> {
    const client = this.client({ enableReadyCheck: false, retryStrategy: () => 20, maxRetriesPerRequest: null });
    try {
      await eventually(
        async () => {
          const pong = client.ping().catch((error: Error) => {
            // A server that wants a password is a server that runs.
            if (!error.message.startsWith("NOAUTH")) throw error;
          });
          await Promise.race([pong, this.#child.exited]);
        },
        { timeoutMs: START_TIMEOUT_MS, what: `redis-server on port ${this.port}` },
      );
    } finally {
      client.disconnect();
    }
    if (!this.running) throw new Error(`redis-server ended at once:\n${this.log.slice(-2_000)}`);
  }
}
