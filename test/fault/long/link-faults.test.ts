/** The line between two regions does everything that lines do; the copy stays exact, and nobody asks for a second full sync. */
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { eventually } from "../../support/eventually.ts";
import { spawnGateway } from "../../support/gateway.ts";
import { Pair } from "../../support/pair.ts";
import { shiftedClock } from "../../support/shifted-clock.ts";
import { tempFolder } from "../../support/temp-folder.ts";
import { regionPorts, writeTopology } from "../../support/topology-file.ts";
import { Workload } from "../../support/workload.ts";

const HOUR_MS = 3_600_000;
const MBIT = 125_000;

let pair: Pair;
let workload: Workload;
let loads = 0;

beforeAll(async () => {
  pair = await Pair.start({ link: { liveness: "1s", window: "1MiB" }, masterArgs: ["--repl-backlog-size", "64mb"] });
  await eventually(async () => (await pair.stream("eu-west")).phase === "streaming", { timeoutMs: 30_000, what: "the first sync" });
});
beforeEach(async () => {
  workload = await Workload.start(pair.master.client(), { seed: ++loads, name: `${loads}.`, commandsPerSecond: 1_000 });
});
afterAll(() => pair[Symbol.asyncDispose]());

async function writes(commands: number): Promise<void> {
  const { commands: before } = workload.stats;
  await eventually(() => workload.stats.commands > before + commands, { timeoutMs: 30_000 });
}

async function expectExact(): Promise<void> {
  await workload.stop();
  await pair.caughtUp();
  expect(await pair.problems(workload.ledgers)).toEqual([]);
  expect(await pair.master.info("sync_full")).toBe("1");
}

const opened = () => pair.us.countEvents("link.opened");

test.each([
  [1, "down"],
  [9, "down"],
  [4_999, "down"],
  [60_001, "down"],
  [1, "up"],
  [333, "up"],
] as const)("cut after %d bytes %s, in the middle of a frame (NO_GAP)", async (bytes, direction) => {
  const before = opened();
  pair.proxy.cutAfter(bytes, direction);
  await eventually(() => opened() > before, { timeoutMs: 30_000, what: "another link" });
  await writes(300);
  await expectExact();
});

test("half-open: both sides notice the silence and make a new link", async () => {
  await writes(300);
  const before = opened();
  pair.proxy.halfOpen();
  await eventually(() => opened() > before, { timeoutMs: 30_000, what: "another link" });
  await writes(300);
  await expectExact();
});

test.each(["up", "down"] as const)("a blackhole in one direction alone, %s, for longer than a link lives", async (direction) => {
  const before = opened();
  pair.proxy.cut("blackhole", [direction]);
  await eventually(() => pair.us.countEvents("link.closed") >= before, { timeoutMs: 30_000, what: "the link's end" });
  await writes(300);
  pair.proxy.heal();
  await eventually(() => opened() > before, { timeoutMs: 30_000, what: "another link" });
  await expectExact();
});

test("reset every 200 ms for a while", async () => {
  for (let left = 15; left > 0; left--) {
    pair.proxy.reset();
    await writes(200);
  }
  await expectExact();
});

test("300 ms of round trip, and every hundredth piece lost at first", async () => {
  const conditions = { delayMs: 150, jitterMs: 20, stallRate: 0.01, stallMs: 300 };
  pair.proxy.change({ up: conditions, down: conditions });
  await writes(3_000);
  await expectExact();
  pair.proxy.heal();
});

test("1 Mbit per second: the window is the bound, the journal waits, and the rest follows (BOUNDED)", async () => {
  pair.proxy.change({ up: { bytesPerSecond: MBIT }, down: { bytesPerSecond: MBIT, bufferBytes: 64 * 1024 } });
  await writes(4_000);
  pair.proxy.heal();
  await expectExact();
});

test("two gateways for one region by mistake, on two machines: the copy stays exact, and both sides say so (ONE_WRITER)", async () => {
  await using folder = await tempFolder("second-machine");
  const { "eu-west": own } = await regionPorts(["eu-west"]);
  const ports = { "us-east": { ...pair.topology.ports["us-east"]!, link: pair.proxy.port }, "eu-west": own! };
  const { path: config, env } = await writeTopology({
    folder: folder.path,
    ports,
    regions: { "us-east": { master: { url: pair.master.url } }, "eu-west": { replicas: { "us-east": { url: pair.target.url } } } },
  });
  const before = pair.us.countEvents("link.superseded");
  {
    await using second = spawnGateway({ config, region: "eu-west", env });
    await eventually(() => pair.us.countEvents("link.superseded") > before, { timeoutMs: 30_000, what: "the origin saying so" });
    await eventually(
      () => [pair.eu, second].some((gateway) => gateway.countEvents("link.superseded") > 0 || gateway.countEvents("service.halted") > 0),
      { timeoutMs: 30_000, what: "one of the two saying so" },
    );
    await writes(500);
  }
  // A person ends one of them, and starts the other again if its delivery has halted.
  await pair.respawn("eu-west");
  await workload.stop();
  await pair.caughtUp();
  expect(await pair.problems(workload.ledgers)).toEqual([]);
});

test.each([
  ["us-east", 1],
  ["eu-west", -1],
] as const)("the clock of %s is %d hours off: the lag is measured all the same", async (region, hours) => {
  const before = await pair.master.info("sync_full");
  await pair.respawn(region, { env: shiftedClock(hours * HOUR_MS) });
  const expected = region === "us-east" ? -hours * HOUR_MS : hours * HOUR_MS;
  await eventually(
    async () => {
      const [link] = (await pair.status("us-east")).links;
      const { clock, streams } = link!;
      expect(Math.abs((clock?.offsetMs ?? 0) - expected)).toBeLessThan(10_000);
      const lag = streams[0]?.lag;
      expect(lag?.ms.network?.p50).toBeLessThan(HOUR_MS / 10);
      expect(lag?.lagMs).toBeLessThan(HOUR_MS / 10);
    },
    { timeoutMs: 30_000, what: "the offset of the clock being known" },
  );
  await writes(300);
  await pair.respawn(region);
  await eventually(async () => expect(Math.abs((await pair.status("us-east")).links[0]!.clock!.offsetMs)).toBeLessThan(10_000), {
    timeoutMs: 30_000,
    what: "the clock being right again",
  });
  await workload.stop();
  await pair.caughtUp();
  expect(await pair.problems(workload.ledgers)).toEqual([]);
  expect(await pair.master.info("sync_full")).toBe(before);
});
