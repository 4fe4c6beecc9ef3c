/** A key expires in the target when the source says so, however late the stream is. */
import { expect, test } from "vitest";
import { Pair } from "../support/pair.ts";
import { prolongDuringAnOutage, prolonged } from "../support/prolonged.ts";

test("INCR on a key whose time was over at the target continues it, with its TTL", async () => {
  expect(await prolonged({})).toEqual({ problems: [], counter: "7" });
});

test("without a guard the target's clock takes such keys, and the gateway says that it may", async () => {
  await using pair = await Pair.start({ write: () => ({ expiry: { guard: "0s" } }) });
  await prolongDuringAnOutage(pair);
  expect(await pair.target.client().get("counter")).toBe("2");
  expect((await pair.stream("eu-west")).delivery?.expiry).toEqual({ by: "target", guardMs: 0 });
});
