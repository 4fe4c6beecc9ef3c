/** Secrets in nothing that a gateway or the command line says, keeps or shows: everything is run with them, much is made to fail, and all of it is searched. */
import { readdir, readFile, writeFile } from "node:fs/promises";
import { request } from "node:https";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { eventually } from "../support/eventually.ts";
import { freePort } from "../support/free-port.ts";
import { type Gateway, spawnCli, spawnGateway } from "../support/gateway.ts";
import { Receiver } from "../support/receiver.ts";
import { RedisServer } from "../support/redis-server.ts";
import { type TempFolder, tempFolder } from "../support/temp-folder.ts";
import { regionPorts, type ServerSpec, type TopologyFile, writeTopology } from "../support/topology-file.ts";

const file = (name: string) => fileURLToPath(new URL(`../fixtures/link-tls/${name}`, import.meta.url));
const reference = (name: string) => `\${${name}}`;
/** Every secret has this in it, but for the passphrase, which the fixture's key has. */
const MARK = "xyzzy";
const PASSPHRASE = "a-passphrase-of-the-fixtures";
const SECRETS = {
  CAUSEWAY_SECRET: `${MARK}-shared-secret`,
  MASTER_PASSWORD: `${MARK}-password-of-the-master`,
  READ_TOKEN: `${MARK}-token-of-a-reader`,
  OPERATOR_TOKEN: `${MARK}-token-of-an-operator`,
  KEY_PASSPHRASE: PASSPHRASE,
  FEED_PASSWORD: `${MARK}-password-of-the-feed`,
  HOOK_TOKEN: `${MARK}-token-of-a-hook`,
  PAGER_KEY: `${MARK}-routing-key`,
  // Nobody is there: what is given up is said.
  CHAT_URL: `http://127.0.0.1:1/${MARK}-path-of-a-chat`,
  ALERTS_URL: `http://${MARK}-user:${MARK}-password@127.0.0.1:1`,
};
const TARGET_PASSWORD = `${MARK}-password-of-the-target`;

/** Collects everything that was said, and finds secrets in it. */
class Search {
  readonly #said: { readonly where: string; readonly text: string }[] = [];

  add(where: string, text: string): string {
    this.#said.push({ where, text });
    return text;
  }

  async addFolder(folder: string): Promise<void> {
    for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
      if (entry.isFile()) this.add(entry.name, await readFile(join(entry.parentPath, entry.name), "latin1"));
    }
  }

  get found(): readonly string[] {
    const secret = new RegExp(`.{0,80}(${MARK}|${PASSPHRASE}|PRIVATE KEY).{0,40}`);
    return this.#said.flatMap(({ where, text }) => {
      const match = secret.exec(text)?.[0];
      return match === undefined ? [] : [`${where}: ${match}`];
    });
  }
}

type World = { readonly folder: TempFolder; readonly master: ServerSpec; readonly target: ServerSpec; readonly hook?: string };

/** Two regions with every kind of secret that a topology can have. */
async function topologyOf({
  folder,
  master,
  target,
  hook = "http://127.0.0.1:1",
}: World): Promise<TopologyFile & { readonly feed: number }> {
  await writeFile(join(folder.path, "target-password"), `${TARGET_PASSWORD}\n`, { mode: 0o600 });
  const tls = { cert: file("us-east.crt"), key: file("us-east.locked.key"), passphrase: reference("KEY_PASSPHRASE"), ca: file("ca.crt") };
  const feed = await freePort();
  const topology = await writeTopology({
    folder: folder.path,
    ports: await regionPorts(["us-east", "eu-west"]),
    regions: {
      "us-east": {
        master: { heartbeat: "100ms", ...master, password: reference("MASTER_PASSWORD") },
        feeds: { "eu-west": { listen: `127.0.0.1:${feed}`, username: "feeder", password: reference("FEED_PASSWORD") } },
        tls,
      },
      "eu-west": {
        // It is not there: the feed waits for its stream, which is enough to be logged in to.
        master: { url: `redis://127.0.0.1:${await freePort()}`, password: reference("MASTER_PASSWORD") },
        replicas: { "us-east": { ...target, password: `file:${join(folder.path, "target-password")}` } },
        tls: { cert: file("eu-west.crt"), key: file("eu-west.key"), ca: file("ca.crt") },
      },
    },
    admin: {
      tls: true,
      clients: {
        reader: { role: "read", token: reference("READ_TOKEN") },
        operator: { role: "operator", token: reference("OPERATOR_TOKEN") },
      },
    },
    alerts: {
      rules: { "link-down": { for: "1s" } },
      channels: {
        hook: { type: "webhook", from: "info", url: hook, token: reference("HOOK_TOKEN") },
        pager: { type: "pagerduty", from: "info", url: hook, routingKey: reference("PAGER_KEY") },
        chat: { type: "slack", from: "info", url: reference("CHAT_URL") },
        manager: { type: "alertmanager", from: "info", url: reference("ALERTS_URL"), token: reference("HOOK_TOKEN") },
      },
    },
    log: { level: "debug" },
  });
  return { ...topology, feed };
}

