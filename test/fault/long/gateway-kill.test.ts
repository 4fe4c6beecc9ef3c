/** A gateway dies, at any moment and at the worst ones; what it acknowledged was durable, what it applied is applied once. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { loadEveryType } from "../../support/dataset.ts";
import { eventually } from "../../support/eventually.ts";
import type { Gateway } from "../../support/gateway.ts";
import { Pair } from "../../support/pair.ts";
import { Workload } from "../../support/workload.ts";

type Region = "us-east" | "eu-west";

const OPTIONS = {
  // Segments roll and are dropped within seconds, once nobody needs them.
  journal: { memory: "1MiB", segment: "64KiB", retention: { age: "1s" } },
  // A gateway may take seconds to start on a busy machine.
  masterArgs: ["--repl-backlog-size", "64mb"],
};
const COMMANDS_PER_SECOND = 1_000;

let loads = 0;
const load = (pair: Pair) =>
  Workload.start(pair.master.client(), { seed: ++loads, name: `${loads}.`, commandsPerSecond: COMMANDS_PER_SECOND });

const streaming = (pair: Pair) =>
  eventually(async () => (await pair.stream("eu-west")).phase === "streaming", { timeoutMs: 30_000, what: "the first sync" });

async function writes(workload: Workload, commands: number): Promise<void> {
  const { commands: before } = workload.stats;
  await eventually(() => workload.stats.commands > before + commands, { timeoutMs: 30_000 });
}

async function diesAt(gateway: Gateway, point: string): Promise<void> {
  await eventually(() => gateway.exit !== undefined, { timeoutMs: 30_000, what: `${point} being reached` });
  expect(gateway.exit?.signal).toBe("SIGKILL");
}

/** Nothing missing, doubled or reordered, and the master was asked for no more full syncs than that. */
async function expectExact(pair: Pair, workload: Workload, fullSyncs = 1): Promise<void> {
  await workload.stop();
  await pair.caughtUp();
  expect(await pair.problems(workload.ledgers)).toEqual([]);
  expect(await pair.master.info("sync_full")).toBe(`${fullSyncs}`);
}

describe("while records stream", () => {
  let pair: Pair;
  beforeAll(async () => {
    pair = await Pair.start(OPTIONS);
    await streaming(pair);
  });
  afterAll(() => pair[Symbol.asyncDispose]());

  test.each<[string, readonly Region[]]>([
    ["the origin", ["us-east"]],
    ["the peer", ["eu-west"]],
    ["both", ["us-east", "eu-west"]],
  ])("kill -9 of %s (ACK_AFTER_DURABLE, APPLIED_ONCE, NO_GAP)", async (_who, regions) => {
    await using workload = await load(pair);
    for (let round = 0; round < 2; round++) {
      await writes(workload, 700);
      await Promise.all(regions.map((region) => pair.respawn(region)));
      await Promise.all([pair.us.untilEvent("gateway.started"), pair.eu.untilEvent("gateway.started")]);
    }
    await expectExact(pair, workload);
  });

  test.each<[Region, string]>([
    ["us-east", "journal-written-not-synced"],
    ["us-east", "journal-rolling"],
    ["us-east", "journal-retention"],
    ["us-east", "link-records-sent"],
    ["eu-west", "journal-written-not-synced"],
    ["eu-west", "journal-rolling"],
    ["eu-west", "journal-retention"],
    ["eu-west", "link-records-received"],
    ["eu-west", "delivery-exec-sent"],
    ["eu-west", "delivery-unit-committed"],
  ])("%s dies at %s", async (region, point) => {
    await using workload = await load(pair);
    await diesAt(await pair.respawn(region, { env: { CAUSEWAY_CRASH_POINT: `${point}:2` } }), point);
    await pair.respawn(region);
    await expectExact(pair, workload);
  });

  test("SIGTERM ends both in order", async () => {
    await using workload = await load(pair);
    await writes(workload, 1_000);
    const exits = await Promise.all([pair.us.terminate(), pair.eu.terminate()]);
    expect(exits.map(({ code }) => code)).toEqual([0, 0]);
    for (const gateway of [pair.us, pair.eu]) expect(gateway.countEvents("gateway.stopped")).toBe(1);
    await Promise.all([pair.respawn("us-east"), pair.respawn("eu-west")]);
    await expectExact(pair, workload);
  });

  test("a second signal leaves at once, while the first one waits for a target that hangs", async () => {
    await using workload = await load(pair);
    await writes(workload, 500);
    pair.target.pause();
    await eventually(async () => ((await pair.stream("eu-west")).delivery?.inFlightBytes ?? 0) > 0);
    const farewells = pair.us.countEvents("link.closed");
    pair.eu.signal("SIGTERM");
    await eventually(() => pair.us.countEvents("link.closed") > farewells);
    expect(pair.eu.exit).toBeUndefined();
    pair.eu.signal("SIGTERM");
    expect(await pair.eu.exited).toEqual({ code: 130, signal: null });
    pair.target.resume();
    await pair.respawn("eu-west");
    await expectExact(pair, workload);
  });
});

test.each<[Region, string, number]>([
  ["us-east", "snapshot-arriving:2", 2],
  ["us-east", "snapshot-synced-not-named", 2],
  ["us-east", "snapshot-named", 1],
  ["eu-west", "snapshot-arriving:2", 1],
  ["eu-west", "snapshot-named", 1],
  ["eu-west", "delivery-loading:3", 1],
])("%s dies at %s, in the middle of the first sync (SNAPSHOT_BEFORE_POSITION)", async (region, point, fullSyncs) => {
  await using pair = await Pair.create(OPTIONS);
  await loadEveryType(pair.master.client(), { keys: 10_000 });
  pair.run();
  const dying = await pair.respawn(region, { env: { CAUSEWAY_CRASH_POINT: point } });
  await using workload = await load(pair);
  await diesAt(dying, point);
  await pair.respawn(region);
  await streaming(pair);
  await expectExact(pair, workload, fullSyncs);
});
