/** Bad input gives one clear sentence, a documented exit code, and touches no data. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { ExitCode } from "../../src/cli/exit-codes.ts";
import { eventually } from "../support/eventually.ts";
import { spawnCli } from "../support/gateway.ts";
import { Pair } from "../support/pair.ts";
import { RedisServer } from "../support/redis-server.ts";
import { tempFolder } from "../support/temp-folder.ts";
import { type RegionSpec, writeTopology } from "../support/topology-file.ts";

type Ended = { readonly code: number | null; readonly output: string };

async function runRegion(regions: Readonly<Record<string, RegionSpec>>, region: string, args: readonly string[] = []): Promise<Ended> {
  await using folder = await tempFolder("bad-input");
  const { path, env } = await writeTopology({ folder: folder.path, regions });
  const child = spawnCli(["run", "--config", path, "--region", region, ...args], env);
  try {
    const { code } = await child.exited;
    return { code, output: child.output };
  } finally {
    await child.kill9();
  }
}

/** What the process says to a person: everything but the log's JSON lines. */
function sentences(output: string): readonly string[] {
  return output.split("\n").filter((line) => line !== "" && !line.startsWith("{"));
}

const anyTarget = (url: string) => ({ "us-east": { url } });

describe("a start that is refused", () => {
  test("wrong password of the master", async () => {
    await using master = await RedisServer.start({ args: ["--requirepass", "right horse battery staple"] });
    const { code, output } = await runRegion({ "us-east": { master: { url: master.url } } }, "us-east");
    expect([code, sentences(output)]).toEqual([ExitCode.refused, [expect.stringContaining("wants a login")]]);
  });

  test("wrong password of the target; the password is not repeated", async () => {
    await using target = await RedisServer.start({ args: ["--requirepass", "right horse battery staple"] });
    await using folder = await tempFolder("secret");
    await writeFile(join(folder.path, "password"), "a wrong password");
    const write = { url: target.url, password: `file:${join(folder.path, "password")}` };
    const regions = { "us-east": { master: { url: "redis://127.0.0.1:1" } }, "eu-west": { replicas: { "us-east": write } } };
    const { code, output } = await runRegion(regions, "eu-west");
    expect(code).toBe(ExitCode.refused);
    expect(sentences(output)).toHaveLength(1);
    expect(output).toMatch(/login|password/);
    expect(output).not.toContain("a wrong password");
  });

  test("a target that holds foreign keys, unless adopted", async () => {
    await using pair = await Pair.create();
    const { master, target } = pair.clients();
    await master.set("ours", "1");
    await target.set("foreign", "precious");
    const refused = pair.spawn("eu-west");
    expect((await refused.exited).code).toBe(ExitCode.refused);
    expect(sentences(refused.output)).toEqual([expect.stringMatching(/holds 1 keys.*adopt/)]);
    expect(await target.get("foreign")).toBe("precious");
    expect(await target.dbsize()).toBe(1);

    pair.spawn("us-east");
    pair.spawn("eu-west", { args: ["--adopt"] });
    await eventually(async () => (await target.get("ours")) === "1" && (await target.exists("foreign")) === 0, { timeoutMs: 30_000 });
  });

  test("a target that is a read-only replica", async () => {
    await using master = await RedisServer.start();
    await using replica = await RedisServer.start({ args: ["--replicaof", `127.0.0.1 ${master.port}`] });
    await eventually(async () => (await replica.info("master_link_status")) === "up");
    const regions = { "us-east": { master: { url: "redis://127.0.0.1:1" } }, "eu-west": { replicas: anyTarget(replica.url) } };
    const { code, output } = await runRegion(regions, "eu-west");
    expect([code, sentences(output)]).toEqual([ExitCode.refused, [expect.stringContaining("read-only replica")]]);
  });

  test("a region that is not in the topology", async () => {
    const { code, output } = await runRegion({ "us-east": { master: { url: "redis://127.0.0.1:1" } } }, "us-west");
    expect([code, sentences(output)]).toEqual([ExitCode.usage, [expect.stringMatching(/us-west is not in .*known: us-east/)]]);
  });

  test("a topology that cannot be parsed, and one with several mistakes at once", async () => {
    await using folder = await tempFolder("topology");
    const path = join(folder.path, "topology.yaml");
    await writeFile(path, "regions: [");
    const unparsable = spawnCli(["run", "--config", path, "--region", "us-east"]);
    expect((await unparsable.exited).code).toBe(ExitCode.usage);
    expect(unparsable.output).toContain(path);

    await writeFile(path, "version: 1\nsecret: plain\nregoins: {}\nregions:\n  us-east: { gateway: { listen: nowhere } }\n");
    const wrong = spawnCli(["run", "--config", path, "--region", "us-east"]);
    expect((await wrong.exited).code).toBe(ExitCode.usage);
    for (const problem of ["regoins", "secret", "listen", "admin"]) expect(wrong.output).toContain(problem);
  });

  test("a second gateway on the same data folder", async () => {
    await using pair = await Pair.start();
    await eventually(() => pair.status("us-east"));
    const second = pair.spawn("us-east");
    expect((await second.exited).code).toBe(ExitCode.refused);
    expect(sentences(second.output)).toHaveLength(1);
  });
});

test("a peer with another secret, and one that the topology gives nothing, are refused and counted; replication goes on", async () => {
  await using pair = await Pair.start();
  const { master, target } = pair.clients();
  await master.set("before", "1");
  await eventually(() => target.get("before").then((value) => value === "1"), { timeoutMs: 30_000 });

  await using folder = await tempFolder("stranger");
  const stranger = await RedisServer.start();
  await using _stranger = stranger;
  const { us } = { us: pair.topology.ports["us-east"]! };
  const ports = { "us-east": us, "eu-west": { link: us.link + 1, admin: us.admin + 1 }, "ap-south": pair.topology.ports["eu-west"]! };
  const regions = { "us-east": { master: { url: pair.master.url } }, "ap-south": { replicas: anyTarget(stranger.url) } };
  const strange = await writeTopology({
    folder: folder.path,
    regions,
    ports: { ...ports, "ap-south": { link: us.link + 7, admin: us.admin + 7 } },
  });
  for (const env of [strange.env, { CAUSEWAY_SECRET: "some other secret that nobody shares" }]) {
    const child = spawnCli(["run", "--config", strange.path, "--region", "ap-south"], env);
    await eventually(() => child.output.includes("LINK_REFUSED"), { timeoutMs: 20_000 });
    await child.terminate();
  }
  const { links, listener } = await pair.status("us-east");
  expect(listener?.refusals).toMatchObject({ "not-in-topology": expect.any(Number), secret: expect.any(Number) });
  // Strangers are not the peer's fault.
  expect(links[0]?.refusals).toBe(0);
  expect(await stranger.call("DBSIZE")).toBe(0);
  await master.set("after", "1");
  await eventually(() => target.get("after").then((value) => value === "1"));
});
