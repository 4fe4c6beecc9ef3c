/**
 * A snapshot's way is interrupted again and again, on the wire and into the target: what was stored is not sent again, what was loaded is not
 * loaded again, and nothing half is ever served.
 */
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { loadEveryType } from "../../support/dataset.ts";
import { eventually } from "../../support/eventually.ts";
import { FedPair } from "../../support/fed-pair.ts";
import { Pair, type PairOptions } from "../../support/pair.ts";
import { Random } from "../../support/random.ts";
import { WanProxy } from "../../support/wan-proxy.ts";
import { writeBlobs } from "../../support/writes.ts";

/** Random bytes, which no compression makes smaller. */
const BLOBS = 2_400;
const KEYS = 3_000;
/** Of what is on its way when it is cut: the chunk that was not whole, and those that waited for the journal. */
const LOST_BY_A_CUT_BYTES = 1024 * 1024;
/** Handshake, Start, pings, and records of the few writes. */
const LOST_BY_A_CONNECTION_BYTES = 16 * 1024;
const MIB = 1024 * 1024;

let pair: Pair | undefined;
afterEach(() => pair?.[Symbol.asyncDispose]());

async function filled(options: PairOptions = {}): Promise<Pair> {
  pair = await Pair.create({ journal: { memory: "1MiB" }, ...options });
  await writeBlobs(pair.master.client(), "blob", BLOBS);
  await loadEveryType(pair.master.client(), { keys: KEYS });
  return pair;
}

const snapshotOf = async (of: Pair, region: "us-east" | "eu-west") => (await of.stream(region).catch(() => undefined))?.snapshot;
const chunksOf = async (of: Pair) => (await snapshotOf(of, "eu-west"))?.chunks ?? 0;
const phaseOf = async (of: Pair) => (await of.stream("eu-west").catch(() => undefined))?.phase;
const isStored = async (of: Pair) => (await snapshotOf(of, "eu-west"))?.state === "complete";

/** The snapshot as it lies in the journal, and so as it is sent. */
async function chunkBytes(folder: string): Promise<number> {
  const names = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith(".chunks"));
  expect(names.length).toBe(1);
  return (await stat(join(folder, names[0]!))).size;
}

async function expectExact(of: Pair, sentBytes: number, interruptions: number): Promise<void> {
  await of.caughtUp();
  expect(await of.problems()).toEqual([]);
  const storedBytes = await chunkBytes(join(of.folder, "data", "us-east"));
  const again = sentBytes - storedBytes;
  console.info(`${interruptions} interruptions, ${(storedBytes / MIB).toFixed(1)} MiB, sent beside them ${(again / MIB).toFixed(2)} MiB`);
  expect(storedBytes).toBeGreaterThan(BLOBS * 10_000);
  expect(again).toBeLessThanOrEqual((interruptions + 1) * (LOST_BY_A_CUT_BYTES + LOST_BY_A_CONNECTION_BYTES));
  expect(await of.master.info("sync_full")).toBe("1");
}

test.each([1, 2])("the line is cut at any byte (seed %i)", { timeout: 180_000 }, async (seed) => {
  const random = new Random(seed);
  const wan = await filled();
  // What the line still carries when it is cut is not lost by us.
  wan.proxy.change({ down: { bytesPerSecond: 16 * MIB, bufferBytes: 256 * 1024 } });
  let cuts = 0;
  const plan = () => wan.proxy.cutAfter(random.between(1, random.chance(0.2) ? 2_000 : 2 * MIB), random.chance(0.9) ? "down" : "up");
  plan();
  wan.run();
  await wan.eu.untilEvent("link.stream-started").catch(() => undefined);
  while (!(await isStored(wan))) {
    const { accepted } = wan.proxy;
    plan();
    await eventually(async () => wan.proxy.accepted > accepted || (await isStored(wan)), {
      timeoutMs: 30_000,
      what: "the next connection",
    });
    cuts++;
  }
  const { down } = wan.proxy.bytes;
  wan.proxy.heal();
  expect(cuts).toBeGreaterThan(5);
  await expectExact(wan, down, cuts);
});

test.each(["us-east", "eu-west"] as const)("kill -9 of %s, again and again", { timeout: 180_000 }, async (region) => {
  const dying = await filled({ link: { snapshots: { bandwidth: "4MiB/s" } } });
  dying.run();
  await eventually(async () => (await snapshotOf(dying, "us-east"))?.state === "complete", {
    timeoutMs: 30_000,
    what: "the master's snapshot",
  });
  let chunks = 0;
  let kills = 0;
  for (; kills < 4; kills++) {
    const wanted = chunks + 10;
    await eventually(async () => (await chunksOf(dying)) >= wanted, { timeoutMs: 60_000, what: "more chunks" });
    chunks = await chunksOf(dying);
    expect(await isStored(dying)).toBe(false);
    await dying.respawn(region);
  }
  await eventually(() => isStored(dying), { timeoutMs: 60_000, what: "the whole snapshot" });
  await expectExact(dying, dying.proxy.bytes.down, kills);
});

