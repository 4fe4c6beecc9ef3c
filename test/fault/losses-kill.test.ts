/** A gateway is killed while it loads a snapshot of which the target cannot hold everything: each key that is left out is named once. */
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { eventually } from "../support/eventually.ts";
import { Pair } from "../support/pair.ts";
import { streaming } from "../support/under-load.ts";

const LONG = 16;

test("kill -9 in the middle of a load: the file names each key that was left out once", async () => {
  await using pair = await Pair.create({
    targetArgs: ["--proto-max-bulk-len", "1mb"],
    write: () => ({ onUnsupported: "skip" }),
  });
  const master = pair.master.client();
  // What cannot be packed goes by APPEND, which the target's limit is for.
  for (let index = 1; index <= LONG; index++) await master.mset(`long:${index}`, randomBytes(1_200_000), `short:${index}`, "a value");
  pair.run();
  for (const time of [3, 9, 15]) {
    await pair.respawn("eu-west", { env: { CAUSEWAY_CRASH_POINT: `delivery-loading:${time}` } });
    await eventually(() => pair.eu.exit !== undefined, { timeoutMs: 30_000, what: "the crash" });
    expect(pair.eu.exit?.signal).toBe("SIGKILL");
  }
  await pair.respawn("eu-west");
  await streaming(pair);
  const file = join(pair.folder, "data", "eu-west", "us-east-0.unsupported.jsonl");
  const named = readFileSync(file, "utf8")
    .trim()
    .split("\n")
    .map((line) => Buffer.from(JSON.parse(line).key, "base64").toString());
  expect(named.toSorted()).toEqual(Array.from({ length: LONG }, (_, index) => `long:${index + 1}`).toSorted());
  expect(await pair.target.call("DBSIZE")).toBe(LONG + 1);
});
