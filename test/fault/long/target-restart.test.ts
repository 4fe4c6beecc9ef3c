/** The target goes away and comes back: with everything, behind what it had acknowledged, or not ready for a while. */
import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { eventually } from "../../support/eventually.ts";
import { Pair } from "../../support/pair.ts";
import { conditions, loads, underLoad } from "../../support/under-load.ts";

test("restarts with its append-only file", async () => {
  await using pair = await Pair.start({ targetArgs: ["--appendonly", "yes", "--appendfsync", "always"] });
  await underLoad(pair, 31, async ({ more }) => {
    await pair.target.restart();
    await more(1_000);
    await pair.target.kill9();
    await more(1_000);
    await pair.target.restart();
  });
  expect(loads(pair)).toBe(1);
});

test("comes back behind its own last ack: continued from the checkpoint that it really has, and the acks say so", async () => {
  await using pair = await Pair.start();
  const { target } = pair;
  const dump = join(target.dir, "dump.rdb");
  const acked = async () => {
    const [link] = (await pair.status("us-east")).links;
    const { acked: stages, lag } = link!.streams[0]!;
    return { applied: BigInt(stages.applied ?? 0), behind: lag?.behindBytes.applied ?? 0 };
  };
  let saved = 0n;
  await underLoad(pair, 32, async ({ more }) => {
    await target.call("SAVE");
    saved = BigInt(/offset=(\d+)/.exec(String(await target.call("GET", "causeway:checkpoint:{us-east/0}")))![1]!);
    await copyFile(dump, `${dump}.earlier`);
    await more(3_000);
    await eventually(async () => (await acked()).applied > saved + 50_000n, { what: "acks that go on" });
    const before = (await acked()).applied;

    await target.kill9();
    await copyFile(`${dump}.earlier`, dump);
    // It takes no writes at first, so that the state in between can be looked at.
    await target.restart(["--min-replicas-to-write", "1"]);
    await eventually(async () => (await acked()).applied < before, { what: "acks that go back" });
    expect(pair.eu.countEvents("delivery.went-back")).toBe(1);
    const { applied, behind } = await acked();
    expect(Number(applied - saved)).toBeLessThan(50_000);
    expect(behind).toBeGreaterThanOrEqual(Number(before - applied));
    await target.call("CONFIG", "SET", "min-replicas-to-write", "0");
  });
  await eventually(async () => (await acked()).behind === 0);
  expect(loads(pair)).toBe(1);
});

test("loads a large data set for a while: -LOADING is waited for", async () => {
  await using pair = await Pair.start({ targetArgs: ["--enable-debug-command", "yes"] });
  const { target } = pair;
  await underLoad(pair, 33, async ({ more }) => {
    await pair.master.call("EVAL", "for i = 1, 3000 do redis.call('SET', 'big:' .. i, i) end", 0);
    await more(500);
    await target.call("SAVE");
    await target.kill9();
    // Microseconds per key: a second or two.
    await target.restart(["--key-load-delay", "500", "--loading-process-events-interval-bytes", "1024"]);
    await eventually(() => conditions(pair).has("LOADING"), { what: "waiting" });
  });
  expect(loads(pair)).toBe(1);
});

test("comes back empty: its acks are taken back, and the copy is made anew from the journal", async () => {
  await using pair = await Pair.start();
  await underLoad(pair, 34, async ({ more }) => {
    await pair.target.kill9();
    await more(500);
    await pair.target.restart();
    await pair.eu.untilEvent("delivery.went-back");
    await eventually(() => loads(pair) === 2);
  });
  expect(await pair.master.info("sync_full")).toBe("1");
});
