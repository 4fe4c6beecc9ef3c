/** The judge of the random faults compares again what was on its way, and calls nothing right that stays wrong. */
import { expect, test } from "vitest";
import { compare } from "../../fault/random/oracle.ts";
import { RedisServer } from "../../support/redis-server.ts";

test.each([
  ["comes while one waits", true, []],
  ["never comes", false, [expect.stringMatching(/^copy 0: db 0 "late": /)]],
] as const)("a key that %s", async (_, comes, wrong) => {
  await using master = await RedisServer.start();
  await using copy = await RedisServer.start();
  for (const server of [master, copy]) await server.call("SET", "early", "1");
  await master.call("SET", "late", "2");
  const problems: string[] = [];
  const caughtUp = async () => {
    if (comes) await copy.call("SET", "late", "2");
  };
  const keys = await compare({ master, copies: [copy], delivery: "write", caughtUp }, [], problems);
  expect([problems, keys]).toEqual([wrong, 2]);
});