/** What the admin port answers to a reader. */
function answerOf(port: number, path: string): Promise<string> {
  const headers = { authorization: `Bearer ${SECRETS.READ_TOKEN}` };
  return new Promise((resolve, reject) => {
    request({ host: "127.0.0.1", port, path, headers, agent: false, rejectUnauthorized: false }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (part: string) => {
        text += part;
        // A stream of events has no end; what is kept comes at once.
        if (path === "/samples") response.destroy();
      });
      response.once("close", () => resolve(text));
    })
      .once("error", reject)
      .end();
  });
}

async function causeway(search: Search, env: Readonly<Record<string, string>>, ...args: string[]) {
  const child = spawnCli(args, env);
  const { code } = await child.exited;
  return { code, output: search.add(`causeway ${args[0]}`, child.output) };
}

test("a gateway that works, and one whose logins are refused, say no secret in logs, status, metrics, arguments or files", async () => {
  const search = new Search();
  await using folder = await tempFolder("secrets");
  await using master = await RedisServer.start({ args: ["--requirepass", SECRETS.MASTER_PASSWORD] });
  await using target = await RedisServer.start({ args: ["--requirepass", TARGET_PASSWORD] });
  await using hook = await Receiver.start();
  const { path, ports, feed } = await topologyOf({ folder, master: { url: master.url }, target: { url: target.url }, hook: hook.url });
  const onMaster = master.client({ password: SECRETS.MASTER_PASSWORD });
  const onTarget = target.client({ password: TARGET_PASSWORD });
  await onMaster.set("before", "1");
  const run = (region: string, env: Readonly<Record<string, string>> = {}): Gateway =>
    spawnGateway({ config: path, region, env: { ...SECRETS, ...env } });
  await using us = run("us-east");
  await using eu = run("eu-west");
  await eventually(async () => (await onTarget.get("before")) === "1", { timeoutMs: 30_000 });
  for (const { pid } of [us, eu]) expect(search.add("cmdline", await readFile(`/proc/${pid}/cmdline`, "latin1"))).toContain("run");

  await causeway(search, SECRETS, "check", "--config", path);
  expect((await causeway(search, SECRETS, "status", "--json", "--config", path)).output).toContain('"certificates"');
  expect((await causeway(search, SECRETS, "restart", "source", "--config", path, "--region", "us-east")).code).toBe(0);
  const asked = [["lag"], ["alerts"], ["events"], ["alerts", "test", "--region", "us-east"], ["reload", "--region", "us-east"]];
  for (const args of asked) await causeway(search, SECRETS, ...args, "--config", path);
  await causeway(search, SECRETS, "journal", "ls", "--config", path, "--region", "us-east");
  expect(hook.received.map(({ headers }) => headers.authorization)).toContain(`Bearer ${SECRETS.HOOK_TOKEN}`);
  const paths = [
    "/",
    "/page/main.js",
    "/healthz",
    "/readyz",
    "/status",
    "/metrics",
    "/alerts",
    "/events?follow=false",
    "/samples",
    "/elsewhere",
  ];
  for (const region of ["us-east", "eu-west"]) {
    for (const place of paths) expect(search.add(place, await answerOf(ports[region]!.admin, place)).length).toBeGreaterThan(10);
  }
  // Replicas that know the feed's password, and that do not.
  for (const password of [SECRETS.FEED_PASSWORD, `${MARK}-a-guess`]) {
    const login = ["--masteruser", "feeder", "--masterauth", password];
    await using replica = await RedisServer.start({ args: ["--replicaof", "127.0.0.1", `${feed}`, ...login] });
    await eventually(() => expect(replica.log).toMatch(/WRONGPASS|Partial resynchronization not possible/));
  }
  const wrongToken = { ...SECRETS, READ_TOKEN: `${MARK}-a-guess`, OPERATOR_TOKEN: `${MARK}-another-guess` };
  expect((await causeway(search, wrongToken, "status", "--config", path)).output).toContain("answers 401");

  // The password of the target changes while delivery runs: its next login is refused.
  await onTarget.call("CONFIG", "SET", "requirepass", `${MARK}-new-password`);
  await onTarget.call("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
  await eventually(() => expect(eu.output).toContain("TARGET_REFUSED"), { timeoutMs: 30_000 });
  await causeway(search, SECRETS, "status", "--config", path);

  // A gateway with another shared secret is refused, and so is one with another password.
  await onTarget.call("CONFIG", "SET", "requirepass", TARGET_PASSWORD);
  await eu.terminate();
  await using stranger = run("eu-west", { CAUSEWAY_SECRET: `${MARK}-another-shared-secret` });
  await eventually(() => expect(stranger.output).toContain("LINK_REFUSED"), { timeoutMs: 30_000 });
  await us.terminate();
  await stranger.terminate();
  const refused = await causeway(search, { ...SECRETS, MASTER_PASSWORD: `${MARK}-wrong` }, "run", "--config", path, "--region", "us-east");
  expect(refused).toMatchObject({ code: 3, output: expect.stringContaining("check username and password") });
  const locked = await causeway(search, { ...SECRETS, KEY_PASSPHRASE: `${MARK}-wrong` }, "run", "--config", path, "--region", "us-east");
  expect(locked).toMatchObject({ code: 2, output: expect.stringContaining("its passphrase is another") });

  for (const [name, { output }] of Object.entries({ us, eu, stranger })) search.add(`log of ${name}`, output);
  await search.addFolder(join(folder.path, "data"));
  expect(search.found).toEqual([]);
});

test("servers that quote what they do not understand make us say no password", async () => {
  const search = new Search();
  await using folder = await tempFolder("secrets");
  // AUTH under another name is an unknown command, and Redis repeats the arguments of these in its error.
  await using master = await RedisServer.start({ args: ["--rename-command", "AUTH", "LOGIN"] });
  await using target = await RedisServer.start({ args: ["--rename-command", "AUTH", "LOGIN"] });
  const { path } = await topologyOf({ folder, master: { url: master.url }, target: { url: target.url } });
  await causeway(search, SECRETS, "check", "--config", path);
  for (const region of ["us-east", "eu-west"]) {
    await using gateway = spawnGateway({ config: path, region, env: SECRETS });
    const refused = () => expect([gateway.exit?.code, gateway.output]).not.toEqual([undefined, expect.not.stringContaining("REFUSED")]);
    await eventually(refused, { timeoutMs: 30_000 });
    search.add(`run in ${region}`, gateway.output);
    await gateway.terminate();
  }
  expect(search.found).toEqual([]);
});

test("a crash shows where it happened, and nothing of what the error carries", async () => {
  const search = new Search();
  await using folder = await tempFolder("secrets");
  await using master = await RedisServer.start({ args: ["--requirepass", SECRETS.MASTER_PASSWORD] });
  await using target = await RedisServer.start({ args: ["--requirepass", TARGET_PASSWORD] });
  const { path } = await topologyOf({ folder, master: { url: master.url }, target: { url: target.url } });
  // As ioredis does: the error of a refused command carries its arguments, and a server may quote them.
  const crash = join(folder.path, "crash.mjs");
  await writeFile(
    crash,
    `const error = Object.assign(new Error("boom 'auth', with args beginning with: '${MARK}'"), { name: "ReplyError", command: { args: ["${MARK}"] } });
     process.on("SIGUSR2", () => Promise.reject(error));`,
  );
  const env = { ...SECRETS, NODE_OPTIONS: `--import ${crash}` };
  await using gateway = spawnGateway({ config: path, region: "us-east", env });
  await eventually(() => expect(gateway.output).toContain("gateway.started"), { timeoutMs: 30_000 });
  gateway.signal("SIGUSR2");
  expect((await gateway.exited).code).toBe(70);
  expect(search.add("crash", gateway.output)).toMatch(/ReplyError: boom[\s\S]*at .*crash\.mjs/);
  expect(search.found).toEqual([]);
});
