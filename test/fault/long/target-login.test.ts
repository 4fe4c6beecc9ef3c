/** The target's user changes while the stream runs. */
import { expect, test } from "vitest";
import { Pair } from "../../support/pair.ts";
import { deliverySays, streaming } from "../../support/under-load.ts";

/** Streams, with a user of its own in the target. */
async function loggedIn(): Promise<Pair> {
  const pair = await Pair.create({
    env: { TARGET_PASSWORD: "the-old-one" },
    write: () => ({ username: "apply", password: `\${TARGET_PASSWORD}` }),
  });
  await pair.target.call("ACL", "SETUSER", "apply", "on", ">the-old-one", "~*", "&*", "+@all");
  pair.run();
  await streaming(pair);
  return pair;
}

test("the password is changed: nothing ends until the next login, which is refused in clear words and without the password", async () => {
  await using pair = await loggedIn();
  const { target } = pair;
  await target.call("ACL", "SETUSER", "apply", "resetpass", ">the-new-one");
  await pair.master.call("SET", "a", "1");
  await pair.caughtUp();
  expect(await target.call("GET", "a")).toBe("1");

  await target.call("CLIENT", "KILL", "USER", "apply");
  const { message } = await deliverySays(pair, "TARGET_REFUSED", "halted");
  expect(message).toMatch(/WRONGPASS|refused the login/);
  await pair.master.call("SET", "a", "2");
  expect(await target.call("GET", "a")).toBe("1");
  expect(pair.eu.output).not.toContain("the-old-one");

  await target.call("ACL", "SETUSER", "apply", ">the-old-one");
  await pair.eu.restart();
  await streaming(pair);
  await pair.caughtUp();
  expect(await pair.problems()).toEqual([]);
  expect(await pair.master.info("sync_full")).toBe("1");
});

test("a right is taken away: the unit that needs it is refused whole, by the name of the command", async () => {
  await using pair = await loggedIn();
  const { target, master } = pair;
  await target.call("ACL", "SETUSER", "apply", "-lpush");
  await master.call("EVAL", "redis.call('INCR', 'n') redis.call('LPUSH', 'l', 'x')", 0);
  const { message } = await deliverySays(pair, "TARGET_REFUSED", "halted");
  expect(message).toContain("LPUSH");
  expect(await target.call("EXISTS", "n", "l")).toBe(0);
  await target.call("ACL", "SETUSER", "apply", "+lpush");
  await pair.eu.restart();
  await streaming(pair);
  await pair.caughtUp();
  expect(await pair.problems()).toEqual([]);
});

test("MULTI itself is taken away: halted by name; the unit on its way ran as it is, its checkpoint behind it, and does not run again", async () => {
  await using pair = await loggedIn();
  const { target, master } = pair;
  await target.call("ACL", "SETUSER", "apply", "-multi");
  await master.call("EVAL", "redis.call('INCR', 'n') redis.call('RPUSH', 'l', 'x')", 0);
  const { message } = await deliverySays(pair, "TARGET_REFUSED", "halted");
  expect(message).toContain("MULTI");
  await target.call("ACL", "SETUSER", "apply", "+multi");
  await pair.eu.restart();
  await streaming(pair);
  await pair.caughtUp();
  expect(await pair.problems()).toEqual([]);
});
