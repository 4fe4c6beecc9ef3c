/** What a person may choose for a master that was emptied: to obey every snapshot, or to keep the copy. */
import { expect, test } from "vitest";
import { eventually } from "../../support/eventually.ts";
import { operate, withOperator } from "../../support/operator.ts";
import { Pair } from "../../support/pair.ts";

const KEYS = 300;

async function fill(pair: Pair): Promise<void> {
  const filled = pair.master.client().pipeline();
  for (let index = 0; index < KEYS; index++) filled.set(`key:${index}`, "v");
  await filled.exec();
  await pair.caughtUp();
}

test("with guard.shrink at 0 every snapshot is obeyed", async () => {
  await using pair = await Pair.start({ write: () => ({ guard: { shrink: 0 } }) });
  await fill(pair);
  await pair.master.kill9();
  await pair.master.restart();
  await pair.master.call("SET", "fresh", "1");
  await eventually(async () => (await pair.target.call("EXISTS", "key:1")) === 0, { timeoutMs: 30_000 });
});

test("a FLUSHALL by mistake: the copy is promoted instead", async () => {
  await using pair = await Pair.start({ ...withOperator, write: () => ({ guard: { flush: true } }) });
  await fill(pair);
  await pair.master.call("FLUSHALL");
  await pair.eu.untilEvent("service.halted", 30_000);
  expect((await operate(pair, "promote", "--stream", "us-east")).code).toBe(0);
  expect(await pair.target.call("EXISTS", "key:1")).toBe(1);
});
