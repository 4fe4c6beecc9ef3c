/** One process per data folder (ONE_WRITER of the journal), and what a killed one leaves behind. */
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { eventually } from "../../support/eventually.ts";
import { Pair } from "../../support/pair.ts";

test.each(["us-east", "eu-west"] as const)("a second gateway of %s on the same folder ends at once and says why", async (region) => {
  await using pair = await Pair.start();
  await pair.caughtUp();
  const second = pair.spawn(region);
  expect((await second.exited).code).not.toBe(0);
  expect(second.output).toContain("is in use by another process");
  await pair.master.call("SET", "key", "value");
  await pair.caughtUp();
  expect(await pair.problems()).toEqual([]);
});

test("the lock of a killed gateway is a dead one's: the next gateway starts, whatever process has its pid now", async () => {
  await using pair = await Pair.start();
  await pair.caughtUp();
  await pair.us.kill9();
  const locks = async () => (await readdir(join(pair.folder, "data", "us-east"))).filter((name) => name.endsWith(".sock"));
  const stale = await locks();
  expect(stale).toHaveLength(1);
  await pair.us.restart();
  await eventually(async () => (await pair.stream("us-east")).master?.partialSyncs === 1, { what: "the stream going on" });
  expect((await locks()).filter((name) => stale.includes(name))).toEqual([]);
  await pair.caughtUp();
});
