/** Somebody else writes to the target: what can be noticed is noticed, and after that nothing more is touched. */
import { expect, test } from "vitest";
import { checkpointKey } from "../../../src/delivery/write/target/checkpoint.ts";
import { StreamId } from "../../../src/stream/position.ts";
import { eventually } from "../../support/eventually.ts";
import { Pair } from "../../support/pair.ts";
import { deliverySays, loads, streaming } from "../../support/under-load.ts";

const KEY = checkpointKey(StreamId.of("us-east", 0));

async function running(options: Parameters<typeof Pair.start>[0] = {}): Promise<Pair> {
  const pair = await Pair.start(options);
  await streaming(pair);
  await pair.master.call("SET", "n", "1");
  await pair.caughtUp();
  return pair;
}

const readiness = async (pair: Pair) => {
  const ready = await fetch(`http://127.0.0.1:${pair.topology.ports["eu-west"]!.admin}/readyz`);
  return [ready.status, await ready.text()];
};

test("WRONGTYPE: the stream halts, says which command, and stays halted over a restart until somebody adopts the target", async () => {
  await using pair = await running();
  await pair.target.call("DEL", "n");
  await pair.target.call("RPUSH", "n", "stray");
  await pair.master.call("INCR", "n");
  await deliverySays(pair, "TARGET_REJECTED", "halted");
  expect(await readiness(pair)).toEqual([503, expect.stringContaining("INCR: WRONGTYPE")]);
  await pair.master.call("SET", "after", "1");

  await pair.eu.restart();
  expect(await pair.eu.exited).toMatchObject({ code: 3 });
  expect(pair.eu.output).toContain("marked as diverged");
  expect([await pair.target.call("TYPE", "n"), await pair.target.call("EXISTS", "after")]).toEqual(["list", 0]);

  pair.spawn("eu-west", { args: ["--adopt"] });
  await eventually(async () => (await pair.target.call("GET", "after")) === "1", { timeoutMs: 30_000 });
  expect(await pair.problems()).toEqual([]);
  expect(await pair.master.info("sync_full")).toBe("1");
});

test("WRONGTYPE with onDivergence dead-letter: each refused command is counted, everything else goes on", async () => {
  await using pair = await running({ write: () => ({ onDivergence: "dead-letter" }) });
  await pair.target.call("DEL", "n");
  await pair.target.call("RPUSH", "n", "stray");
  for (const key of ["n", "a", "n", "b", "n"]) await pair.master.call("INCR", key);
  await pair.caughtUp();
  const { delivery } = await pair.stream("eu-west");
  expect(delivery).toMatchObject({ divergences: 3, deadLetters: 3 });
  expect(await pair.problems()).toEqual(['db 0 "n": type string and list']);
  expect(loads(pair)).toBe(1);
});

test.each<[string, string, string, string[]]>([
  ["changes", "CHECKPOINT_CONFLICT", "a text that this version did not write", ["SET", KEY, "something else"]],
  [
    "gives another type to",
    "CHECKPOINT_CONFLICT",
    "a value of another type",
    ["EVAL", "redis.call('DEL', KEYS[1]) redis.call('RPUSH', KEYS[1], 'x')", "1", KEY],
  ],
  ["deletes", "CHECKPOINT_LOST", "no checkpoint of this stream", ["DEL", KEY]],
])("a stray writer %s the checkpoint: %s, at a restart %s, and no data is touched", async (_, code, atStart, [command, ...words]) => {
  await using pair = await running();
  await pair.target.call(command!, ...words);
  await pair.master.call("SET", "n", "2");
  await deliverySays(pair, code, "halted");
  await pair.master.call("SET", "n", "3");
  expect(await pair.target.call("GET", "n")).toBe("1");

  // A restart changes nothing about it: what is there is not ours any more.
  await pair.eu.restart();
  expect(await pair.eu.exited).toMatchObject({ code: 3 });
  expect(pair.eu.output).toContain(atStart);
  expect(await pair.target.call("GET", "n")).toBe("1");
});

test("FLUSHALL by mistake: halted, not continued on an empty copy; a restart makes the copy anew from the journal", async () => {
  await using pair = await running();
  await pair.target.call("FLUSHALL");
  await pair.master.call("SET", "m", "2");
  await deliverySays(pair, "CHECKPOINT_LOST", "halted");
  expect(await pair.target.call("DBSIZE")).toBe(0);
  expect(await readiness(pair)).toEqual([503, expect.stringContaining("emptied the target")]);
  await pair.eu.restart();
  await streaming(pair);
  await pair.caughtUp();
  expect(await pair.problems()).toEqual([]);
  expect(await pair.master.info("sync_full")).toBe("1");
});
