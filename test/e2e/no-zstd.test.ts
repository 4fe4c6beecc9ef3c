/** Links that are to be packed by zstd where a machine has none: records travel all the same, and it is said. */
import { readFile, writeFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { warningsOf } from "../../src/admin/status/verdict.ts";
import { eventually } from "../support/eventually.ts";
import { spawnCli } from "../support/gateway.ts";
import { Pair } from "../support/pair.ts";

const NONE = { CAUSEWAY_ZSTD: "none" };

test("a link that is to be packed by zstd and cannot be warns on both sides and in check; one that may be does not", async () => {
  await using pair = await Pair.create({ link: { codec: "zstd" } });
  const check = async () => {
    const cli = spawnCli(["check", "--config", pair.topology.path, "--region", "eu-west"], { ...pair.topology.env, ...NONE });
    await cli.exited;
    return cli.output;
  };
  const us = pair.spawn("us-east");
  const eu = pair.spawn("eu-west", { env: NONE });
  await pair.master.call("SET", "one", "1");
  await eventually(async () => expect(await pair.target.call("GET", "one")).toBe("1"));

  const here = /^the link from us-east to eu-west is to be packed by zstd, which eu-west does not have: /;
  expect(warningsOf(await pair.status("eu-west"))).toEqual([expect.stringMatching(here)]);
  expect(eu.events.filter(({ event }) => event === "topology.warned")).toMatchObject([{ msg: expect.stringMatching(here) }]);
  expect(warningsOf(await pair.status("us-east"))).toEqual([
    "eu-west has no zstd, by which the link to it is to be packed: records travel as they lie in the journal (LZ4)",
  ]);
  expect(us.events.filter(({ event }) => event === "link.codec-missing")).toMatchObject([{ link: "eu-west", stream: "us-east/0" }]);
  expect(await check()).toMatch(/warning +gateway of eu-west +the link from us-east to eu-west is to be packed by zstd/);

  const topology = JSON.parse(await readFile(pair.topology.path, "utf8"));
  await writeFile(pair.topology.path, JSON.stringify({ ...topology, link: { ...topology.link, codec: "auto" } }));
  expect(await check()).not.toContain("zstd");
});
