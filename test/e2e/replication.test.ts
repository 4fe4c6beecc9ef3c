/** The main job, with real servers and real processes: every type, then a mixed load that forgives nothing. */
import { expect, test } from "vitest";
import { loadEveryType } from "../support/dataset.ts";
import { eventually } from "../support/eventually.ts";
import { Pair } from "../support/pair.ts";
import { Workload } from "../support/workload.ts";

test("a data set of every type and a mixed load arrive exactly", async () => {
  await using pair = await Pair.create();
  const { master } = pair.clients();
  await loadEveryType(master, { keys: 8_000 });
  pair.run();
  await using workload = await Workload.start(master, { seed: 7, commandsPerSecond: 3_000 });
  await eventually(() => workload.stats.commands > 15_000, { timeoutMs: 60_000 });
  await workload.stop();
  await pair.caughtUp();
  expect(await pair.problems(workload.ledgers)).toEqual([]);
  const { master: link } = await pair.stream("us-east");
  expect(link).toMatchObject({ fullSyncs: 1, partialSyncs: 0 });
});

test("kill -9 of either gateway under load: no full sync, nothing lost, nothing doubled", async () => {
  // The backlog has to outlast a restart of the gateway, on a slow machine too.
  await using pair = await Pair.start({ masterArgs: ["--repl-backlog-size", "64mb"] });
  const { master } = pair.clients();
  await loadEveryType(master, { keys: 2_000 });
  await using workload = await Workload.start(master, { seed: 11, commandsPerSecond: 2_000 });
  await eventually(async () => (await pair.stream("eu-west")).phase === "streaming", { timeoutMs: 30_000 });
  for (const gateway of [pair.us, pair.eu, pair.eu, pair.us, pair.us, pair.eu]) {
    const before = workload.stats.commands;
    await eventually(() => workload.stats.commands > before + 1_000, { timeoutMs: 30_000 });
    await gateway.kill9();
    await gateway.restart();
  }
  await gatewaysUp(pair);
  await workload.stop();
  await pair.caughtUp();
  expect(await pair.problems(workload.ledgers)).toEqual([]);
  expect(await pair.master.info("sync_full")).toBe("1");
});

test("a link that is down for longer than the master's backlog bridges: continued from the journal", async () => {
  await using pair = await Pair.start({ masterArgs: ["--repl-backlog-size", "1mb"] });
  const { master } = pair.clients();
  await using workload = await Workload.start(master, { seed: 13, commandsPerSecond: 500 });
  await eventually(async () => (await pair.stream("eu-west")).phase === "streaming", { timeoutMs: 30_000 });
  pair.proxy.cut("reset");
  const value = "v".repeat(10_000);
  for (let batch = 0; batch < 40; batch++) {
    const pipeline = master.pipeline();
    for (let index = 0; index < 100; index++) pipeline.append(`outage:${index}`, value);
    await pipeline.exec();
  }
  const { positions } = await pair.stream("us-east");
  const { positions: there } = await pair.stream("eu-west");
  expect(Number(positions.received) - Number(there.received)).toBeGreaterThan(20_000_000);
  pair.proxy.heal();
  await workload.stop();
  await pair.caughtUp();
  expect(await pair.problems(workload.ledgers)).toEqual([]);
  expect(await pair.master.info("sync_full")).toBe("1");
});

async function gatewaysUp(pair: Pair): Promise<void> {
  await eventually(
    async () => (await pair.stream("us-east")).phase === "streaming" && (await pair.stream("eu-west")).phase === "streaming",
    {
      timeoutMs: 30_000,
    },
  );
}
