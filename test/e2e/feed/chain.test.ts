/** us-east → eu-west → eu-north: the stream crosses the ocean once, and who passes it on may be killed at any time. */
import { expect, test } from "vitest";
import { eventually } from "../../support/eventually.ts";
import { FedPair } from "../../support/fed-pair.ts";
import { Workload } from "../../support/workload.ts";

test("kill -9 of the relay under load: the region behind it continues by partial sync, and the origin knows what it has", async () => {
  await using pair = await FedPair.start({ relay: true });
  await pair.master.call("SET", "before", "the first sync");
  const [near, far] = [await pair.attach(), await pair.attach({ region: "eu-north" })];
  await pair.same(far);
  await using load = await Workload.start(pair.master.client(), { seed: 9, name: "chain", commandsPerSecond: 1_000 });
  for (const commands of [500, 1_000]) {
    await eventually(() => load.stats.commands > commands);
    await pair.respawn("eu-west");
  }
  await eventually(async () => (await pair.feed()).replicas.length === 1, { timeoutMs: 30_000 });
  await load.stop();
  for (const replica of [near, far]) await pair.same(replica);
  expect(await pair.feed("eu-north")).toMatchObject({ fullSyncs: 1, disconnects: 0 });
  expect((await pair.stream("us-east")).master).toMatchObject({ fullSyncs: 1, historiesLost: 0 });

  await eventually(async () => {
    const offset = await pair.master.info("master_repl_offset");
    const [link, ...others] = (await pair.status("us-east")).links;
    const peers = link!.streams.map(({ region, acked, lag }) => [region, acked.applied, lag?.behindBytes.applied]);
    expect([others, peers]).toEqual([
      [],
      [
        [undefined, offset, 0],
        ["eu-north", offset, 0],
      ],
    ]);
  });
});
