/**
 * Two regions as operators run them: a master in us-east, a target in eu-west, a gateway process in each, one topology file, and a
 * proxy on the link between them.
 */
import type { Redis } from "ioredis";
import type { GatewayStatus } from "../../src/admin/status/gateway.ts";
import type { StreamStatus } from "../../src/admin/status/stream.ts";
import { compareServers } from "./digest.ts";
import { eventually } from "./eventually.ts";
import { type Gateway, type GatewayOptions, spawnGateway, statusOf } from "./gateway.ts";
import { checkLedgers, type Ledger } from "./ledger.ts";
import { RedisServer, type RedisServerOptions } from "./redis-server.ts";
import { tempFolder } from "./temp-folder.ts";
import { type RegionSpec, regionPorts, type ServerSpec, type TopologyFile, type TopologySpec, writeTopology } from "./topology-file.ts";
import { WanProxy } from "./wan-proxy.ts";

export type PairOptions = {
  readonly masterArgs?: readonly string[];
  readonly targetArgs?: readonly string[];
  /** Another server than the one found on this machine, another environment. */
  readonly targetServer?: Pick<RedisServerOptions, "bin" | "env">;
  readonly rttMs?: number;
  /** What differs from the plain addresses of the master and of the target: users, another address, onDivergence. */
  readonly source?: (master: RedisServer) => Partial<ServerSpec> | Promise<Partial<ServerSpec>>;
  readonly write?: (target: RedisServer) => Partial<Replica> | Promise<Partial<Replica>>;
  readonly journal?: TopologySpec["journal"];
  readonly link?: TopologySpec["link"];
  readonly alerts?: TopologySpec["alerts"];
  readonly admin?: TopologySpec["admin"];
  /** Of a client in `admin`, with which the status is read. */
  readonly token?: string;
  readonly env?: Readonly<Record<string, string>>;
};

type Replica = NonNullable<RegionSpec["replicas"]>[string];

export class Pair implements AsyncDisposable {
  readonly folder: string;
  readonly master: RedisServer;
  readonly target: RedisServer;
  readonly proxy: WanProxy;
  readonly topology: TopologyFile;
  readonly #env: Readonly<Record<string, string>>;
  readonly #headers: Readonly<Record<string, string>>;
  /** Let go in reverse order. */
  readonly #resources: AsyncDisposable[];
  readonly #gateways: Gateway[] = [];
  #us: Gateway | undefined;
  #eu: Gateway | undefined;

  private constructor(resources: AsyncDisposable[], parts: PairParts) {
    this.#resources = resources;
    this.folder = parts.folder;
    this.master = parts.master;
    this.target = parts.target;
    this.proxy = parts.proxy;
    this.topology = parts.topology;
    this.#env = parts.env;
    this.#headers = parts.token === undefined ? {} : { authorization: `Bearer ${parts.token}` };
  }

  /** Servers and proxy run; the gateways are started by `start` or `spawn`. */
  static async create(options: PairOptions = {}): Promise<Pair> {
    const resources: AsyncDisposable[] = [];
    const keep = <T extends AsyncDisposable>(resource: T): T => {
      resources.push(resource);
      return resource;
    };
    try {
      const { path: folder } = keep(await tempFolder("pair"));
      const master = keep(await RedisServer.start({ args: options.masterArgs ?? [] }));
      const target = keep(await RedisServer.start({ args: options.targetArgs ?? [], ...options.targetServer }));
      const ports = await regionPorts(["us-east", "eu-west"]);
      const proxy = keep(await WanProxy.start({ target: { port: ports["us-east"]!.link }, rttMs: options.rttMs ?? 0 }));
      const source = { url: master.url, ...(await options.source?.(master)) };
      const write = { url: target.url, ...(await options.write?.(target)) };
      const topology = await writeTopology({
        folder,
        ports,
        regions: { "us-east": { master: source }, "eu-west": { replicas: { "us-east": write } } },
        links: [{ from: "us-east", to: "eu-west", url: `ws://127.0.0.1:${proxy.port}` }],
        ...(options.journal && { journal: options.journal }),
        ...(options.link && { link: options.link }),
        ...(options.alerts && { alerts: options.alerts }),
        ...(options.admin && { admin: options.admin }),
      });
      return new Pair(resources, {
        folder,
        master,
        target,
        proxy,
        topology,
        env: { ...topology.env, ...options.env },
        token: options.token,
      });
    } catch (cause) {
      await disposeAll(resources);
      throw cause;
    }
  }

