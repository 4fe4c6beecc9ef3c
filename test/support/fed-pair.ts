/**
 * Two regions of which the second feeds real replicas: a master, a gateway process in each, a proxy on the link, replicas at will; with
 * `relay` a third, eu-north, which takes the stream via eu-west and feeds replicas, too.
 */
import type { FeedStatus } from "../../src/admin/status/feed.ts";
import type { GatewayStatus } from "../../src/admin/status/gateway.ts";
import type { StreamStatus } from "../../src/admin/status/stream.ts";
import { debugArgs } from "./debug-command.ts";
import { eventually } from "./eventually.ts";
import { freePort } from "./free-port.ts";
import { type Gateway, spawnGateway, statusOf } from "./gateway.ts";
import { findRedisServer } from "./redis-binary.mjs";
import { RedisServer } from "./redis-server.ts";
import { tempFolder } from "./temp-folder.ts";
import { regionPorts, type ServerSpec, type TopologyFile, type TopologySpec, writeTopology } from "./topology-file.ts";
import { WanProxy } from "./wan-proxy.ts";

export type FedPairOptions = {
  /** Of the master, and of replicas that name no other. */
  readonly bin?: string;
  readonly masterArgs?: readonly string[];
  /** Beside `listen`. */
  readonly feed?: Readonly<Record<string, unknown>>;
  readonly journal?: TopologySpec["journal"];
  readonly env?: Readonly<Record<string, string>>;
  readonly rttMs?: number;
  readonly ack?: ServerSpec["ack"];
  readonly bound?: ServerSpec["bound"];
  readonly relay?: boolean;
  readonly alerts?: TopologySpec["alerts"];
};

type Region = "us-east" | "eu-west" | "eu-north";
type FedRegion = Exclude<Region, "us-east">;

export type AttachOptions = {
  readonly args?: readonly string[];
  readonly bin?: string;
  /** The region whose feed it attaches to; eu-west. */
  readonly region?: FedRegion;
  /** A replica of this replica, instead of the gateway. */
  readonly to?: RedisServer;
};

export class FedPair implements AsyncDisposable {
  readonly master: RedisServer;
  /** Stands between the gateway and its master. */
  readonly masterAddress: WanProxy;
  readonly proxy: WanProxy;
  /** From the relay to eu-north. */
  readonly onward: WanProxy;
  readonly feedPorts: Readonly<Record<FedRegion, number>>;
  readonly topology: TopologyFile;
  readonly folder: string;
  readonly #bin: string;
  readonly #env: Readonly<Record<string, string>>;
  readonly #stack: AsyncDisposableStackLike;
  readonly #gateways = new Map<Region, Gateway>();

  private constructor(parts: Parts) {
    this.master = parts.master;
    this.masterAddress = parts.masterAddress;
    this.proxy = parts.proxy;
    this.onward = parts.onward;
    this.feedPorts = parts.feedPorts;
    this.topology = parts.topology;
    this.folder = parts.folder;
    this.#bin = parts.bin;
    this.#env = parts.env;
    this.#stack = parts.stack;
  }

