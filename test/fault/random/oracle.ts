/** What must be true after any fault: nothing missing, nothing doubled, nothing reordered, no needless full sync, nobody ended or halted. */
import { compareServers } from "../../support/digest.ts";
import { eventually } from "../../support/eventually.ts";
import { checkLedgers, type Ledger } from "../../support/ledger.ts";
import type { RedisServer } from "../../support/redis-server.ts";
import type { RegionGateway } from "./region-gateway.ts";
import type { World } from "./world.ts";

export type Verdict = { readonly problems: readonly string[]; readonly keysCompared: number; readonly fullSyncs: number };

/** Node itself takes about 60 MiB; window, memory ring, pending bytes and read buffers of this configuration are bounded by some 30 more. */
const MAX_MEMORY_BYTES = 256 * 1024 * 1024;
/** Each is one snapshot taken from the master, or loaded into the target, or given to a replica. */
const FULL_SYNCS = new Set([
  "source.full-sync-started",
  "source.history-lost",
  "source.snapshot-started",
  "delivery.loading",
  "feed.full-sync-started",
]);
/** A master that pings every ten seconds lets nobody wait for long until both say the same. */
const SAME_MS = 15_000;

/** The writers have stopped and everything is healed. */
export async function judge(world: World, ledgers: readonly Ledger[], allowsFullSync: boolean): Promise<Verdict> {
  const gateways = [world.origin, world.peer];
  const late = await world.caughtUp().then(
    () => undefined,
    (error: Error) => error.message,
  );
  const fullSyncs = gateways.flatMap(({ events }) => events.filter(({ event = "" }) => FULL_SYNCS.has(event)));
  const problems = gateways.flatMap((gateway) => [...gateway.problems, ...faulty(gateway)]);
  if (!allowsFullSync) problems.push(...fullSyncs.map((event) => `a needless full sync: ${JSON.stringify(event)}`));
  if (late !== undefined) return { problems: [late, ...problems], keysCompared: 0, fullSyncs: fullSyncs.length };

  const keysCompared = await compare(world, ledgers, problems);
  return { problems, keysCompared, fullSyncs: fullSyncs.length };
}

export type Copied = Pick<World, "master" | "copies" | "delivery" | "caughtUp">;

/** Every key of every copy, and the ledgers everywhere. Adds a sentence for each thing that is wrong. */
export async function compare(world: Copied, ledgers: readonly Ledger[], problems: string[]): Promise<number> {
  const master = world.master.client();
  let keys = 0;
  try {
    problems.push(...(await checkLedgers(master, ledgers)).map((problem) => `master: ${problem}`));
    for (const [index, copy] of world.copies.entries()) {
      const client = copy.client();
      let comparison = await compareServers(master, client);
      // What the master let expire meanwhile is on its way, perhaps past a gateway that a late crash point has just ended.
      if (comparison.mismatchCount > 0 && (await isCaughtUp(world))) comparison = await compareServers(master, client);
      keys += comparison.keys;
      problems.push(...comparison.mismatches.map(({ db, key, why }) => `copy ${index}: db ${db} ${key}: ${why}`));
      if (comparison.keys === 0) problems.push("nothing was compared");
      problems.push(...(await checkLedgers(client, ledgers)).map((problem) => `copy ${index}: ${problem}`));
      client.disconnect();
      if (world.delivery === "feed") problems.push(...(await unlikeMaster(copy, world.master)));
    }
    return keys;
  } finally {
    master.disconnect();
  }
}

function isCaughtUp(world: Copied): Promise<boolean> {
  return world.caughtUp().then(
    () => true,
    () => false,
  );
}

/** A fed replica is its master: digest, name and offset to the byte. */
async function unlikeMaster(replica: RedisServer, master: RedisServer): Promise<readonly string[]> {
  const facts = async (server: RedisServer) =>
    [await server.info("master_replid"), await server.info("master_repl_offset"), await server.call("DEBUG", "DIGEST")].join(" ");
  const same = eventually(
    async () => {
      const [wanted, has] = [await facts(master), await facts(replica)];
      if (wanted !== has) throw new Error(`the master has ${wanted}, the replica ${has}`);
    },
    { timeoutMs: SAME_MS, intervalMs: 100, what: "a replica like its master" },
  );
  return same.then(
    () => [],
    (error: Error) => [error.message],
  );
}

function faulty(gateway: RegionGateway): readonly string[] {
  const halted = gateway.events.filter(({ event, code }) => event === "service.halted" || code === "INVARIANT");
  const problems = halted.map((event) => `${gateway.region}: ${JSON.stringify(event)}`);
  if (gateway.peakBytes > MAX_MEMORY_BYTES)
    problems.push(`${gateway.region} took ${Math.round(gateway.peakBytes / 2 ** 20)} MiB of memory`);
  return problems;
}
