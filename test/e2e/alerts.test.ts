/** A link that is cut is told to a webhook within seconds, by both sides, and so is its end; silences and the rest through the admin port. */
import { readFile, writeFile } from "node:fs/promises";
import { expect, test } from "vitest";
import type { GatewayStatus } from "../../src/admin/status/gateway.ts";
import type { TimelineEvent } from "../../src/alert/timeline.ts";
import type { AlertsView } from "../../src/alert/watch.ts";
import { eventually } from "../support/eventually.ts";
import { spawnCli } from "../support/gateway.ts";
import { Pair } from "../support/pair.ts";
import { Receiver } from "../support/receiver.ts";

const reference = (name: string) => `\${${name}}`;
const TOKEN = "the-token-of-an-operator";

test.concurrent("cut, told, healed, told again; silenced; tested; and reloaded without a restart", async () => {
  await using receiver = await Receiver.start();
  await using pair = await Pair.start({
    link: { liveness: "500ms" },
    env: { OPERATOR_TOKEN: TOKEN, HOOK: receiver.url },
    admin: { clients: { operator: { role: "operator", token: reference("OPERATOR_TOKEN") } } },
    alerts: {
      rules: { "link-down": { for: "1s" } },
      channels: { ops: { type: "webhook", from: "warning", url: reference("HOOK") } },
    },
  });
  const told = (region: string) =>
    receiver.received
      .map(({ body }) => body as { status: string; rule: string; region: string; runbook: string })
      .filter((one) => one.region === region)
      .map(({ status, rule }) => `${status} ${rule}`);
  const ask = async <T>(region: "us-east" | "eu-west", path: string, body?: unknown): Promise<T> => {
    const method = body === undefined ? "GET" : "POST";
    const headers = { authorization: `Bearer ${TOKEN}`, ...(body !== undefined && { "content-type": "application/json" }) };
    const url = `http://127.0.0.1:${pair.topology.ports[region]!.admin}${path}`;
    const response = await fetch(url, {
      method,
      headers,
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(5_000),
    });
    const text = await response.text();
    return (text.startsWith("{") ? JSON.parse(text) : text) as T;
  };
  const causeway = async (...args: readonly string[]) => {
    const child = spawnCli([...args, "--config", pair.topology.path], { OPERATOR_TOKEN: TOKEN });
    return { code: (await child.exited).code, output: child.output };
  };

  const { master, target } = pair.clients();
  await master.set("first", "1");
  await eventually(async () => (await target.get("first")) === "1", { timeoutMs: 30_000 });
  for (const region of ["us-east", "eu-west"] as const) await calm("link-down", (path) => ask(region, path));
  receiver.received.length = 0;

  pair.proxy.cut();
  await eventually(() => told("us-east").length > 0 && told("eu-west").length > 0);
  expect(told("us-east")).toEqual(["firing link-down"]);
  expect(told("eu-west")).toEqual(["firing link-down"]);
  const { region, runbook } = receiver.received[0]!.body as { readonly region: "us-east"; readonly runbook: string };
  expect(runbook).toBe(`http://127.0.0.1:${pair.topology.ports[region]!.admin}/runbook#alert-link-down`);
  expect(await (await fetch(runbook)).text()).toMatch(/<h2 id="alert-link-down">[\s\S]*?Meaning\./);
  expect(await causeway("alerts")).toMatchObject({ code: 1, output: expect.stringContaining("link-down") });
  pair.proxy.heal();

  // Meanwhile: a test through every channel, the timeline, and the lag.
  expect(await causeway("alerts", "test", "--region", "us-east")).toMatchObject({ code: 0, output: expect.stringContaining("ops: taken") });
  const tests = receiver.received.map(({ body }) => body as { status: string; test?: boolean }).filter(({ test: isTest }) => isTest);
  expect(tests.map(({ status }) => status)).toEqual(["firing", "resolved"]);
  const events = eventsIn(await ask<string>("us-east", "/events?follow=false"));
  expect(events.map(({ kind }) => kind)).toEqual(expect.arrayContaining(["gateway-started", "link-down", "alert-firing"]));
  expect(events.map(({ id }) => id)).toEqual(events.map(({ id }) => id).toSorted((a, b) => a - b));
  expect((await causeway("events", "--region", "us-east")).output).toContain("link-down");
  expect((await causeway("lag")).output).toContain("us-east/0 → eu-west");
  await eventually(
    () => {
      expect(told("us-east").at(-1)).toBe("resolved link-down");
      expect(told("eu-west").at(-1)).toBe("resolved link-down");
    },
    { timeoutMs: 30_000 },
  );

  const silence = ["alerts", "silence", "--region", "us-east", "--rule", "link-down", "--for", "1h", "--comment", "work on the line"];
  expect(await causeway(...silence)).toMatchObject({ code: 0 });
  receiver.received.length = 0;
  pair.proxy.cut();
  await eventually(async () =>
    expect((await ask<AlertsView>("us-east", "/alerts")).firing).toMatchObject([{ rule: "link-down", silenced: true }]),
  );
  await eventually(() => told("eu-west").length > 0);
  expect(told("us-east")).toEqual([]);
  const { silences } = await ask<AlertsView>("us-east", "/alerts");
  expect(silences).toMatchObject([{ rule: "link-down", by: "operator", comment: "work on the line" }]);
  expect(await causeway("alerts", "unsilence", silences[0]!.id, "--region", "us-east")).toMatchObject({ code: 0 });
  await eventually(() => told("us-east").includes("firing link-down"));

  // The log's level is taken over, a file's place is not, and then nothing is.
  const topology = JSON.parse(await readFile(pair.topology.path, "utf8"));
  topology.log = { level: "debug" };
  await writeFile(pair.topology.path, JSON.stringify(topology));
  expect(await causeway("reload", "--region", "us-east")).toMatchObject({ code: 0, output: expect.stringContaining("log.level") });
  topology.regions["us-east"].gateway.data += "-elsewhere";
  topology.alerts.rules["link-down"].for = "9s";
  await writeFile(pair.topology.path, JSON.stringify(topology));
  expect(await causeway("reload", "--region", "us-east")).toMatchObject({ code: 1, output: expect.stringContaining("gateway.data") });
  topology.link.window = "a lot";
  await writeFile(pair.topology.path, JSON.stringify(topology));
  pair.us.signal("SIGHUP");
  await pair.us.untilEvent("topology.invalid");
});