/** A region whose journal holds the stream and no snapshot any more gets one beside the records, for the replica that comes late. */
test("a snapshot beside the records: the line is cut, and kill -9 of who receives it", { timeout: 180_000 }, async () => {
  const random = new Random(4);
  const journal = { segment: "64KiB", memory: "1MiB", retention: { bytes: "1MiB", age: "24h" } };
  await using fed = await FedPair.start({ journal });
  const state = async () => (await fed.stream("eu-west").catch(() => undefined))?.snapshot;
  await writeBlobs(fed.master.client(), "blob", BLOBS);
  await eventually(async () => (await state())?.state === "complete", { timeoutMs: 30_000, what: "the first snapshot" });
  await eventually(
    async () => {
      await writeBlobs(fed.master.client(), "churn", 100);
      return (await state()) === undefined;
    },
    { timeoutMs: 60_000, intervalMs: 200, what: "retention" },
  );
  fed.proxy.change({ down: { bytesPerSecond: 8 * MIB, bufferBytes: 256 * 1024 } });
  const before = fed.proxy.bytes.down;
  const replica = await fed.attach();
  const isWhole = async () => (await state())?.state === "complete";
  const cut = async () => {
    const { accepted } = fed.proxy;
    fed.proxy.cutAfter(random.between(512 * 1024, 2 * MIB), "down");
    await eventually(async () => fed.proxy.accepted > accepted || (await isWhole()), { timeoutMs: 30_000, what: "the next connection" });
  };
  let interruptions = 0;
  for (; interruptions < 6 && !(await isWhole()); interruptions++) {
    const chunks = (await state())?.chunks ?? 0;
    if (interruptions % 3 !== 2) {
      await cut();
      continue;
    }
    await eventually(async () => ((await state())?.chunks ?? 0) > chunks + 10, { timeoutMs: 30_000, what: "more chunks" });
    await fed.respawn("eu-west");
  }
  expect(interruptions).toBe(6);
  await eventually(isWhole, { timeoutMs: 60_000, what: "the whole snapshot" });
  const sentBytes = fed.proxy.bytes.down - before;
  await fed.same(replica);
  const storedBytes = await chunkBytes(join(fed.folder, "data", "eu-west"));
  console.info(`${interruptions} interruptions, ${(storedBytes / MIB).toFixed(1)} MiB, sent ${(sentBytes / MIB).toFixed(1)} MiB`);
  expect(storedBytes).toBeGreaterThan(BLOBS * 10_000);
  expect(sentBytes - storedBytes).toBeLessThanOrEqual((interruptions + 1) * (LOST_BY_A_CUT_BYTES + LOST_BY_A_CONNECTION_BYTES));
  expect((await fed.stream("us-east")).master).toMatchObject({ fullSyncs: 2, historiesLost: 0 });
});

test("the origin dies while the master's snapshot arrives: another one is ordered, and the first never passes for a copy", async () => {
  const ordering = await filled();
  ordering.run();
  const dying = await ordering.respawn("us-east", { env: { CAUSEWAY_CRASH_POINT: "snapshot-arriving:4" } });
  await eventually(() => dying.exit !== undefined, { timeoutMs: 60_000, what: "the crash point" });
  await ordering.respawn("us-east");
  const checkpoints: (string | null)[] = [];
  await eventually(
    async () => {
      if ((await snapshotOf(ordering, "us-east"))?.state === "complete") return true;
      checkpoints.push(await ordering.target.client().get("causeway:checkpoint:{us-east/0}"));
      return false;
    },
    { timeoutMs: 60_000, intervalMs: 20, what: "the second snapshot" },
  );
  expect(checkpoints.filter((text) => text?.includes(" loading ") === false)).toEqual([]);
  await ordering.caughtUp();
  expect(await ordering.problems()).toEqual([]);
  // The master cannot go on with a transfer: it forks again.
  expect(await ordering.master.info("sync_full")).toBe("2");
});

describe("while the target is loaded no key is loaded twice (APPLIED_ONCE)", () => {
  test("its line is cut at any byte, and the gateway is killed", { timeout: 180_000 }, async () => {
    const random = new Random(3);
    let line: WanProxy | undefined;
    const loading = await filled({
      write: async ({ port }) => {
        line = await WanProxy.start({ target: { port }, up: { bytesPerSecond: 8 * MIB, bufferBytes: 128 * 1024 } });
        return { url: `redis://127.0.0.1:${line.port}` };
      },
    });
    await using target = line!;
    const begun = async () => (await loading.target.client().dbsize()) > 0;
    // What is executed, not what is queued: the checkpoints of the gateway are not counted.
    let loaded = 0;
    const monitor = await loading.target.client().monitor();
    monitor.on("monitor", (_time: string, [command = "", key = "", ...words]: readonly string[]) => {
      if (/^mset$/i.test(command)) loaded += (words.length + 1) / 2;
      else if (/^(restore|set)$/i.test(command) && !key.startsWith("causeway:")) loaded++;
    });
    loading.run();
    await eventually(begun, { timeoutMs: 60_000, what: "the first keys" });
    let cuts = 0;
    let kills = 0;
    for (; kills < 3; kills++) {
      for (let nth = 0; nth < 2; nth++, cuts++) {
        const { accepted } = target;
        target.cutAfter(random.between(1, MIB), "up");
        await eventually(() => target.accepted > accepted + 1, { timeoutMs: 30_000, what: "another connection after the cut" });
      }
      expect(await phaseOf(loading)).not.toBe("streaming");
      await loading.respawn("eu-west");
      await eventually(async () => (await phaseOf(loading)) === "loading", { timeoutMs: 30_000, what: "loading" });
    }
    target.heal();
    await loading.caughtUp();
    expect(await loading.problems()).toEqual([]);
    const client = loading.target.client();
    const keys = /keys=(\d+)/g;
    const held = [...(await client.info("keyspace")).matchAll(keys)].reduce((sum, [, count]) => sum + Number(count), 0) - 1;
    await eventually(() => loaded >= held, { timeoutMs: 10_000, what: "what the monitor tells" });
    monitor.disconnect();
    console.info(`${cuts} cuts and ${kills} kills: ${held} keys, ${loaded} loaded`);
    expect(loaded).toBe(held);
  });
});
