/** What must be true after any fault: nothing missing, nothing doubled, nothing reordered, no needless full sync, nobody ended or halted. */
import { compareServers } from "../../support/digest.ts";
import { checkLedgers, type Ledger } from "../../support/ledger.ts";
import type { RegionGateway } from "./region-gateway.ts";
import type { World } from "./world.ts";

export type Verdict = { readonly problems: readonly string[]; readonly keysCompared: number; readonly fullSyncs: number };

/** Node itself takes about 60 MiB; window, memory ring, pending bytes and read buffers of this configuration are bounded by some 30 more. */
const MAX_MEMORY_BYTES = 256 * 1024 * 1024;
/** Each is one snapshot taken from the master or loaded into the target. */
const FULL_SYNCS = new Set(["source.full-sync-started", "source.history-lost", "source.snapshot-started", "delivery.loading"]);

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

  const [master, target] = [world.master.client(), world.target.client()];
  try {
    const comparison = await compareServers(master, target);
    problems.push(...comparison.mismatches.map(({ db, key, why }) => `db ${db} ${key}: ${why}`));
    if (comparison.keys === 0) problems.push("nothing was compared");
    for (const [name, client] of [["master", master] as const, ["target", target] as const]) {
      problems.push(...(await checkLedgers(client, ledgers)).map((problem) => `${name}: ${problem}`));
    }
    return { problems, keysCompared: comparison.keys, fullSyncs: fullSyncs.length };
  } finally {
    master.disconnect();
    target.disconnect();
  }
}

function faulty(gateway: RegionGateway): readonly string[] {
  const halted = gateway.events.filter(({ event, code }) => event === "service.halted" || code === "INVARIANT");
  const problems = halted.map((event) => `${gateway.region}: ${JSON.stringify(event)}`);
  if (gateway.peakBytes > MAX_MEMORY_BYTES)
    problems.push(`${gateway.region} took ${Math.round(gateway.peakBytes / 2 ** 20)} MiB of memory`);
  return problems;
}
