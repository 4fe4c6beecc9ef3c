/**
 * Bits that flip and files that vanish on a gateway's disk, in what somebody still needs: found by checksum, never delivered, and healed
 * without a person. At the receiver no full sync is needed, because the origin has it all; at the origin the peer gets a new snapshot.
 */
import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { eventually } from "../../support/eventually.ts";
import { Pair } from "../../support/pair.ts";
import { writeBlobs } from "../../support/writes.ts";

const JOURNAL = { segment: "256KiB", memory: "1MiB" };
const BLOBS = 400;

async function filesOf(pair: Pair, region: string, suffix: string): Promise<readonly string[]> {
  const folder = join(pair.folder, "data", region, "us-east-0");
  const [history] = await readdir(folder);
  const inside = join(folder, history!);
  const names = (await readdir(inside)).filter((name) => name.endsWith(suffix)).sort();
  return names.map((name) => join(inside, name));
}

async function flipBit(path: string): Promise<void> {
  const bytes = await readFile(path);
  bytes[bytes.length >> 1]! ^= 16;
  await writeFile(path, bytes);
}

/** A full file in the middle of the journal. */
async function damageMiddle(pair: Pair, region: string, damage: (path: string) => Promise<void>): Promise<void> {
  const files = await filesOf(pair, region, ".seg");
  expect(files.length).toBeGreaterThan(3);
  await damage(files[files.length >> 1]!);
}

async function expectHealed(pair: Pair, region: "us-east" | "eu-west", fullSyncs: number): Promise<void> {
  await pair.caughtUp();
  expect((await pair.stream(region)).journal.damages).toBe(1);
  expect((await pair.stream("us-east")).master).toMatchObject({ fullSyncs, historiesLost: 0 });
  expect(await pair.problems()).toEqual([]);
}

test.each([
  ["a flipped bit", flipBit],
  ["a missing file", rm],
])("%s in the receiver's journal, where its delivery has not been yet, is asked for again", async (_, damage) => {
  await using pair = await Pair.start({ journal: JOURNAL });
  await pair.caughtUp();
  pair.target.pause();
  await writeBlobs(pair.master.client(), "blob", BLOBS);
  const wanted = BigInt((await pair.master.info("master_repl_offset"))!);
  await eventually(async () => BigInt((await pair.stream("eu-west")).positions.durable ?? 0) >= wanted, {
    what: "the receiver having it all",
  });
  await damageMiddle(pair, "eu-west", damage);
  pair.target.resume();
  await expectHealed(pair, "eu-west", 1);
  expect((await pair.stream("us-east")).journal.damages).toBe(0);
});

test.each([
  ["a flipped bit", flipBit],
  ["a missing file", rm],
])("%s in the origin's journal that a peer still needs: it gets a new snapshot, loudly", async (_, damage) => {
  await using pair = await Pair.start({ journal: JOURNAL });
  await pair.caughtUp();
  await pair.eu.kill9();
  await writeBlobs(pair.master.client(), "blob", BLOBS);
  const wanted = BigInt((await pair.master.info("master_repl_offset"))!);
  await eventually(async () => BigInt((await pair.stream("us-east")).positions.durable ?? 0) >= wanted, {
    what: "the origin having it all",
  });
  await damageMiddle(pair, "us-east", damage);
  await pair.eu.restart();
  await eventually(async () => (await pair.stream("us-east")).journal.damages === 1, { what: "the damage being found" });
  await expectHealed(pair, "us-east", 2);
  expect(pair.us.events.find(({ event }) => event === "journal.damaged")).toMatchObject({ level: "error" });
});

test("a flipped bit in the origin's journal that its peers have already matters to nobody", async () => {
  await using pair = await Pair.start({ journal: JOURNAL });
  await pair.caughtUp();
  await writeBlobs(pair.master.client(), "blob", BLOBS);
  await pair.caughtUp();
  await damageMiddle(pair, "us-east", flipBit);
  await Promise.all([pair.us.restart(), pair.eu.restart()]);
  await writeBlobs(pair.master.client(), "more", 10);
  await pair.caughtUp();
  expect((await pair.stream("us-east")).journal.damages).toBe(0);
  expect((await pair.stream("us-east")).master).toMatchObject({ fullSyncs: 0, partialSyncs: 1 });
  expect(await pair.problems()).toEqual([]);
});

test("a flipped bit in a snapshot chunk at the receiver: the origin sends the snapshot again, the master is not asked", async () => {
  await using pair = await Pair.create({ journal: JOURNAL });
  await writeBlobs(pair.master.client(), "blob", BLOBS);
  await pair.target.call("CONFIG", "SET", "maxmemory", "1");
  pair.run();
  await eventually(async () => (await pair.stream("eu-west")).snapshot?.state === "complete", { what: "the snapshot being stored" });
  await flipBit((await filesOf(pair, "eu-west", ".chunks"))[0]!);
  await pair.target.call("CONFIG", "SET", "maxmemory", "0");
  await expectHealed(pair, "eu-west", 1);
});

test("a flipped bit in a snapshot chunk at the origin: the master is asked for another snapshot", async () => {
  await using pair = await Pair.create({ journal: JOURNAL });
  await writeBlobs(pair.master.client(), "blob", BLOBS);
  pair.run();
  await pair.eu.kill9();
  await rm(join(pair.folder, "data", "eu-west"), { recursive: true, force: true });
  await eventually(async () => (await pair.stream("us-east")).snapshot?.state === "complete", { what: "the snapshot being stored" });
  await flipBit((await filesOf(pair, "us-east", ".chunks"))[0]!);
  await pair.eu.restart();
  await eventually(async () => (await pair.stream("us-east")).journal.damages === 1, { what: "the damage being found" });
  await expectHealed(pair, "us-east", 2);
});
