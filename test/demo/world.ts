/** What the demo plays with: three redis-servers, three gateways as separate processes, two long lines between them. */

import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Gateway, spawnGateway } from "../support/gateway.ts";
import { RedisServer } from "../support/redis-server.ts";
import { tempFolder } from "../support/temp-folder.ts";
import { regionPorts, writeTopology } from "../support/topology-file.ts";
import { WanProxy } from "../support/wan-proxy.ts";

export const ORIGIN = "us-east";
export const PEERS = ["eu-west", "ap-south"] as const;
export type Peer = (typeof PEERS)[number];
export const STREAM = `${ORIGIN}/0`;

/** Round trips over the Atlantic, and from Virginia to Mumbai. */
export const RTT_MS: Readonly<Record<Peer, number>> = { "eu-west": 80, "ap-south": 180 };

/** The backlog that `causeway check` recommends. */
const MASTER_ARGS = ["--repl-backlog-size", "16mb"];
/** Shorter than the outage, so that both sides notice it. */
const LIVENESS = "2s";

export class World implements AsyncDisposable {
  readonly master: RedisServer;
  readonly targets: Readonly<Record<Peer, RedisServer>>;
  readonly lines: Readonly<Record<Peer, WanProxy>>;
  /** Region → port of /status. */
  readonly adminPorts: Readonly<Record<string, number>>;
  readonly topologyPath: string;
  readonly #gateways: Gateway[] = [];
  readonly #env: Readonly<Record<string, string>>;
  readonly #opened: AsyncDisposable[];

  private constructor(
    parts: Pick<World, "master" | "targets" | "lines" | "adminPorts" | "topologyPath">,
    env: Readonly<Record<string, string>>,
    opened: AsyncDisposable[],
  ) {
    this.master = parts.master;
    this.targets = parts.targets;
    this.lines = parts.lines;
    this.adminPorts = parts.adminPorts;
    this.topologyPath = parts.topologyPath;
    this.#env = env;
    this.#opened = opened;
  }

  /** Servers and lines; the gateways come with `startGateways`. */
  static async open(): Promise<World> {
    const opened: AsyncDisposable[] = [];
    const keep = <T extends AsyncDisposable>(part: T): T => {
      opened.push(part);
      return part;
    };
    try {
      const folder = keep(await tempFolder("demo"));
      const ports = await regionPorts([ORIGIN, ...PEERS]);
      const master = keep(await RedisServer.start({ args: MASTER_ARGS }));
      const targets = await forEachPeer(async () => keep(await RedisServer.start()));
      const lines = await forEachPeer(async (peer) =>
        keep(await WanProxy.start({ target: { port: ports[ORIGIN]!.link }, rttMs: RTT_MS[peer] })),
      );
      const topology = await writeTopology({
        folder: folder.path,
        ports,
        links: PEERS.map((peer) => ({ from: ORIGIN, to: peer, url: `ws://127.0.0.1:${lines[peer].port}` })),
        link: { liveness: LIVENESS },
        regions: {
          [ORIGIN]: { master: { url: master.url } },
          ...Object.fromEntries(PEERS.map((peer) => [peer, { replicas: { [ORIGIN]: { url: targets[peer].url } } }])),
        },
      });
      const adminPorts = Object.fromEntries(Object.entries(ports).map(([region, { admin }]) => [region, admin]));
      return new World({ master, targets, lines, adminPorts, topologyPath: topology.path }, topology.env, opened);
    } catch (cause) {
      await closeAll(opened);
      throw cause;
    }
  }

  startGateways(): void {
    for (const region of [ORIGIN, ...PEERS]) this.#gateways.push(spawnGateway({ config: this.topologyPath, region, env: this.#env }));
  }

  /** The first gateway that has ended although nobody told it to. */
  get ended(): Gateway | undefined {
    return this.#gateways.find(({ exit }) => exit !== undefined);
  }

  async writeLogs(folder: string): Promise<void> {
    await mkdir(folder, { recursive: true });
    for (const { options, output } of this.#gateways) await writeFile(join(folder, `${options.region}.log`), output);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // Politely, as an operator would; a gateway that hangs is killed.
    await Promise.all(this.#gateways.map((gateway) => gateway.terminate({ timeoutMs: 5_000 })));
    await closeAll(this.#opened);
  }
}

async function forEachPeer<T>(make: (peer: Peer) => Promise<T>): Promise<Readonly<Record<Peer, T>>> {
  const made: Partial<Record<Peer, T>> = {};
  for (const peer of PEERS) made[peer] = await make(peer);
  return made as Record<Peer, T>;
}

/** What was opened last goes first. */
async function closeAll(opened: readonly AsyncDisposable[]): Promise<void> {
  for (const part of [...opened].reverse()) await part[Symbol.asyncDispose]();
}
