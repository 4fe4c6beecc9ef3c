/** Values as large as a configured server takes: a string of one GiB, a list of two million elements (BOUNDED). */
import { randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import { eventually } from "../../support/eventually.ts";
import { peakMemoryBytes } from "../../support/memory-peak.ts";
import { Pair } from "../../support/pair.ts";
import { deliverySays, streaming } from "../../support/under-load.ts";

const MIB = 1024 * 1024;
const GIB = 1024 * MIB;
const PEAK_BYTES = 200 * MIB;
const CATCH_UP_MS = 240_000;
const ELEMENTS = 2_000_000;
/** Redis refuses strings above 512 MB, and drops clients whose command is above 1 GB, unless told otherwise. */
const GIANTS = ["--proto-max-bulk-len", `${2 * GIB}`, "--client-query-buffer-limit", `${4 * GIB}`, "--lua-time-limit", "0"];
/** A replica that lags by more than 256 MB is dropped, whoever it is, unless told otherwise. */
const NO_OUTPUT_LIMIT = ["--client-output-buffer-limit", "replica 0 0 0"];
const PUSH = "for i=1,ARGV[1] do redis.call('RPUSH',KEYS[1],'element '..i) end";

/** LZ4 looks back 64 KiB: this does not compress. */
function incompressible(bytes: number): Buffer {
  const value = Buffer.allocUnsafe(bytes);
  const block = randomBytes(MIB);
  for (let at = 0; at < bytes; at += MIB) block.copy(value, at);
  return value;
}

async function expectExactAndBounded(pair: Pair, historiesLost = 0): Promise<void> {
  await pair.caughtUp(CATCH_UP_MS);
  expect(await pair.problems()).toEqual([]);
  expect((await pair.stream("us-east")).master).toMatchObject({ fullSyncs: 1 + historiesLost, historiesLost });
  for (const gateway of [pair.us, pair.eu]) expect(peakMemoryBytes(gateway.pid), gateway.options.region).toBeLessThan(PEAK_BYTES);
}

test("a string of 1 GiB in the stream", async () => {
  await using pair = await Pair.start({ masterArgs: [...GIANTS, ...NO_OUTPUT_LIMIT], targetArgs: GIANTS });
  await pair.caughtUp();
  await pair.master.client().set("giant", incompressible(GIB));
  await expectExactAndBounded(pair);
});

test("a string of 1 GiB in the snapshot", async () => {
  await using pair = await Pair.create({ masterArgs: [...GIANTS, ...NO_OUTPUT_LIMIT], targetArgs: GIANTS });
  await pair.master.client().set("giant", incompressible(GIB));
  pair.run();
  await expectExactAndBounded(pair);
});

test("a list of 2,000,000 elements, in the snapshot and in the stream", async () => {
  await using pair = await Pair.create({ masterArgs: [...GIANTS, ...NO_OUTPUT_LIMIT], targetArgs: GIANTS });
  const { master } = pair.clients();
  await master.call("EVAL", PUSH, 1, "snapshot", ELEMENTS);
  pair.run();
  await pair.caughtUp(CATCH_UP_MS);
  await master.call("EVAL", PUSH, 1, "stream", ELEMENTS);
  await expectExactAndBounded(pair);
});

test("a string above what the master lets a replica lag by: it drops us, says so in its log, and one full sync brings it", async () => {
  await using pair = await Pair.start();
  await pair.caughtUp();
  await pair.master.client().set("giant", incompressible(400 * MIB));
  await eventually(async () => ((await pair.stream("us-east")).master?.historiesLost ?? 0) > 0, {
    timeoutMs: 60_000,
    what: "a lost history",
  });
  expect(pair.master.log).toContain("scheduled to be closed ASAP for overcoming of output buffer limits");
  await expectExactAndBounded(pair, 1);
});

test.each(["proto-max-bulk-len", "client-query-buffer-limit"])(
  "a string above the target's %s: halted by name, and once it is raised everything is there",
  async (setting) => {
    await using pair = await Pair.start({ targetArgs: [`--${setting}`, `${MIB}`] });
    await streaming(pair);
    const { master } = pair.clients();
    await master
      .multi()
      .set("before", "x")
      .set("giant", incompressible(3 * MIB))
      .set("after", "x")
      .exec();
    const { message } = await deliverySays(pair, "TARGET_REFUSED", "halted");
    expect(message).toContain(setting);
    expect(await pair.target.call("DBSIZE")).toBe(1);
    await pair.target.call("CONFIG", "SET", setting, GIB);
    await pair.respawn("eu-west");
    await expectExactAndBounded(pair);
  },
);
