/** `master.bound`: a stock master refuses writes while no other region has what is older, and takes them again once one has caught up. */
import { expect, test } from "vitest";
import { eventually } from "../../support/eventually.ts";
import { FedPair } from "../../support/fed-pair.ts";

const masterArgs = [
  "--min-replicas-to-write",
  "1",
  "--min-replicas-max-lag",
  "2",
  "--repl-timeout",
  "6",
  "--repl-ping-replica-period",
  "1",
];

test("data at risk is bounded by the master itself: writes are refused during an outage, and the connection lives on", async () => {
  await using pair = await FedPair.start({ ack: "remote-durable", bound: { lag: "1s", keepalive: "4s" }, masterArgs });
  const client = pair.master.client();
  await eventually(async () => (await client.set("first", "x")) === "OK", { timeoutMs: 20_000 });
  const before = (await pair.stream("us-east")).master!;

  pair.proxy.cut("blackhole");
  await eventually(
    () =>
      client.incr("written").then(
        () => Promise.reject(new Error("the master still takes writes")),
        (error: Error) => expect(error.message).toMatch(/^NOREPLICAS/),
      ),
    { timeoutMs: 20_000, intervalMs: 100 },
  );
  const { master } = await pair.stream("us-east");
  expect(master).toMatchObject({ acksHeld: before.acksHeld + 1, ackHeldSinceMs: expect.any(Number) });

  // Longer than repl-timeout: a keepalive now and then is what holds the connection.
  const until = performance.now() + 8_000;
  await eventually(() => performance.now() > until, { timeoutMs: 10_000 });
  expect((await pair.stream("us-east")).master).toMatchObject({ state: "streaming", partialSyncs: before.partialSyncs, fullSyncs: 1 });
  expect(await pair.master.info("connected_slaves")).toBe("1");

  pair.proxy.heal();
  await eventually(async () => (await pair.stream("us-east")).master!.ackHeldSinceMs === undefined, { timeoutMs: 30_000 });
  await eventually(async () => (await client.set("after", "x")) === "OK");
});