  static async start(options: FedPairOptions = {}): Promise<FedPair> {
    const stack = new AsyncDisposableStackLike();
    const bin = options.bin ?? findRedisServer()!;
    try {
      const { path: folder } = stack.use(await tempFolder("fed"));
      const master = stack.use(await RedisServer.start({ bin, args: [...debugArgs(bin), ...(options.masterArgs ?? [])] }));
      const masterAddress = stack.use(await WanProxy.start({ target: { port: master.port } }));
      const ports = await regionPorts(["us-east", "eu-west", ...(options.relay ? ["eu-north"] : [])]);
      const proxy = stack.use(await WanProxy.start({ target: { port: ports["us-east"]!.link }, rttMs: options.rttMs ?? 0 }));
      const onward = stack.use(await WanProxy.start({ target: { port: ports["eu-west"]!.link } }));
      const feedPorts = { "eu-west": await freePort(), "eu-north": await freePort() };
      const [listen, further] = [`127.0.0.1:${feedPorts["eu-west"]}`, `127.0.0.1:${feedPorts["eu-north"]}`];
      const topology = await writeTopology({
        folder,
        ports,
        regions: {
          "us-east": {
            master: {
              url: `redis://127.0.0.1:${masterAddress.port}`,
              ...(options.ack && { ack: options.ack }),
              ...(options.bound && { bound: options.bound }),
            },
          },
          "eu-west": { feeds: { "us-east": options.feed ? { listen, ...options.feed } : listen } },
          ...(options.relay && { "eu-north": { feeds: { "us-east": further }, via: { "us-east": "eu-west" } } }),
        },
        links: [
          { from: "us-east", to: "eu-west", url: `ws://127.0.0.1:${proxy.port}` },
          ...(options.relay ? [{ from: "eu-west", to: "eu-north", url: `ws://127.0.0.1:${onward.port}` }] : []),
        ],
        ...(options.alerts && { alerts: options.alerts }),
        ...(options.journal && { journal: options.journal }),
      });
      const env = { ...topology.env, ...options.env };
      const pair = new FedPair({ stack, folder, master, masterAddress, proxy, onward, feedPorts, topology, bin, env });
      pair.spawn("us-east");
      pair.spawn("eu-west");
      if (options.relay) pair.spawn("eu-north");
      return pair;
    } catch (cause) {
      await stack[Symbol.asyncDispose]();
      throw cause;
    }
  }

  /** A process for the region; one that was there has ended or ends now. */
  async respawn(region: Region): Promise<Gateway> {
    await this.gateway(region).kill9();
    return this.spawn(region);
  }

  spawn(region: Region): Gateway {
    const gateway = this.#stack.use(spawnGateway({ config: this.topology.path, region, env: this.#env }));
    this.#gateways.set(region, gateway);
    return gateway;
  }

  gateway(region: Region): Gateway {
    return this.#gateways.get(region)!;
  }

  /** A real replica of the feed, which keeps its data set over a polite restart. */
  async attach({ args = [], bin = this.#bin, region = "eu-west", to }: AttachOptions = {}): Promise<RedisServer> {
    const all = ["--replicaof", "127.0.0.1", `${to?.port ?? this.feedPorts[region]}`, ...debugArgs(bin), ...args];
    return this.#stack.use(await RedisServer.start({ bin, args: all }));
  }

  async stream(region: Region): Promise<StreamStatus> {
    return (await this.status(region)).streams[0]!;
  }

  async status(region: Region): Promise<GatewayStatus> {
    return statusOf(this.topology.ports[region]!.admin, this.#gateways.values());
  }

  async feed(region: FedRegion = "eu-west"): Promise<FeedStatus> {
    return (await this.stream(region)).feed!;
  }

  /** Waits until the replica is the master, byte for byte: offset and DEBUG DIGEST. */
  async same(replica: RedisServer, master: RedisServer = this.master): Promise<void> {
    await eventually(
      async () => {
        const facts = async (server: RedisServer) => [
          await server.info("master_replid"),
          await server.info("master_repl_offset"),
          await server.call("DEBUG", "DIGEST"),
        ];
        const link = await replica.info("master_link_status");
        if (link !== "up") throw new Error(`the replica's link is ${link}\n${replica.log.slice(-1_500)}`);
        const [wanted, has] = [await facts(master), await facts(replica)];
        if (`${wanted}` === `${has}` && `${wanted}` === `${await facts(master)}`) return true;
        throw new Error(`the master has ${wanted}, the replica ${has}`);
      },
      { timeoutMs: 60_000, intervalMs: 100, what: "a replica like its master" },
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack[Symbol.asyncDispose]();
  }
}

type Parts = Pick<FedPair, "master" | "masterAddress" | "proxy" | "onward" | "feedPorts" | "topology" | "folder"> & {
  readonly bin: string;
  readonly env: Readonly<Record<string, string>>;
  readonly stack: AsyncDisposableStackLike;
};

/** Let go in reverse order. */
class AsyncDisposableStackLike implements AsyncDisposable {
  readonly #resources: AsyncDisposable[] = [];

  use<T extends AsyncDisposable>(resource: T): T {
    this.#resources.push(resource);
    return resource;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (let resource = this.#resources.pop(); resource !== undefined; resource = this.#resources.pop()) {
      await resource[Symbol.asyncDispose]();
    }
  }
}