test.concurrent("a gateway that is killed is told of by its peer, whichever end it is, and so is its return", async () => {
  await using receiver = await Receiver.start();
  await using pair = await Pair.start({
    env: { HOOK: receiver.url },
    alerts: { rules: { "peer-silent": { for: "1s" } }, channels: { ops: { type: "webhook", from: "critical", url: reference("HOOK") } } },
  });
  type Told = {
    readonly status: string;
    readonly rule: string;
    readonly region: string;
    readonly subject: Readonly<Record<string, string>>;
  };
  const told = (region: string) =>
    receiver.received
      .map(({ body }) => body as Told)
      .filter((one) => one.region === region && one.rule === "peer-silent")
      .map(({ status, subject }) => `${status}: ${subject["direction"]} ${subject["peer"]}`);
  await pair.caughtUp();
  for (const region of ["us-east", "eu-west"] as const)
    await calm("peer-silent", async (path) => (await fetch(`http://127.0.0.1:${pair.topology.ports[region]!.admin}${path}`)).json());
  receiver.received.length = 0;

  await pair.eu.kill9();
  await eventually(() => expect(told("us-east")).toEqual(["firing: sending eu-west"]));
  await pair.respawn("eu-west");
  await pair.caughtUp();
  // The word of its return would come only now: who should say it goes, and has to know of it when it is back.
  await pair.us.kill9();
  await eventually(() => expect(told("eu-west")).toEqual(["firing: receiving us-east"]));
  expect(told("us-east")).toEqual(["firing: sending eu-west"]);
  await pair.respawn("us-east");
  await eventually(
    () => {
      expect(told("us-east")).toEqual(["firing: sending eu-west", "resolved: sending eu-west"]);
      expect(told("eu-west")).toEqual(["firing: receiving us-east", "resolved: receiving us-east"]);
    },
    { timeoutMs: 30_000 },
  );
});

/** A gateway may have begun with a link that was not up yet, and what has fired is not told again. */
async function calm(rule: string, ask: (path: string) => Promise<unknown>): Promise<void> {
  await eventually(async () => {
    const { links, atMs, startedAtMs } = (await ask("/status")) as GatewayStatus;
    // Rules look once a second: what came up and went between two looks would be one outage to them.
    expect(atMs - startedAtMs).toBeGreaterThan(3_000);
    expect(links.every(({ connectedAtMs }) => connectedAtMs !== undefined)).toBe(true);
    const { firing, channels } = (await ask("/alerts")) as AlertsView;
    expect(firing.filter((alert) => alert.rule === rule)).toEqual([]);
    expect(channels).toMatchObject([{ waiting: 0 }]);
  });
}

function eventsIn(text: string): readonly TimelineEvent[] {
  return [...text.matchAll(/^data: (.*)$/gm)].map(([, json]) => JSON.parse(json!) as TimelineEvent);
}
