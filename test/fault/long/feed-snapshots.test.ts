/** Where a replica's first snapshot comes from when the stored one is gone, or leads to more records than it is worth. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { eventually } from "../../support/eventually.ts";
import { FedPair } from "../../support/fed-pair.ts";
import type { RedisServer } from "../../support/redis-server.ts";

const MIB = 2 ** 20;
const PASSWORD = "a-password-of-the-feed";
/** What a replica has to allow the gateway to which it is attached, as documented. */
const [, RIGHTS] = /`on >feed-password ([^`]+)`/.exec(readFileSync(new URL("../../../deploy/SECURITY.md", import.meta.url), "utf8"))!;
const SMALL = { segment: "64KiB", memory: "1MiB", retention: { bytes: "1MiB", age: "24h" } };

/** Random text does not compress: what is written is what the journal holds. */
async function churn(master: RedisServer, bytes: number): Promise<void> {
  const client = master.client();
  for (let left = bytes; left > 0; left -= MIB) {
    const batch = client.pipeline();
    for (let key = 0; key < 256; key++) batch.set(`key:${key}`, Buffer.from(Array.from({ length: 4096 }, () => Math.random() * 256)));
    await batch.exec();
  }
}

async function untilSnapshotIsGone(pair: FedPair): Promise<void> {
  await eventually(
    async () => {
      await churn(pair.master, MIB);
      return (await pair.stream("eu-west")).snapshot === undefined;
    },
    { timeoutMs: 60_000, intervalMs: 200 },
  );
}

test("a snapshot that retention dropped is taken from an attached replica, and without one from the origin", async () => {
  await using pair = await FedPair.start({ journal: SMALL });
  await pair.master.call("SET", "first", "value");
  const donor = await pair.attach();
  await pair.same(donor);
  await untilSnapshotIsGone(pair);
  const second = await pair.attach();
  await pair.same(second);
  expect(await pair.feed()).toMatchObject({ fullSyncs: 2, snapshotsTaken: 1, disconnects: 0 });
  expect((await pair.stream("us-east")).master?.fullSyncs).toBe(1);
  expect(await donor.info("sync_full")).toBe("1");

  await Promise.all([donor.stop(), second.stop()]);
  await untilSnapshotIsGone(pair);
  const third = await pair.attach();
  await pair.same(third);
  expect(await pair.feed()).toMatchObject({ fullSyncs: 3, snapshotsTaken: 1 });
  expect((await pair.stream("us-east")).master).toMatchObject({ fullSyncs: 2, historiesLost: 0 });
  expect(pair.gateway("eu-west").countEvents("link.closed")).toBe(0);
});

test("a snapshot with more records behind it than it is worth is renewed from an attached replica with the documented rights; one that gives none costs nothing", async () => {
  await using pair = await FedPair.start({ feed: { username: "feeder", password: `\${FEED_PASSWORD}` }, env: { FEED_PASSWORD: PASSWORD } });
  const args = ["--masteruser", "feeder", "--masterauth", PASSWORD, "--user", "feeder", "on", `>${PASSWORD}`, ...RIGHTS!.split(" ")];
  await pair.master.call("SET", "first", "value");
  const donor = await pair.attach({ args });
  await pair.same(donor);
  await churn(pair.master, 20 * MIB);
  await pair.same(donor);
  const second = await pair.attach({ args });
  await pair.same(second);
  expect(await pair.feed()).toMatchObject({ fullSyncs: 2, snapshotsTaken: 1 });

  await churn(pair.master, 20 * MIB);
  for (const replica of [donor, second]) {
    await pair.same(replica);
    await replica.call("ACL", "SETUSER", "feeder", "off");
  }
  const third = await pair.attach({ args });
  await pair.same(third);
  expect(await pair.feed()).toMatchObject({ fullSyncs: 3, snapshotsTaken: 1, lastError: expect.stringContaining("gave no snapshot") });
  expect((await pair.stream("us-east")).master?.fullSyncs).toBe(1);
});

test("the relay has no snapshot any more: the region behind it begins with one that the relay asks for", async () => {
  await using pair = await FedPair.start({ relay: true, journal: SMALL });
  await pair.master.call("SET", "first", "value");
  await eventually(async () => (await pair.stream("eu-north")).history !== undefined);
  await pair.gateway("eu-north").kill9();
  await untilSnapshotIsGone(pair);
  pair.spawn("eu-north");
  const replica = await pair.attach({ region: "eu-north" });
  await pair.same(replica);
  expect((await pair.stream("us-east")).master).toMatchObject({ fullSyncs: 2, historiesLost: 0 });
});

test("ten replicas share one journal", async () => {
  await using pair = await FedPair.start();
  await pair.master.call("SET", "first", "value");
  const replicas = await Promise.all(Array.from({ length: 10 }, () => pair.attach()));
  await churn(pair.master, 4 * MIB);
  for (const replica of replicas) await pair.same(replica);
  const { fullSyncs, replicas: attached } = await pair.feed();
  expect([fullSyncs, attached.length]).toEqual([10, 10]);
  expect((await pair.stream("us-east")).master?.fullSyncs).toBe(1);
  await pair.respawn("eu-west");
  await churn(pair.master, 4 * MIB);
  for (const replica of replicas) await pair.same(replica);
  expect(await pair.feed()).toMatchObject({ fullSyncs: 0, partialSyncs: 10 });
});
