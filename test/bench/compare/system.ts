/** The three ways to carry one master's writes to one replica, as processes of this machine, over the same emulated line. */
import type { GatewayStatus } from "../../../src/admin/status/gateway.ts";
import { eventually } from "../../support/eventually.ts";
import { freePort } from "../../support/free-port.ts";
import { spawnGateway } from "../../support/gateway.ts";
import { RedisServer } from "../../support/redis-server.ts";
import { tempFolder } from "../../support/temp-folder.ts";
import { regionPorts, writeTopology } from "../../support/topology-file.ts";
import { WanProxy } from "../../support/wan-proxy.ts";
import type { Network, SystemName } from "./scenario.ts";

const SYNC_TIMEOUT_MS = 600_000;
/** A first sync takes seconds: asking more often would take a tenth of a core from what is measured. */
const SYNC_INTERVAL_MS = 20;
const MARK = "bench:mark";
/** A replica may be asked for the digest of all that it holds. */
const REPLICA_ARGS = ["--enable-debug-command", "yes"];

export class System implements AsyncDisposable {
  readonly name: SystemName;
  readonly master: RedisServer;
  readonly replica: RedisServer;
  /** Undefined over plain loopback. */
  readonly line: WanProxy | undefined;
  readonly pids: Readonly<Record<string, number>>;
  readonly #stack: AsyncDisposableStack;
  readonly #adminPort: number | undefined;
  readonly #clients;
  #marks = 0;

  private constructor(parts: Parts) {
    this.name = parts.name;
    this.master = parts.master;
    this.replica = parts.replica;
    this.line = parts.line;
    this.pids = parts.pids;
    this.#stack = parts.stack;
    this.#adminPort = parts.adminPort;
    this.#clients = { master: parts.master.client(), replica: parts.replica.client() };
  }

  /** Resolves once the replica has every key that the master has. */
  static async start(name: SystemName, network: Network, options: SystemOptions = {}): Promise<System> {
    const stack = new AsyncDisposableStack();
    try {
      const master = options.master ?? stack.use(await RedisServer.start());
      const parts = { ...options, stack, network, master };
      const system = await (name === "native" ? startNative(parts) : startGateways(name, parts));
      await system.#synced();
      return system;
    } catch (cause) {
      await stack.disposeAsync();
      throw cause;
    }
  }

  static of(parts: Parts): System {
    return new System(parts);
  }

  /** Resolves once what the master has done by now is visible on the replica. */
  async caughtUp({ intervalMs = 1 } = {}): Promise<void> {
    const mark = `${this.name}:${process.pid}:${this.#marks++}`;
    await this.#clients.master.set(MARK, mark);
    const isThere = async () => (await this.#clients.replica.get(MARK)) === mark;
    await eventually(isThere, { timeoutMs: SYNC_TIMEOUT_MS, intervalMs, what: `${this.name}: the replica as far as the master` });
  }

  /** A mark that is set before the snapshot is part of it, and visible before it is loaded whole: so keys are counted, too. */
  async #synced(): Promise<void> {
    await this.caughtUp({ intervalMs: SYNC_INTERVAL_MS });
    const isWhole = async () => (await this.missingKeys()) === 0;
    await eventually(isWhole, { timeoutMs: SYNC_TIMEOUT_MS, intervalMs: SYNC_INTERVAL_MS, what: `${this.name}: every key on the replica` });
  }

  /** Empties both sides. */
  async clear(): Promise<void> {
    await this.#clients.master.flushall("ASYNC");
    await this.caughtUp();
  }

