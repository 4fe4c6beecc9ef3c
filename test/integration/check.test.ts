import { writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { join } from "node:path";
import { expect, test } from "vitest";
import { preflightMaster, preflightTarget } from "../../src/cli/preflight.ts";
import { runProgram } from "../../src/cli/program.ts";
import { checkpointKey } from "../../src/delivery/write/target/checkpoint.ts";
import { StreamId } from "../../src/stream/position.ts";
import { regionView } from "../../src/topology/region-view.ts";
import { loadTopology } from "../../src/topology/topology.ts";
import { captureTerminal } from "../support/capture-terminal.ts";
import { freePort } from "../support/free-port.ts";
import { LinkPair } from "../support/link-pair.ts";
import { RedisServer } from "../support/redis-server.ts";
import { originStatus, replicaStatus } from "../support/sample-status.ts";
import { tempFolder } from "../support/temp-folder.ts";

const stream = StreamId.of("us-east");
const CHECKPOINT = `causeway/1 streaming history=${"1".repeat(16)} offset=42 db=0 replid=${"a".repeat(40)} snapshot=- rdb=0 writer=${"2".repeat(16)} read=0`;
const ENV = { CAUSEWAY_SECRET: "a secret of sixteen or more" };

async function causeway(...words: (string | Record<string, string>)[]) {
  const args = words.filter((word) => typeof word === "string");
  const env = words.find((word) => typeof word === "object") ?? ENV;
  const terminal = captureTerminal();
  const code = await runProgram(args, { run: async () => 0, env, terminal });
  return { code, out: terminal.out(), err: terminal.err() };
}

const levels = (findings: readonly { readonly level: string; readonly message: string }[]) => findings.map(({ level }) => level);

test("a master with a sensible backlog is ok; a small backlog is a warning; no full sync is started", async () => {
  await using server = await RedisServer.start({ args: ["--repl-backlog-size", "32mb"] });
  const report = await preflightMaster(server);
  expect(report.findings).toEqual([
    { level: "ok", subject: `master 127.0.0.1:${server.port}`, message: expect.stringMatching(/^Redis \d.*, master, backlog 33\.6 MB$/) },
  ]);
  expect(report.facts?.role).toBe("master");
  await server.call("CONFIG", "SET", "repl-backlog-size", "1mb");
  expect(levels((await preflightMaster(server)).findings)).toEqual(["ok", "warning"]);
  expect(await server.info("sync_full")).toBe("0");
});

test("logins: missing, wrong, right, and without the right to replicate", async () => {
  await using server = await RedisServer.start({ args: ["--requirepass", "sesame", "--repl-backlog-size", "32mb"] });
  const address = { host: server.host, port: server.port };
  expect((await preflightMaster(address)).findings).toMatchObject([
    { level: "refused", message: expect.stringContaining("wants a login") },
  ]);
  expect((await preflightMaster({ ...address, password: "wrong" })).findings).toMatchObject([
    { level: "refused", message: expect.stringContaining("refuses the login") },
  ]);
  expect(levels((await preflightMaster({ ...address, password: "sesame" })).findings)).toEqual(["ok"]);
  expect(await preflightTarget({ address: { ...address, password: "wrong" }, stream })).toMatchObject([{ level: "refused" }]);

  const admin = server.client({ password: "sesame" });
  await admin.call("ACL", "SETUSER", "reader", "on", ">pw", "~*", "+info", "+command", "+acl");
  const reader = await preflightMaster({ ...address, username: "reader", password: "pw" });
  expect(reader.findings.at(-2)).toMatchObject({ level: "refused", message: expect.stringContaining("may not replicate") });
});

test("the rights that heartbeats need: what is missing is said with the words that grant it, asked for or tried", async () => {
  await using server = await RedisServer.start({ args: ["--repl-backlog-size", "32mb"] });
  const replicates = ["reset", "on", ">pw", "+psync", "+replconf", "+ping", "+command"];
  const look = async (rights: readonly string[], options = {}) => {
    await server.call("ACL", "SETUSER", "reader", ...replicates, ...rights);
    const { findings } = await preflightMaster({ host: server.host, port: server.port, username: "reader", password: "pw" }, options);
    return findings.map(({ level, message }) => `${level}: ${message}`);
  };
  const grantedBy = (text: string) => expect.stringMatching(new RegExp(`^warning: .*; allow it: ACL SETUSER reader ${text}$`));
  // Without the right to ask (acl|dryrun), and with it.
  for (const asks of [[], ["+acl"]]) {
    const publish = grantedBy("\\+publish &causeway:heartbeat");
    expect(await look([...asks, "+info"])).toEqual([expect.stringMatching(/^ok/), publish]);
    expect(await look(asks)).toEqual([grantedBy("\\+info"), publish]);
    expect(await look([...asks, "+info", "+publish"])).toEqual([expect.stringMatching(/^ok/), grantedBy("&causeway:heartbeat")]);
    expect(await look([...asks, "+info", "+publish", "&causeway:heartbeat"])).toEqual([expect.stringMatching(/^ok/)]);
    expect(await look([...asks, "+info"], { heartbeats: false })).toEqual([expect.stringMatching(/^ok/)]);
  }
});

test("nobody there is unreachable; something else than Redis is not ok", async () => {
  const address = { host: "127.0.0.1", port: await freePort() };
  expect((await preflightMaster(address)).findings).toMatchObject([
    { level: "unreachable", message: expect.stringContaining("nobody listens there") },
  ]);
  expect(await preflightTarget({ address, stream })).toMatchObject([{ level: "unreachable" }]);
});

test("a target is empty, foreign, ours, adopted, or a read-only replica", async () => {
  await using target = await RedisServer.start();
  const look = (adopt = false) => preflightTarget({ address: target, stream, adopt });
  expect(await look()).toMatchObject([{ level: "ok", message: expect.stringContaining("a snapshot will be loaded") }]);
  await target.call("SET", "foreign", "1");
  expect(await look()).toMatchObject([{ level: "refused", message: expect.stringContaining("holds 1 keys") }]);
  expect(await look(true)).toMatchObject([{ level: "ok" }]);
  await target.call("SET", checkpointKey(stream), CHECKPOINT);
  expect(await look()).toMatchObject([{ level: "ok", message: expect.stringContaining("holds our checkpoint at offset 42") }]);
  await target.call("CONFIG", "SET", "maxmemory", "1gb", "maxmemory-policy", "allkeys-lru");
  expect(levels(await look())).toEqual(["ok", "warning"]);

  await using other = await RedisServer.start();
  await other.call("REPLICAOF", "127.0.0.1", String(await freePort()));
  expect(await preflightTarget({ address: other, stream })).toMatchObject([
    { level: "refused", message: expect.stringContaining("read-only replica") },
  ]);
  expect(await target.call("GET", "foreign")).toBe("1");
});

test("causeway check: one line for each thing, and the exit code of the worst", async () => {
  await using folder = await tempFolder("check");
  await using master = await RedisServer.start({ args: ["--repl-backlog-size", "32mb"] });
  await using target = await RedisServer.start();
  const [link, admin] = [await freePort(), await freePort()];
  const config = join(folder.path, "topology.yaml");
  await writeFile(config, topology({ link, admin, master: master.url, target: target.url }));

  {
    const topologyDigest = regionView(loadTopology(config, ENV), "us-east").digest;
    await using _peer = await LinkPair.open({ listener: { port: link, secret: ENV.CAUSEWAY_SECRET, topologyDigest } });
    const good = await causeway("check", "-c", config);
    expect(good).toMatchObject({ code: 0, err: "" });
    expect(good.out).toMatch(/topology .* is valid: regions us-east, eu-west/);
    expect(good.out).toMatch(new RegExp(`ok +master 127.0.0.1:${master.port} `));
    expect(good.out).toMatch(new RegExp(`ok +target 127.0.0.1:${target.port} of us-east/0 `));
    expect(good.out).toMatch(new RegExp(`ok +peer us-east ws://127.0.0.1:${link} +lets us in`));
    expect(good.out).toMatch(/(ok|warning) +data folder .*eu-west/);
  }
  expect((await causeway("check", "-c", config, "-r", "eu-west")).code).toBe(4);
  expect((await causeway("check", "-c", config, "-r", "us-east")).code).toBe(0);
  await target.call("SET", "foreign", "1");
  expect((await causeway("check", "-c", config)).code).toBe(3);
  expect(await causeway("check", "-c", config, "-r", "eu")).toMatchObject({
    code: 2,
    err: expect.stringContaining("known: us-east, eu-west"),
  });
  await writeFile(join(folder.path, "data"), "no folder");
  expect((await causeway("check", "-c", config, "-r", "us-east")).code).toBe(1);
  await writeFile(config, topology({ link, admin, master: master.url, target: target.url, data: "/proc/causeway" }));
  const unwritable = await causeway("check", "-c", config, "-r", "us-east");
  expect(unwritable.code).toBe(1);
  expect(unwritable.out).toMatch(/failed +data folder \/proc\/causeway +is not writable \(\w+\)/);
  expect(await causeway("check", "-c", config, {})).toMatchObject({
    code: 2,
    err: "causeway: nothing was checked: no region's secrets and files are here\n",
  });
});

test("causeway status: table and JSON, unhealthy and unreachable gateways, and one that is somebody else", async () => {
  await using folder = await tempFolder("status");
  const [link, admin] = [await freePort(), await freePort()];
  const config = join(folder.path, "topology.yaml");
  await writeFile(config, topology({ link, admin, master: "redis://127.0.0.1:1", target: "redis://127.0.0.1:2" }));
  expect((await causeway("status", "-c", config)).code).toBe(4);

  let body: unknown = originStatus;
  const server = createServer((_, response) => response.setHeader("content-type", "application/json").end(JSON.stringify(body)));
  await listen(server, admin);
  try {
    const one = await causeway("status", "-c", config, "-r", "us-east");
    expect(one.code).toBe(0);
    expect(one.out).toMatch(/us-east {2}ready/);
    const both = await causeway("status", "-c", config, "--json");
    expect(both.code).toBe(1);
    expect(JSON.parse(both.out)).toMatchObject({
      regions: [
        { region: "us-east", status: originStatus },
        { region: "eu-west", error: expect.stringContaining("ECONNREFUSED") },
      ],
    });

    body = replicaStatus;
    expect((await causeway("status", "-c", config, "-r", "us-east")).out).toContain("is the gateway of eu-west");
    body = { hello: "world" };
    expect((await causeway("status", "-c", config, "-r", "us-east")).out).toContain("is no causeway gateway");
    expect((await causeway("status", "-c", config, "-r", "mars")).code).toBe(2);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

test("causeway status --watch goes on until it is interrupted", async () => {
  await using folder = await tempFolder("watch");
  const config = join(folder.path, "topology.yaml");
  await writeFile(
    config,
    topology({ link: await freePort(), admin: await freePort(), master: "redis://127.0.0.1:1", target: "redis://127.0.0.1:2" }),
  );
  const interrupt = new AbortController();
  const terminal = captureTerminal(interrupt.signal);
  const write = (text: string) => {
    terminal.write(text);
    if (terminal.out().split("\n").length > 2) interrupt.abort();
  };
  const code = await runProgram(["status", "-c", config, "--watch", "--json"], {
    run: async () => 0,
    env: ENV,
    terminal: { ...terminal, write },
  });
  expect(code).toBe(0);
  expect(terminal.out().trim().split("\n").length).toBeGreaterThanOrEqual(2);
});

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve) => server.listen(port, "127.0.0.1", resolve));
}

type Options = { readonly link: number; readonly admin: number; readonly master: string; readonly target: string; readonly data?: string };

function topology(options: Options): string {
  return JSON.stringify({
    version: 1,
    secret: ["$", "{CAUSEWAY_SECRET}"].join(""),
    journal: { retention: { bytes: "1MiB" } },
    regions: {
      "us-east": {
        gateway: {
          listen: `127.0.0.1:${options.link}`,
          url: `ws://127.0.0.1:${options.link}`,
          admin: `127.0.0.1:${options.admin}`,
          data: options.data ?? "data/us-east",
        },
        master: { url: options.master },
      },
      "eu-west": {
        gateway: { listen: "127.0.0.1:9", url: "ws://127.0.0.1:9", admin: "127.0.0.1:10", data: "data/eu-west" },
        replicas: { "us-east": { write: { url: options.target } } },
      },
    },
  });
}
