/** One source and its targets: a gateway at the source and one at each target, all at once. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { DeliveryStatus } from "../../src/admin/status/delivery.ts";
import type { GatewayStatus } from "../../src/admin/status/gateway.ts";
import { compareServers } from "../support/digest.ts";
import { eventually } from "../support/eventually.ts";
import { spawnGateway } from "../support/gateway.ts";
import { checkLedgers, type Ledger } from "../support/ledger.ts";
import { RedisServer } from "../support/redis-server.ts";
import { Resources } from "../support/resources.ts";
import { tempFolder } from "../support/temp-folder.ts";
import { regionPorts, type TopologyFile, writeTopology } from "../support/topology-file.ts";
import { Workload } from "../support/workload.ts";
import { fillSource, writeNewTypes } from "./data.ts";

export type PairResult = {
  readonly source: string;
  readonly target: string;
  /** What the gateway said that the target cannot hold, by reason. */
  readonly lost: Readonly<Record<string, number>>;
  /** Differences that nothing was said about, and whatever else went wrong. */
  readonly problems: readonly string[];
};

export type RoundOptions = {
  readonly source: string;
  readonly targets: readonly string[];
  readonly binaries: ReadonlyMap<string, string>;
  readonly loadMs: number;
};

const SYNC_MS = 120_000;
const COMMANDS_PER_SECOND = 400;
const ORIGIN = "origin";

export async function runRound({ source, targets, binaries, loadMs }: RoundOptions): Promise<readonly PairResult[]> {
  await using resources = new Resources();
  const { path: folder } = resources.keep(await tempFolder("matrix"));
  const master = resources.keep(await RedisServer.start({ bin: binaries.get(source)! }));
  const servers = new Map<string, RedisServer>();
  for (const target of targets) servers.set(target, resources.keep(await RedisServer.start({ bin: binaries.get(target)! })));
  const regions = targets.map((target) => [target, regionOf(target)] as const);
  const topology = await writeTopology({
    folder,
    ports: await regionPorts([ORIGIN, ...regions.map(([, region]) => region)]),
    journal: { memory: "4MiB" },
    regions: {
      [ORIGIN]: { master: { url: master.url } },
      ...Object.fromEntries(
        regions.map(([target, region]) => [region, { replicas: { [ORIGIN]: { url: servers.get(target)!.url, onUnsupported: "skip" } } }]),
      ),
    },
  });
  const client = master.client();
  await fillSource(client);
  for (const region of [ORIGIN, ...regions.map(([, name]) => name)]) {
    resources.keep(spawnGateway({ config: topology.path, region, env: topology.env }));
  }
  await Promise.all(regions.map(([, region]) => phaseOf(topology, region, "streaming")));
  const workload = await Workload.start(client, { writers: 2, commandsPerSecond: COMMANDS_PER_SECOND });
  await new Promise((resolve) => setTimeout(resolve, loadMs / 2));
  await writeNewTypes(client);
  await new Promise((resolve) => setTimeout(resolve, loadMs / 2));
  await workload.stop();
  const wanted = BigInt((await master.info("master_repl_offset"))!);
  const results: PairResult[] = [];
  for (const [target, region] of regions) {
    const pair = { source, target };
    try {
      await caughtUp(topology, region, wanted);
      results.push({ ...pair, ...(await compare(master, servers.get(target)!, { topology, region, folder, ledgers: workload.ledgers })) });
    } catch (error) {
      results.push({ ...pair, lost: {}, problems: [(error as Error).message] });
    }
  }
  return results;
}

type Side = { readonly topology: TopologyFile; readonly region: string; readonly folder: string; readonly ledgers: readonly Ledger[] };

async function compare(master: RedisServer, target: RedisServer, side: Side): Promise<Pick<PairResult, "lost" | "problems">> {
  const { unsupported } = await deliveryOf(side.topology, side.region);
  const reasons = new Map<string, number>();
  for (const [name, count] of Object.entries(unsupported)) {
    const reason = name.slice(name.indexOf(": ") + 2);
    reasons.set(reason, (reasons.get(reason) ?? 0) + count);
  }
  const excused = new Set(await keysLeftOut(join(side.folder, "data", side.region, `${ORIGIN}-0.unsupported.jsonl`)));
  const { mismatches, keys } = await compareServers(master.client(), target.client(), { maxMismatches: 1_000 });
  const wrong = mismatches.filter(({ db, key }) => {
    if (key.startsWith("function library")) return !reasons.has("functions");
    return !excused.has(`${db} ${key}`);
  });
  const problems = wrong.map(({ db, key, why }) => `db ${db} ${key}: ${why}`);
  if (keys === 0) problems.push("nothing was compared");
  problems.push(...(await checkLedgers(target.client(), side.ledgers)));
  return { lost: Object.fromEntries(reasons), problems };
}

/** What the gateway says of the keys that the target does not have at all. */
async function keysLeftOut(path: string): Promise<readonly string[]> {
  const text = await readFile(path, "utf8").catch(() => "");
  return text
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as { db: number; key: string | null; why: string })
    .filter(({ key, why }) => key !== null && why === "a module's value")
    .map(({ db, key }) => `${db} ${JSON.stringify(Buffer.from(key!, "base64").toString())}`);
}

async function caughtUp(topology: TopologyFile, region: string, wanted: bigint): Promise<void> {
  let halted: string | undefined;
  await eventually(
    async () => {
      const { positions, phase, delivery } = (await statusOf(topology, region)).streams[0]!;
      if (BigInt(positions.applied ?? 0) >= wanted) return true;
      const message = `applied ${positions.applied} of ${wanted}, ${phase}: ${delivery?.lastError ?? ""}`;
      if (phase !== "stopped" && phase !== "halted") throw new Error(message);
      halted = message;
      return true;
    },
    { timeoutMs: SYNC_MS, intervalMs: 100, what: "catching up" },
  );
  if (halted !== undefined) throw new Error(halted);
}

async function phaseOf(topology: TopologyFile, region: string, wanted: string): Promise<void> {
  await eventually(async () => ["halted", "stopped", wanted].includes((await statusOf(topology, region)).streams[0]!.phase), {
    timeoutMs: SYNC_MS,
    intervalMs: 100,
    what: `${region} ${wanted}`,
  });
}

async function deliveryOf(topology: TopologyFile, region: string): Promise<DeliveryStatus> {
  return (await statusOf(topology, region)).streams[0]!.delivery!;
}

async function statusOf(topology: TopologyFile, region: string): Promise<GatewayStatus> {
  const response = await fetch(`http://127.0.0.1:${topology.ports[region]!.admin}/status`, { signal: AbortSignal.timeout(5_000) });
  return (await response.json()) as GatewayStatus;
}

/** Names of regions have no dots. */
function regionOf(target: string): string {
  return target.replaceAll(".", "-");
}
