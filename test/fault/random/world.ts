/**
 * What faults happen to: a master with a replica that may take its place, a target, a gateway on each side, and a line that can be
 * disturbed between any two of them. Writers find the master under an address of their own, which only a failover moves.
 * With feed delivery the target is a real replica that the peer's gateway feeds, and a second one is fed beside it.
 */
import type { Redis } from "ioredis";
import { debugArgs } from "../../support/debug-command.ts";
import { eventually } from "../../support/eventually.ts";
import { freePort } from "../../support/free-port.ts";
import { RedisServer } from "../../support/redis-server.ts";
import { Resources } from "../../support/resources.ts";
import { tempFolder } from "../../support/temp-folder.ts";
import { type RegionSpec, regionPorts, writeTopology } from "../../support/topology-file.ts";
import { WanProxy } from "../../support/wan-proxy.ts";
import { RegionGateway } from "./region-gateway.ts";

export const DELIVERIES = ["write", "feed"] as const;
export type DeliveryKind = (typeof DELIVERIES)[number];

export const BACKLOG_BYTES = 1024 * 1024;
export const masterArgs = () => ["--repl-backlog-size", `${BACKLOG_BYTES}`, "--repl-timeout", "20", ...debugArgs()];
const TARGET_ARGS = ["--appendonly", "yes", "--appendfsync", "everysec", "--lua-time-limit", "50"];
/** Small, so that minutes are enough for segments to roll, retention to drop and windows to fill. */
const JOURNAL = { memory: "1MiB", segment: "128KiB", retention: { bytes: "4MiB" } };
/** A replica that lost everything needs the stored snapshot and all that followed. */
const FEEDING_JOURNAL = { ...JOURNAL, retention: { bytes: "4GiB" } };
/** What it holds, and under which name, survives a polite end. */
const fedArgs = (port: number) => ["--replicaof", `127.0.0.1 ${port}`, "--save", "86400 1", "--repl-timeout", "20", ...debugArgs()];
const LINK = { window: "1MiB", liveness: "2s" };
const CATCH_UP_MS = 60_000;

export class World implements AsyncDisposable {
  readonly delivery: DeliveryKind;
  /** Behind the target line. */
  readonly target: RedisServer;
  /** All that must become like the master. */
  readonly copies: readonly RedisServer[];
  /** Where writers find the master. */
  readonly service: WanProxy;
  /** From the origin's gateway to the master. */
  readonly masterLine: WanProxy;
  /** Between the gateways; the peer dials, so "down" is where the data goes. */
  readonly link: WanProxy;
  readonly targetLine: WanProxy;
  readonly origin: RegionGateway;
  readonly peer: RegionGateway;
  #master: RedisServer;
  #replica: RedisServer;
  readonly #resources: Resources;

  private constructor(parts: WorldParts, resources: Resources) {
    this.#master = parts.master;
    this.#replica = parts.replica;
    this.delivery = parts.delivery;
    this.target = parts.target;
    this.copies = parts.copies;
    this.service = parts.service;
    this.masterLine = parts.masterLine;
    this.link = parts.link;
    this.targetLine = parts.targetLine;
    this.origin = parts.origin;
    this.peer = parts.peer;
    this.#resources = resources;
  }

  /** Everything runs and the first sync is done. */
  static async create(delivery: DeliveryKind): Promise<World> {
    const resources = new Resources();
    try {
      const world = new World(await build(resources, delivery), resources);
      await world.attachReplica();
      await world.caughtUp();
      return world;
    } catch (cause) {
      await resources[Symbol.asyncDispose]();
      throw cause;
    }
  }

  get master(): RedisServer {
    return this.#master;
  }

  get replica(): RedisServer {
    return this.#replica;
  }

  /** A client that finds the master wherever it is, and for as long as it takes. */
  writer(): Redis {
    return this.#master.client({ port: this.service.port, retryStrategy: () => 50 });
  }