  /** Between the regions, in both directions. */
  async wireBytes(): Promise<number> {
    if (this.#adminPort === undefined) return this.line ? this.line.bytes.up + this.line.bytes.down : await this.streamBytes();
    const answer = await fetch(`http://127.0.0.1:${this.#adminPort}/status`);
    const [link] = ((await answer.json()) as GatewayStatus).links;
    return (link?.sentBytes ?? 0) + (link?.receivedBytes ?? 0);
  }

  /** What the master has written to its replication stream. */
  async streamBytes(): Promise<number> {
    return Number(await this.master.info("master_repl_offset"));
  }

  /** How many keys one side has and the other lacks, by number. */
  async missingKeys(): Promise<number> {
    const { master, replica } = this.#clients;
    const checkpoints = this.name === "write" || this.name === "zstd" ? 1 : 0;
    return Math.abs((await master.dbsize()) + checkpoints - (await replica.dbsize()));
  }

  /** Whether every value is the same. A target is then done with: its checkpoint, which no master has, is taken away. */
  async isEqual(): Promise<boolean> {
    const { master, replica } = this.#clients;
    const transaction = replica.multi();
    if (this.name === "write" || this.name === "zstd") transaction.del(await replica.keys("causeway:*"));
    const answers = (await transaction.call("DEBUG", "DIGEST").exec()) ?? [];
    return answers.at(-1)?.[1] === (await master.call("DEBUG", "DIGEST"));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync();
  }
}

type Parts = {
  readonly name: SystemName;
  readonly stack: AsyncDisposableStack;
  readonly master: RedisServer;
  readonly replica: RedisServer;
  readonly line: WanProxy | undefined;
  readonly pids: Readonly<Record<string, number>>;
  readonly adminPort?: number;
};

export type SystemOptions = {
  /** May hold a data set already. */
  readonly master?: RedisServer;
  readonly journal?: { readonly fsync: "always" | "everysec" };
};

type Beginnings = SystemOptions & { readonly stack: AsyncDisposableStack; readonly master: RedisServer; readonly network: Network };

async function startNative({ stack, master, network }: Beginnings): Promise<System> {
  const line = await startLine(stack, master.port, network);
  const replica = stack.use(await RedisServer.start({ args: [...REPLICA_ARGS, "--replicaof", `127.0.0.1 ${line?.port ?? master.port}`] }));
  return System.of({ name: "native", stack, master, replica, line, pids: { master: master.pid, replica: replica.pid } });
}

async function startGateways(name: Exclude<SystemName, "native">, { stack, master, network, journal }: Beginnings): Promise<System> {
  const { path: folder } = stack.use(await tempFolder("bench"));
  const ports = await regionPorts(["us-east", "eu-west"]);
  const line = await startLine(stack, ports["us-east"]!.link, network);
  const feedPort = await freePort();
  const target = name !== "feed" ? stack.use(await RedisServer.start({ args: REPLICA_ARGS })) : undefined;
  const topology = await writeTopology({
    folder,
    ports,
    ...(name === "zstd" && { link: { codec: "zstd" } }),
    regions: {
      "us-east": { master: { url: master.url } },
      "eu-west": target ? { replicas: { "us-east": { url: target.url } } } : { feeds: { "us-east": `127.0.0.1:${feedPort}` } },
    },
    ...(journal && { journal }),
    links: line ? [{ from: "us-east", to: "eu-west", url: `ws://127.0.0.1:${line.port}` }] : [],
  });
  const spawn = (region: string) => stack.use(spawnGateway({ config: topology.path, region, env: topology.env }));
  const [origin, peer] = [spawn("us-east"), spawn("eu-west")];
  const replica = target ?? stack.use(await RedisServer.start({ args: [...REPLICA_ARGS, "--replicaof", `127.0.0.1 ${feedPort}`] }));
  const pids = { master: master.pid, origin: origin.pid, peer: peer.pid, replica: replica.pid };
  return System.of({ name, stack, master, replica, line, pids, adminPort: ports["us-east"]!.admin });
}

async function startLine(stack: AsyncDisposableStack, port: number, { line }: Network): Promise<WanProxy | undefined> {
  if (line === undefined) return undefined;
  const { rttMs, ...rest } = line;
  return stack.use(await WanProxy.start({ target: { port }, rttMs, up: rest, down: rest }));
}

/** Let go in reverse order. */
class AsyncDisposableStack {
  readonly #resources: AsyncDisposable[] = [];

  use<T extends AsyncDisposable>(resource: T): T {
    this.#resources.push(resource);
    return resource;
  }

  async disposeAsync(): Promise<void> {
    for (let resource = this.#resources.pop(); resource; resource = this.#resources.pop()) await resource[Symbol.asyncDispose]();
  }
}