  /** Created and running. */
  static async start(options: PairOptions = {}): Promise<Pair> {
    const pair = await Pair.create(options);
    pair.run();
    return pair;
  }

  /** Starts both gateways, the receiving one with more arguments if given. */
  run(receiver: Pick<GatewayOptions, "args" | "cli"> = {}): void {
    const { cli } = receiver;
    this.#us = this.spawn("us-east", cli === undefined ? {} : { cli });
    this.#eu = this.spawn("eu-west", receiver);
  }

  spawn(region: string, options: Pick<GatewayOptions, "args" | "env" | "cli"> = {}): Gateway {
    const env = { ...this.#env, ...options.env };
    const gateway = spawnGateway({ ...options, config: this.topology.path, region, env });
    this.#resources.push(gateway);
    this.#gateways.push(gateway);
    return gateway;
  }

  /** Another process in the place of a region's gateway, which has ended or ends now. */
  async respawn(region: "us-east" | "eu-west", options: Pick<GatewayOptions, "args" | "env" | "cli"> = {}): Promise<Gateway> {
    await (region === "us-east" ? this.us : this.eu).kill9();
    const gateway = this.spawn(region, options);
    if (region === "us-east") this.#us = gateway;
    else this.#eu = gateway;
    return gateway;
  }

  get us(): Gateway {
    return this.#us!;
  }

  get eu(): Gateway {
    return this.#eu!;
  }

  async status(region: "us-east" | "eu-west"): Promise<GatewayStatus> {
    return statusOf(this.topology.ports[region]!.admin, this.#gateways, this.#headers);
  }

  async stream(region: "us-east" | "eu-west"): Promise<StreamStatus> {
    return (await this.status(region)).streams[0]!;
  }

  /** Waits until everything that the master has produced by now is applied in the target. */
  async caughtUp(timeoutMs = 60_000): Promise<void> {
    // A master that never had a replica counts no offsets: only once the stream flows does its offset mean anything.
    await eventually(async () => (await this.stream("eu-west")).phase === "streaming", { timeoutMs, what: "the first sync" });
    const wanted = BigInt((await this.master.info("master_repl_offset"))!);
    await eventually(
      async () => {
        for (const gateway of [this.us, this.eu]) {
          if (gateway.exit !== undefined) throw new Error(`a gateway ended:\n${gateway.output.slice(-2_000)}`);
        }
        const { positions, phase, delivery } = await this.stream("eu-west");
        const applied = BigInt(positions.applied ?? 0);
        if (applied >= wanted) return true;
        throw new Error(`applied ${applied} of ${wanted}, ${phase}, ${delivery?.lastError ?? ""}`);
      },
      { timeoutMs, intervalMs: 50, what: "catching up" },
    );
  }

  /** Every key of both sides, and the ledgers on the target; one sentence for each thing that is wrong. */
  async problems(ledgers: readonly Ledger[] = []): Promise<readonly string[]> {
    const [master, target] = [this.master.client(), this.target.client()];
    const comparison = await compareServers(master, target);
    const wrong = comparison.mismatches.map(({ db, key, why }) => `db ${db} ${key}: ${why}`);
    if (comparison.keys === 0) wrong.push("nothing was compared");
    return [...wrong, ...(await checkLedgers(target, ledgers))];
  }

  clients(): { readonly master: Redis; readonly target: Redis } {
    return { master: this.master.client(), target: this.target.client() };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await disposeAll(this.#resources);
  }
}

type PairParts = {
  readonly folder: string;
  readonly master: RedisServer;
  readonly target: RedisServer;
  readonly proxy: WanProxy;
  readonly topology: TopologyFile;
  readonly env: Readonly<Record<string, string>>;
  readonly token: string | undefined;
};

async function disposeAll(resources: AsyncDisposable[]): Promise<void> {
  for (let resource = resources.pop(); resource !== undefined; resource = resources.pop()) await resource[Symbol.asyncDispose]();
}
