/** The lag that a gateway reports, against what an onlooker with one clock sees; and what it says is at risk, against what would be lost. */
import { expect, test } from "vitest";
import type { PeerLag } from "../../src/lag/lag-tracker.ts";
import { eventually } from "../support/eventually.ts";
import { Pair } from "../support/pair.ts";

const ONE_WAY_MS = 50;
const WRITES = 20;

async function lagOf(pair: Pair): Promise<PeerLag | undefined> {
  return (await pair.status("us-east")).links[0]?.streams[0]?.lag;
}

test("no reported lag is below the line's delay, T is what an onlooker sees, and a cut line shows what would be lost", async (context) => {
  await using pair = await Pair.start({ rttMs: 2 * ONE_WAY_MS, source: () => ({ heartbeat: "100ms" }) });
  const { master, target } = pair.clients();
  await master.set("first", "1");
  await pair.caughtUp();
  await eventually(async () => (await pair.stream("us-east")).master?.heartbeat.state === "measured");
  await eventually(async () => (await lagOf(pair))?.ms.visible !== undefined);

  const seenMs: number[] = [];
  const reported: PeerLag[] = [];
  for (let index = 0; index < WRITES; index++) {
    const from = performance.now();
    await master.set(`k:${index}`, "v");
    // The command was executed between its sending and its answer.
    const executedAt = (from + performance.now()) / 2;
    await eventually(async () => (await target.exists(`k:${index}`)) === 1, { intervalMs: 0 });
    seenMs.push(performance.now() - executedAt);
    reported.push((await lagOf(pair))!);
  }

  for (const { lagMs, ms } of reported) {
    expect(lagMs).toBeGreaterThanOrEqual(ONE_WAY_MS);
    for (const stage of [ms.total!, ms.visible!])
      expect(Math.min(stage.p50, stage.p95, stage.p99, stage.max)).toBeGreaterThanOrEqual(ONE_WAY_MS);
    expect(ms.network!.last).toBeGreaterThanOrEqual(ONE_WAY_MS);
    expect(ms.ack!.last).toBeGreaterThanOrEqual(ONE_WAY_MS);
  }
  const { ms, networkErrorMs } = reported.at(-1)!;
  const seen = median(seenMs);
  const errorMs = ms.visible!.p50 - seen;
  expect(Math.abs(errorMs)).toBeLessThanOrEqual(networkErrorMs!);
  const returnErrorMs = ms.total!.p50 - (seen + ONE_WAY_MS);
  context.annotate(
    `seen ${seen.toFixed(1)} ms, visible ${ms.visible!.p50.toFixed(1)} ms (error ${errorMs.toFixed(1)} ms), ` +
      `T ${ms.total!.p50.toFixed(1)} ms (error ${returnErrorMs.toFixed(1)} ms against seen + the way back)`,
  );
  console.log(
    `error of visible ${errorMs.toFixed(1)} ms, of T ${returnErrorMs.toFixed(1)} ms, of ${seen.toFixed(1)} ms seen by an onlooker`,
  );

  pair.proxy.cut();
  const before = BigInt((await master.info("replication")).match(/master_repl_offset:(\d+)/)![1]!);
  for (let index = 0; index < 100; index++) await master.set(`lost:${index}`, "v");
  const after = BigInt((await master.info("replication")).match(/master_repl_offset:(\d+)/)![1]!);
  await eventually(async () => {
    const { atRisk, lagMs } = (await lagOf(pair))!;
    expect(atRisk.bytes).toBeGreaterThanOrEqual(Number(after - before));
    expect(atRisk.commands).toBeGreaterThanOrEqual(100);
    expect(atRisk.commandsEstimated).toBeUndefined();
    expect(lagMs).toBeGreaterThan(1_000);
    expect(atRisk.ms).toBeGreaterThan(1_000);
    expect((await pair.stream("us-east")).atRisk).toMatchObject({ peer: "eu-west" });
  });
  pair.proxy.heal();
  await eventually(async () => {
    const { lagMs, atRisk } = (await lagOf(pair))!;
    expect(atRisk.bytes).toBeLessThan(Number(after - before));
    expect(lagMs).toBeLessThan(1_000);
  });

  // A master that hangs: nothing comes, and the lag grows all the same.
  pair.master.pause();
  try {
    await eventually(async () => expect((await lagOf(pair))!.lagMs).toBeGreaterThan(1_500));
  } finally {
    pair.master.resume();
  }
  await eventually(async () => expect((await lagOf(pair))!.lagMs).toBeLessThan(1_000));

  // The heartbeats went through the origin's master and were not carried on.
  const { delivery } = await pair.stream("eu-west");
  expect(delivery?.dropped["heartbeat"]).toBeGreaterThan(10);
  expect(await target.dbsize()).toBe((await master.dbsize()) + 1);
});

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
}
