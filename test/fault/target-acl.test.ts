/** The rules of deploy/SECURITY.md, read from there, are enough for everything a gateway does, and no more than is needed. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { checkpointKey } from "../../src/delivery/write/target/checkpoint.ts";
import { openRawSocket } from "../../src/delivery/write/target/raw-socket.ts";
import { Target } from "../../src/delivery/write/target/target.ts";
import type { GatewayError } from "../../src/errors.ts";
import { StreamId } from "../../src/stream/position.ts";
import { loadEveryType } from "../support/dataset.ts";
import { eventually } from "../support/eventually.ts";
import { Pair } from "../support/pair.ts";
import { RedisServer } from "../support/redis-server.ts";
import { streaming } from "../support/under-load.ts";
import { Workload } from "../support/workload.ts";

const KEY = checkpointKey(StreamId.of("us-east", 0));
const DOCUMENT = readFileSync(new URL("../../deploy/SECURITY.md", import.meta.url), "utf8");

/** The words behind `ACL SETUSER user`. */
function documented(user: string): readonly string[] {
  const [, rules] = new RegExp(`^ACL SETUSER ${user} (.*)$`, "m").exec(DOCUMENT)!;
  return rules!.split(" ");
}

const SOURCE = documented("causeway-source");
const TARGET = documented("causeway-target");
const setUser = (server: RedisServer, user: string, rules: readonly string[]) => server.call("ACL", "SETUSER", user, ...rules);

/** What was denied to this user, as `ACL LOG` names it. */
async function denied(server: RedisServer): Promise<readonly string[]> {
  const entries = (await server.call("ACL", "LOG")) as readonly (readonly unknown[])[];
  return entries.map((fields) => String(fields[fields.indexOf("object") + 1]));
}

async function restricted(): Promise<Pair> {
  const pair = await Pair.create({
    env: { SOURCE_PASSWORD: "source-secret", TARGET_PASSWORD: "target-secret" },
    source: () => ({ username: "causeway-source", password: `\${SOURCE_PASSWORD}` }),
    write: () => ({ username: "causeway-target", password: `\${TARGET_PASSWORD}` }),
  });
  await setUser(pair.master, "causeway-source", SOURCE);
  await setUser(pair.target, "causeway-target", TARGET);
  return pair;
}

test("snapshot, stream of every type, functions and the removal of stale keys, with exactly the documented rights", async () => {
  await using pair = await restricted();
  const { master, target } = pair.clients();
  await loadEveryType(master, { keys: 2_000 });
  await target.mset("stale:1", "x", "stale:2", "x");
  await target.call("FUNCTION", "LOAD", "#!lua name=stale\nredis.register_function('stale', function() end)");
  pair.run({ args: ["--adopt"] });
  await streaming(pair);
  await using workload = await Workload.start(master, { seed: 71, commandsPerSecond: 2_000 });
  await eventually(() => workload.stats.commands > 8_000, { timeoutMs: 40_000 });
  await workload.stop();
  await pair.caughtUp();
  await master.flushall();
  await master.set("last", "1");
  await pair.caughtUp();
  expect(await pair.problems()).toEqual([]);
  expect(await pair.stream("eu-west")).toMatchObject({ delivery: { keysRemoved: 2, divergences: 0 } });
  // Asked for and done without: what only `check` and a shorter start need.
  expect([await denied(pair.master), await denied(pair.target)]).toEqual([["command|info", "info"], ["config|get"]]);
});

test("each right that the guard and the start need is needed: without it nothing is begun", async () => {
  await using server = await RedisServer.start();
  const address = { host: server.host, port: server.port, username: "causeway-target", password: "target-secret" };
  const begin = async () => {
    const target = await Target.open(address);
    try {
      await target.readCheckpoint(KEY);
      (await openRawSocket(address, { checkpointKey: KEY, importing: false })).destroy();
    } finally {
      target.close();
    }
  };
  await setUser(server, "causeway-target", TARGET);
  await begin();
  await server.call("SET", KEY, "somebody's");
  for (const rule of ["~*", "+@write", "+ping", "+info", "+get", "+watch", "+multi", "+exec", "+eval", "+exists", "+pttl"]) {
    await setUser(server, "causeway-target", ["reset", ...TARGET.filter((word) => word !== rule)]);
    const code = await begin().then(
      () => "none",
      (error: GatewayError) => error.code,
    );
    expect(`${rule}: ${code}`).toBe(`${rule}: TARGET_REFUSED`);
  }
});
