/** `causeway promote`: the target becomes a server of its own, with the true expiries. */
import { expect, test } from "vitest";
import { eventually } from "../support/eventually.ts";
import { operate, withOperator } from "../support/operator.ts";
import { Pair } from "../support/pair.ts";

test("what the journal holds is applied first; a stream that is not delivered here is refused", async () => {
  await using pair = await Pair.start({ ...withOperator, write: () => ({ expiry: { guard: "1h" } }) });
  await pair.master.call("SET", "key", "1", "PX", 3_600_000);
  await pair.caughtUp();
  pair.target.pause();
  for (let index = 0; index < 500; index++) await pair.master.call("INCR", "counter");
  const offset = BigInt((await pair.master.info("master_repl_offset"))!);
  await eventually(async () => BigInt((await pair.stream("eu-west")).positions.received ?? 0) >= offset, { what: "the journal" });
  const promoted = operate(pair, "promote", "--stream", "us-east");
  pair.target.resume();
  expect((await promoted).code).toBe(0);
  // The command has asked many times, and then another one did.
  expect((await operate(pair, "promote", "--stream", "us-east")).code).toBe(0);
  expect(pair.eu.countEvents("admin.promotion-asked")).toBe(1);
  expect(await pair.problems()).toEqual([]);
  expect(await pair.target.call("GET", "counter")).toBe("500");
  expect((await operate(pair, "promote", "--stream", "us-north")).code).toBe(2);
});

test("fields of hashes that expire, by the snapshot and by the stream, get their own expiries back", async ({ skip }) => {
  await using pair = await Pair.create(withOperator);
  const { master, target } = pair.clients();
  const [known] = (await master.call("COMMAND", "INFO", "HPEXPIREAT")) as readonly unknown[];
  if (!known) skip("this server knows no expiry of fields");
  const at = Date.now() + 3_600_000;
  const write = async (from: number) => {
    const writes = master.pipeline();
    for (let hash = from; hash < from + 50; hash++) {
      // Packed and unpacked, some with an expiry of the key too.
      const fields = Array.from({ length: hash % 10 === 0 ? 700 : 5 }, (_, index) => `f${index}`);
      writes.hset(`h:${hash}`, ...fields.flatMap((field) => [field, "v"]));
      writes.call("HPEXPIREAT", `h:${hash}`, at + hash, "FIELDS", 2, "f0", "f1");
      if (hash % 3 === 0) writes.pexpireat(`h:${hash}`, at + hash);
    }
    await writes.exec();
  };
  const expiries = async (client: typeof master) => {
    const asked = Array.from({ length: 100 }, (_, hash) => client.call("HPEXPIRETIME", `h:${hash}`, "FIELDS", 3, "f0", "f1", "f2"));
    return await Promise.all(asked);
  };
  await write(0);
  pair.run();
  await pair.caughtUp();
  await write(50);
  await pair.caughtUp();
  expect(await pair.problems()).toEqual([]);
  const day = 86_400_000;
  expect((await expiries(target))[7]).toEqual([at + 7 + day, at + 7 + day, -1]);
  expect((await operate(pair, "promote", "--stream", "us-east")).code).toBe(0);
  expect(await expiries(target)).toEqual(await expiries(master));
  expect(await pair.problems()).toEqual([]);
});
