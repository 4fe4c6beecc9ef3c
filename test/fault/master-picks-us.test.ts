/** FAILOVER without TO picks whichever replica is caught up, and that may be us: refused, rolled back, and nothing is lost. */
import { expect, test } from "vitest";
import { eventually } from "../support/eventually.ts";
import { Pair } from "../support/pair.ts";
import { Workload } from "../support/workload.ts";

test("FAILOVER picks the gateway: the master takes its decision back and the stream goes on", async () => {
  await using pair = await Pair.start();
  const { master } = pair.clients();
  await master.set("before", "1");
  await pair.caughtUp();
  // The master itself waits until its replica has acknowledged everything.
  await master.call("FAILOVER");
  await eventually(() => pair.master.log.includes("aborted: Failover target rejected"), { what: "the roll-back" });
  await eventually(async () => (await pair.master.info("role")) === "master");
  expect(await pair.master.info("master_failover_state")).toBe("no-failover");
  expect(pair.us.events.find(({ event }) => event === "link.refused")?.["reason"]).toBe("failover");

  await using workload = await Workload.start(master, { seed: 31, commandsPerSecond: 1_000 });
  await eventually(() => workload.stats.commands > 1_000);
  await workload.stop();
  await eventually(async () => (await pair.stream("us-east")).phase === "streaming");
  await pair.caughtUp();
  expect(await pair.problems(workload.ledgers)).toEqual([]);
  expect((await pair.stream("us-east")).master).toMatchObject({ fullSyncs: 1, partialSyncs: 1 });
});