  /** The replica is the master now: its address leads there. */
  swapMaster(): void {
    [this.#master, this.#replica] = [this.#replica, this.#master];
    this.service.moveTo(this.#master.port);
    this.masterLine.moveTo(this.#master.port);
  }

  async attachReplica(): Promise<void> {
    await this.#replica.call("REPLICAOF", "127.0.0.1", this.#master.port);
    await this.replicaCaughtUp();
  }

  /** The replica is attached and has everything that the master has produced by now. */
  async replicaCaughtUp(): Promise<void> {
    const wanted = BigInt((await this.#master.info("master_repl_offset"))!);
    const has = async () =>
      (await this.#replica.info("master_link_status")) === "up" && BigInt((await this.#replica.info("slave_repl_offset"))!) >= wanted;
    await eventually(has, { timeoutMs: 20_000, intervalMs: 50, what: "the replica having everything" });
  }

  /** A master remembers one name of its history beside its own: who slept through two failovers needs a full sync, rightly. */
  async followed(): Promise<void> {
    const follows = async () => {
      const { phase, replid } = await this.origin.stream();
      return phase === "streaming" && replid === (await this.#master.info("master_replid"));
    };
    await eventually(follows, { timeoutMs: CATCH_UP_MS, intervalMs: 50, what: "the gateway knowing the master's name" });
  }

  /** Everything that the master has produced by now is applied in the target, under the master's own name for it. */
  async caughtUp(): Promise<void> {
    const wanted = BigInt((await this.#master.info("master_repl_offset"))!);
    const replid = await this.#master.info("master_replid");
    const is = async () => {
      const [us, eu] = await Promise.all([this.origin.stream(), this.peer.stream()]);
      const applied = BigInt(eu.positions.applied ?? -1);
      const here = [us.phase, eu.phase].every((phase) => phase === "streaming") && us.replid === replid && eu.history === us.history;
      const fed = eu.feed?.replicas.filter(({ state }) => state === "online").length;
      if (here && applied >= wanted && (fed === undefined || fed === this.copies.length)) return;
      const states = `${us.phase} ${us.positions.received}, ${eu.phase} ${eu.positions.received}, ${fed ?? "no"} replicas fed`;
      throw new Error(`${states}, applied ${applied} of ${wanted}`);
    };
    await eventually(is, { timeoutMs: CATCH_UP_MS, intervalMs: 50, what: "catching up" });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#resources[Symbol.asyncDispose]();
  }
}

type WorldParts = {
  readonly master: RedisServer;
  readonly replica: RedisServer;
  readonly delivery: DeliveryKind;
  readonly target: RedisServer;
  readonly copies: readonly RedisServer[];
  readonly service: WanProxy;
  readonly masterLine: WanProxy;
  readonly link: WanProxy;
  readonly targetLine: WanProxy;
  readonly origin: RegionGateway;
  readonly peer: RegionGateway;
};

async function build(resources: Resources, delivery: DeliveryKind): Promise<WorldParts> {
  const server = async (args: readonly string[]) => resources.keep(await RedisServer.start({ args }));
  const line = async (port: number) => resources.keep(await WanProxy.start({ target: { port } }));
  const { path: folder } = resources.keep(await tempFolder("faults"));
  const [master, replica] = [await server(masterArgs()), await server(masterArgs())];
  const ports = await regionPorts(["us-east", "eu-west"]);
  const [service, masterLine] = [await line(master.port), await line(master.port)];
  const link = await line(ports["us-east"]!.link);
  const { targetLine, copies, region } = delivery === "write" ? await written() : await fed();
  const { path: config, env } = await writeTopology({
    folder,
    ports,
    regions: { "us-east": { master: { url: `redis://127.0.0.1:${masterLine.port}` } }, "eu-west": region },
    links: [{ from: "us-east", to: "eu-west", url: `ws://127.0.0.1:${link.port}` }],
    journal: JOURNAL,
    link: LINK,
  });
  const gateway = (name: string) => resources.keep(new RegionGateway({ config, region: name, env, admin: ports[name]!.admin }));
  const gateways = { origin: gateway("us-east"), peer: gateway("eu-west") };
  return { delivery, master, replica, target: copies[0]!, copies, service, masterLine, link, targetLine, ...gateways };

  async function written() {
    const target = await server(TARGET_ARGS);
    const targetLine = await line(target.port);
    const region: RegionSpec = { replicas: { "us-east": { url: `redis://127.0.0.1:${targetLine.port}` } } };
    return { targetLine, copies: [target], region };
  }

  /** One replica over the line that is disturbed, one without. */
  async function fed() {
    const port = await freePort();
    const targetLine = await line(port);
    const region: RegionSpec = { feeds: { "us-east": `127.0.0.1:${port}` }, journal: FEEDING_JOURNAL };
    return { targetLine, copies: [await server(fedArgs(targetLine.port)), await server(fedArgs(port))], region };
  }
}
