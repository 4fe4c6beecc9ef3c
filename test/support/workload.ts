/**
 * A seeded, randomised, mixed load of writes that forgive nothing: a command lost or done twice leaves another value behind.
 * Each writer has a connection of its own; beside the random commands it keeps a ledger (see ledger.ts). Databases 0 to 2 take the
 * ordinary load, 3 and 4 are swapped, 5 is flushed.
 */
import type { ChainableCommander, Redis } from "ioredis";
import { Ledger } from "./ledger.ts";
import { Random } from "./random.ts";
import { versionOf } from "./server-version.ts";
import { OPERATIONS, type Operation, WORKLOAD_FUNCTIONS } from "./workload-operations.ts";

export type WorkloadOptions = {
  readonly seed?: number;
  readonly writers?: number;
  /** In front of the writers' names: ledgers of several loads on one server do not meet. */
  readonly name?: string;
  /** Random commands per second over all writers; Infinity for as fast as it goes. Each batch adds one ledger entry. */
  readonly commandsPerSecond?: number;
};

export type WorkloadStats = {
  readonly commands: number;
  /** Refused commands by the first words of the refusal; a refused command is not replicated. */
  readonly errors: Readonly<Record<string, number>>;
};

const TICK_MS = 10;
const RECONNECT_MS = 100;
const MAX_BATCH = 100;
const FLUSHED_DATABASE = 5;
const SWAPPED_DATABASES = [3, 4] as const;
const ORDINARY_DATABASES = [0, 1, 2] as const;

export class Workload implements AsyncDisposable {
  readonly ledgers: readonly Ledger[];
  readonly #writers: readonly Writer[];
  readonly #done: Promise<unknown>;
  readonly #stop = new AbortController();

  private constructor(writers: readonly Writer[]) {
    this.#writers = writers;
    this.ledgers = writers.map(({ ledger }) => ledger);
    this.#done = Promise.all(writers.map((writer) => writer.run(this.#stop.signal)));
    this.#done.catch(() => undefined);
  }

  /** `client` says where; every writer connects like it. */
  static async start(client: Redis, options: WorkloadOptions = {}): Promise<Workload> {
    const { seed = 1, writers = 2, name = "", commandsPerSecond = 2_000 } = options;
    const { redis: version } = await versionOf(client);
    if (version >= 7) await client.call("FUNCTION", "LOAD", "REPLACE", WORKLOAD_FUNCTIONS);
    const operations = OPERATIONS.filter(({ since = 0 }) => since <= version);
    return new Workload(
      Array.from({ length: writers }, (_, index) => {
        return new Writer(
          client,
          new Random(seed * 1_000 + index),
          new Ledger(`${name}w${index}`),
          operations,
          commandsPerSecond / writers,
        );
      }),
    );
  }

  get stats(): WorkloadStats {
    const errors: Record<string, number> = {};
    for (const writer of this.#writers) {
      for (const [text, count] of writer.errors) errors[text] = (errors[text] ?? 0) + count;
    }
    return { commands: this.#writers.reduce((sum, writer) => sum + writer.commands, 0), errors };
  }

  /** Ends after every command under way was answered. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#done;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#done.catch(() => undefined);
  }
}

/** ioredis forgets, without an error, what was unanswered when it reconnects by itself: so it never does. */
function connectLike(client: Redis): Redis {
  const own = client.duplicate({ db: 0, retryStrategy: () => null });
  own.on("error", () => undefined);
  return own;
}

class Writer {
  readonly ledger: Ledger;
  readonly errors = new Map<string, number>();
  #client: Redis;
  readonly #random: Random;
  readonly #operations: readonly Operation[];
  readonly #commandsPerSecond: number;
  commands = 0;

  constructor(client: Redis, random: Random, ledger: Ledger, operations: readonly Operation[], commandsPerSecond: number) {
    this.#client = connectLike(client);
    this.#random = random;
    this.ledger = ledger;
    this.#operations = operations;
    this.#commandsPerSecond = commandsPerSecond;
  }

  async run(signal: AbortSignal): Promise<void> {
    const startedAtMs = performance.now();
    try {
      while (!signal.aborted) {
        const allowed = Math.floor(((performance.now() - startedAtMs) / 1_000) * this.#commandsPerSecond) - this.commands;
        if (allowed < 1) await new Promise((resolve) => setTimeout(resolve, TICK_MS));
        else await this.#batch(Math.min(MAX_BATCH, allowed));
      }
    } finally {
      this.#client.disconnect();
    }
  }

  /** A server that is away for a moment costs this batch, not the load: what nobody answered is in doubt. */
  async #batch(size: number): Promise<void> {
    const random = this.#random;
    const pipeline = this.#client.pipeline();
    const db = this.#chooseDatabase(pipeline);
    for (let index = 0; index < size; index++) this.#addUnit(pipeline);
    if (db === FLUSHED_DATABASE && random.chance(0.3)) pipeline.flushdb();
    if (db === SWAPPED_DATABASES[0] && random.chance(0.3)) pipeline.swapdb(...SWAPPED_DATABASES);
    pipeline.select(0);
    const inTransaction = random.chance(0.5);
    const ledgerAt = pipeline.length;
    if (inTransaction) pipeline.call("MULTI");
    const id = this.ledger.add(pipeline);
    if (inTransaction) pipeline.call("EXEC");
    this.commands += pipeline.length;
    const replies = await pipeline.exec().catch((error: Error) => [[error, undefined] as const]);
    for (const [error, reply] of replies ?? []) {
      if (error) this.#refused(error);
      else if (Array.isArray(reply)) for (const part of reply) if (part instanceof Error) this.#refused(part);
    }
    // Refused (READONLY, OOM, a failover under way) some of them may be there and some not, as without an answer.
    const away = replies?.some(([error]) => error && isConnectionError(error));
    if (away || replies?.slice(ledgerAt).some(([error]) => error)) this.ledger.doubt(id);
    if (away) {
      this.#client.disconnect();
      await new Promise((resolve) => setTimeout(resolve, RECONNECT_MS));
      this.#client = connectLike(this.#client);
    }
  }

  #chooseDatabase(pipeline: ChainableCommander): number {
    const dice = this.#random.next();
    const db = dice < 0.8 ? this.#random.pick(ORDINARY_DATABASES) : dice < 0.93 ? this.#random.pick(SWAPPED_DATABASES) : FLUSHED_DATABASE;
    // Always: a connection that broke in the middle of a batch is made again in the database that was selected then.
    pipeline.select(db);
    return db;
  }

  /** One command, or a few in MULTI … EXEC. */
  #addUnit(pipeline: ChainableCommander): void {
    const random = this.#random;
    if (random.chance(0.95)) {
      this.#addCommand(pipeline);
      return;
    }
    pipeline.call("MULTI");
    for (let left = random.between(1, 6); left > 0; left--) this.#addCommand(pipeline);
    pipeline.call(random.chance(0.95) ? "EXEC" : "DISCARD");
  }

  #addCommand(pipeline: ChainableCommander): void {
    const [name, ...args] = this.#random.pick(this.#operations).make(this.#random);
    pipeline.call(String(name), ...args);
  }

  #refused(error: Error): void {
    const text = error.message.split(" ").slice(0, 4).join(" ");
    this.errors.set(text, (this.errors.get(text) ?? 0) + 1);
  }
}

/** An answer of the server has an upper-case code in front; anything else came from the connection. */
function isConnectionError(error: Error): boolean {
  return error.name !== "ReplyError";
}
