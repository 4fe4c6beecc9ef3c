/** A power cut under `fsync: everysec`: the newest journal file has a hole. What is lost is read again, without a full sync. */
import { open, readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { Pair } from "../support/pair.ts";

const PAGE = 4096;

/** Zeros in the middle of the newest file, as of a page that never reached the disk. */
async function makeHole(pair: Pair, region: "us-east" | "eu-west"): Promise<number> {
  const folder = join(pair.folder, "data", region, "us-east-0");
  const [history] = await readdir(folder);
  const inside = join(folder, history!);
  const newest = (await readdir(inside)).filter((name) => name.endsWith(".seg")).sort();
  const path = join(inside, newest.at(-1)!);
  const { size } = await stat(path);
  const at = Math.floor(size / 2 / PAGE) * PAGE;
  const file = await open(path, "r+");
  await file.write(Buffer.alloc(PAGE), 0, PAGE, at);
  await file.close();
  return size - at;
}

async function write(pair: Pair, from: number, to: number): Promise<void> {
  const { master } = pair.clients();
  for (let index = from; index < to; index += 100) {
    const batch = master.pipeline();
    for (let step = index; step < index + 100; step++) batch.incr("counter").rpush("list", `item ${step} ${"x".repeat(step % 97)}`);
    await batch.exec();
  }
}

test.each(["us-east", "eu-west"] as const)("a hole in the journal of %s is cut, counted and filled again", async (region) => {
  await using pair = await Pair.start({ journal: { fsync: "everysec" } });
  await pair.caughtUp();
  // More than half of the bytes first, so that the hole has records of their own behind it, however the first ones were cut.
  for (const [from, to] of [
    [0, 800],
    [800, 900],
    [900, 1_000],
  ] as const) {
    await write(pair, from, to);
    await pair.caughtUp();
  }
  const gateway = region === "us-east" ? pair.us : pair.eu;
  await gateway.kill9();
  const lost = await makeHole(pair, region);
  await gateway.restart();
  await write(pair, 1_000, 1_500);
  await pair.caughtUp();

  const { journal } = await pair.stream(region);
  expect(journal.tornTails).toBe(1);
  expect(journal.tornBytes).toBeGreaterThanOrEqual(lost);
  expect(gateway.events.find(({ event }) => event === "journal.damaged-end-cut")).toMatchObject({
    level: "error",
    bytes: journal.tornBytes,
  });
  const { fullSyncs, partialSyncs, historiesLost } = (await pair.stream("us-east")).master!;
  expect({ fullSyncs, partialSyncs, historiesLost }).toEqual(
    region === "us-east" ? { fullSyncs: 0, partialSyncs: 1, historiesLost: 0 } : { fullSyncs: 1, partialSyncs: 0, historiesLost: 0 },
  );
  expect(await pair.target.call("GET", "counter")).toBe("1500");
  expect(await pair.problems()).toEqual([]);
});
