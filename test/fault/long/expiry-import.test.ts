/** Valkey's import mode: no guard is needed, readers see no key that is over, and a promotion ends it. VALKEY_SERVER is a valkey-server of 8.1 or newer. */
import { expect, test } from "vitest";
import { warningsOf } from "../../../src/admin/status/verdict.ts";
import { eventually } from "../../support/eventually.ts";
import { operate, withOperator } from "../../support/operator.ts";
import { Pair } from "../../support/pair.ts";

const BIN = process.env["VALKEY_SERVER"];
const SHORT_MS = 400;

test.skipIf(!BIN)("a key whose time was over at the target goes on with its TTL; the promotion turns the mode off", async () => {
  await using pair = await Pair.start({ ...withOperator, targetServer: { bin: BIN! } });
  const { master, target } = pair.clients();
  await pair.caughtUp();
  expect((await pair.stream("eu-west")).delivery?.expiry).toEqual({ by: "import", guardMs: 0 });
  for (const key of ["counter", "ends"]) await master.set(key, "5", "PX", SHORT_MS);
  await pair.caughtUp();
  pair.proxy.cut();
  await master.incr("counter");
  await master.pexpire("counter", 600_000);
  await eventually(async () => (await master.exists("ends")) === 0, { what: "the end of the key" });
  // Hidden from readers as in a replica, and still there.
  expect([await target.get("ends"), await target.get("counter"), await target.dbsize()]).toEqual([null, null, 3]);
  await master.incr("counter");
  pair.proxy.heal();
  await pair.caughtUp();
  expect(await pair.problems()).toEqual([]);
  expect(await target.get("counter")).toBe("7");

  // Over, and nobody is left to say so.
  await master.set("last", "1", "PX", SHORT_MS);
  await pair.caughtUp();
  await pair.us.kill9();
  await eventually(async () => (await master.exists("last")) === 0, { what: "the end of the last key" });
  expect((await operate(pair, "promote", "--stream", "us-east")).code).toBe(0);
  expect(await target.config("GET", "import-mode")).toEqual(["import-mode", "no"]);
  expect([await target.exists("last"), await target.get("counter")]).toEqual([0, "7"]);
});

test.skipIf(!BIN)("where the login may not change settings, expiries are guarded, and that is said", async () => {
  await using pair = await Pair.start({
    targetServer: { bin: BIN! },
    write: async (target) => {
      await target.call("ACL", "SETUSER", "carrier", "on", ">carrier's password", "~*", "&*", "+@all", "-config|set");
      return { username: "carrier", password: `\${TARGET_PASSWORD}` };
    },
    env: { TARGET_PASSWORD: "carrier's password" },
  });
  await pair.master.call("SET", "key", "1", "PX", 600_000);
  await pair.caughtUp();
  expect(await pair.problems()).toEqual([]);
  const status = await pair.status("eu-west");
  expect(status.streams[0]!.delivery?.expiry).toEqual({ by: "guard", guardMs: 86_400_000, refusal: expect.stringContaining("NOPERM") });
  expect(warningsOf(status)).toContainEqual(expect.stringContaining("import mode cannot be used"));
});

/** An RDB is read without the keys that are over, whatever the setting; an AOF is not. */
test.skipIf(!BIN).each([
  { args: ["--save", "3600 1"], counter: "2", counts: true },
  { args: ["--appendonly", "yes", "--import-mode", "yes"], counter: "7", counts: false },
])("the target restarts while the stream is late ($args.0): what that may have cost is said", async ({ args, counter, counts }) => {
  await using pair = await Pair.start({ targetServer: { bin: BIN! }, targetArgs: args });
  const { master } = pair.clients();
  await pair.caughtUp();
  await master.set("counter", "5", "PX", SHORT_MS);
  await pair.caughtUp();
  pair.proxy.cut();
  await master.incr("counter");
  await master.pexpire("counter", 600_000);
  await master.set("ends", "1", "PX", SHORT_MS);
  await eventually(async () => (await master.exists("ends")) === 0, { what: "the end of the time that the target knows" });
  await pair.target.restart();
  await master.incr("counter");
  pair.proxy.heal();
  await pair.caughtUp();
  expect(await pair.target.client().get("counter")).toBe(counter);
  const { delivery } = await pair.stream("eu-west");
  expect((delivery?.guardExceeded ?? 0) > 0).toBe(counts);
  expect((await pair.problems()).length > 0).toBe(counts);
});
