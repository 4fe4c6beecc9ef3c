/** Many replicas, one journal: each at its own pace, and what the feed says of them is true. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { eventually } from "../../support/eventually.ts";
import { FedPair } from "../../support/fed-pair.ts";

const VALUE = "x".repeat(1024);
const ROUNDS = 400;
const MIB = 2 ** 20;

function rssBytes(pid: number): number {
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) * 1024;
}

test("BOUNDED: a replica that reads nothing costs disk, not memory, and holds nobody up; it is what applied waits for", async () => {
  await using pair = await FedPair.start({ journal: { memory: "1MiB", segment: "4MiB" } });
  await pair.master.call("SET", "first", "value");
  const [slow, fast] = [await pair.attach(), await pair.attach()];
  await pair.same(slow);
  await pair.same(fast);
  await eventually(async () => (await pair.feed()).replicas.every(({ ackedOffset }) => ackedOffset !== undefined));
  const before = rssBytes(pair.gateway("eu-west").pid);
  slow.pause();
  const client = pair.master.client();
  for (let round = 0; round < ROUNDS; round++) {
    const batch = client.pipeline();
    for (let key = 0; key < 200; key++) batch.set(`key:${key}`, `${round}${VALUE}`);
    await batch.exec();
  }
  await pair.same(fast);
  const { positions, feed } = await pair.stream("eu-west");
  const lag = Object.fromEntries(feed!.replicas.map(({ address, lagBytes }) => [address, lagBytes]));
  expect(lag[`127.0.0.1:${slow.port}`]).toBeGreaterThan(50 * MIB);
  expect(BigInt(positions.received!) - BigInt(positions.applied!)).toBeGreaterThan(50n * BigInt(MIB));
  expect(rssBytes(pair.gateway("eu-west").pid) - before).toBeLessThan(96 * MIB);
  slow.resume();
  await pair.same(slow);
  await eventually(async () => (await pair.stream("eu-west")).positions.applied === (await pair.master.info("master_repl_offset")));
  expect(await pair.feed()).toMatchObject({ fullSyncs: 2, partialSyncs: 0, disconnects: 0 });
});

test("ACK_AFTER_DURABLE: without a replica nothing counts as applied, here and at the origin", async () => {
  await using pair = await FedPair.start();
  await pair.master.call("SET", "key", "value");
  await eventually(async () => (await pair.feed()).state === "waiting" && (await pair.stream("eu-west")).history !== undefined);
  expect((await pair.stream("eu-west")).positions.applied).toBeUndefined();
  const replica = await pair.attach();
  await pair.same(replica);
  await eventually(async () => (await pair.stream("eu-west")).positions.applied !== undefined);
  await replica.stop();
  await eventually(async () => (await pair.stream("eu-west")).positions.applied === undefined);
  expect((await pair.feed()).state).toBe("waiting");
});
