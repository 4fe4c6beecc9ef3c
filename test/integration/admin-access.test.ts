/** Who may use the admin port: tokens and certificates, readers and operators, and nobody else. */
import { readdirSync, readFileSync } from "node:fs";
import { request } from "node:https";
import { pino } from "pino";
import { expect, test } from "vitest";
import { Samples } from "../../src/admin/samples.ts";
import { AdminServer, type AdminServerOptions } from "../../src/admin/server.ts";
import { AlertStore } from "../../src/alert/alert-store.ts";
import { DEFAULT_SETTINGS } from "../../src/alert/settings.ts";
import { Timeline } from "../../src/alert/timeline.ts";
import { AlertWatch } from "../../src/alert/watch.ts";
import { systemClock } from "../../src/runtime/clock.ts";
import { eventually } from "../support/eventually.ts";
import { freePort } from "../support/free-port.ts";
import { originStatus } from "../support/sample-status.ts";
import { tempFolder } from "../support/temp-folder.ts";

const TOKENS = { read: "the token of a reader", operator: "the-token-of-an-operator" };
const READER = { name: "prometheus", role: "read", token: TOKENS.read.replaceAll(" ", "-") } as const;
const OPERATOR = { name: "bob", role: "operator", token: TOKENS.operator } as const;
const ALICE = { name: "alice", role: "operator" } as const;

const pem = (name: string) => readFileSync(new URL(`../fixtures/link-tls/${name}`, import.meta.url), "utf8");
const identity = (name: string) => ({ cert: pem(`${name}.crt`), key: pem(`${name}.key`) });
const gatewayTls = { ...identity("us-east"), ca: pem("ca.crt") };

async function serve(options: Partial<AdminServerOptions>) {
  const port = await freePort();
  const stop = new AbortController();
  const said: string[] = [];
  const restarted: string[] = [];
  const running = new AdminServer({
    host: "127.0.0.1",
    port,
    status: () => originStatus,
    restart: (service) => service === "source" && restarted.push(service) > 0,
    log: pino({ level: "debug" }, { write: (line) => void said.push(line) }),
    ...options,
  }).run(stop.signal);
  await eventually(() => expect(said.join("")).toContain("admin.listening"));
  return {
    port,
    said,
    restarted,
    async ask(path: string, token?: string, init: RequestInit = {}): Promise<number> {
      const headers = { ...init.headers, ...(token !== undefined && { authorization: `Bearer ${token}` }) };
      return (await fetch(`http://127.0.0.1:${port}${path}`, { ...init, headers })).status;
    },
    async [Symbol.asyncDispose]() {
      stop.abort();
      await running;
    },
  };
}

/** Status code of a request over TLS, with or without a certificate of the client. */
function askTls(
  port: number,
  method: string,
  path: string,
  client: { readonly cert?: string; readonly key?: string } = {},
): Promise<number> {
  const options = {
    host: "127.0.0.1",
    port,
    method,
    path,
    agent: false,
    ca: pem("ca.crt"),
    checkServerIdentity: () => undefined,
    ...client,
  };
  return new Promise((resolve, reject) => {
    request(options, (response) => resolve(response.resume().statusCode ?? 0))
      .once("error", reject)
      .end();
  });
}

const POST = { method: "POST" };

test("health is for everybody; readers read, operators also act; a stranger does neither", async () => {
  await using admin = await serve({ clients: [READER, OPERATOR], samples: new Samples() });
  for (const path of ["/healthz", "/readyz", "/", "/page/main.js", "/page/lib/uPlot.esm.js"]) expect(await admin.ask(path)).toBe(200);
  for (const path of ["/page/", "/page/..%2fserver.ts", "/page/lib/lit-html.d.ts"]) expect(await admin.ask(path)).toBe(404);
  for (const path of ["/status", "/metrics", "/samples"]) {
    expect([await admin.ask(path), await admin.ask(path, READER.token), await admin.ask(path, OPERATOR.token)]).toEqual([401, 200, 200]);
  }
  expect([await admin.ask("/restart/source", undefined, POST), await admin.ask("/restart/source", READER.token, POST)]).toEqual([401, 403]);
  expect(admin.restarted).toEqual([]);
  expect(await admin.ask("/restart/source", OPERATOR.token, POST)).toBe(200);
  expect(await admin.ask("/restart/journal:us-east%2F0", OPERATOR.token, POST)).toBe(404);
  expect(admin.restarted).toEqual(["source"]);
  expect(admin.said.filter((line) => line.includes("admin.restarted")).map((line) => JSON.parse(line).client)).toEqual(["bob"]);
});

test("alerts, events, silences, reload, consent and promotion: readers see, operators act, a stranger does neither, and a web page may not act", async () => {
  await using folder = await tempFolder("admin-access");
  const log = pino({ level: "silent" });
  const timeline = new Timeline({ region: "us-east", startedAtMs: 1 });
  const alerts = await AlertWatch.open({
    region: "us-east",
    configuration: { settings: DEFAULT_SETTINGS, channels: [], runbook: "deploy/RUNBOOK.md" },
    sample: () => Promise.reject(new Error("nobody looks")) as never,
    store: new AlertStore({ folder: folder.path, log }),
    timeline,
    log,
    clock: systemClock,
  });
  const done: string[] = [];
  await using admin = await serve({
    clients: [READER, OPERATOR],
    alerts,
    timeline,
    reload: async () => {
      done.push("reload");
      return { changed: [], refused: [] };
    },
    accept: (stream) => {
      done.push(`accept ${stream}`);
      return "a flush";
    },
    promote: (stream) => {
      done.push(`promote ${stream}`);
      return undefined;
    },
  });
  for (const path of ["/alerts", "/events?follow=false", "/events"]) {
    expect([await admin.ask(path), await admin.ask(path, READER.token), await admin.ask(path, OPERATOR.token)]).toEqual([401, 200, 200]);
  }
  const silence = (token: string | undefined, headers: Readonly<Record<string, string>> = {}) =>
    admin.ask("/alerts/silences", token, {
      ...POST,
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify({ forMs: 60_000 }),
    });
  const elsewhere = { origin: "https://elsewhere.example" };
  expect([await silence(undefined), await silence(READER.token), await silence(OPERATOR.token, elsewhere)]).toEqual([401, 403, 403]);
  for (const path of ["/reload", "/alerts/test", "/alerts/silences/1/end", "/accept/us-east%2F0", "/promote/us-east%2F0"]) {
    const asOperator = (headers: Readonly<Record<string, string>>) => admin.ask(path, OPERATOR.token, { ...POST, headers });
    const refused = [await admin.ask(path, undefined, POST), await admin.ask(path, READER.token, POST), await asOperator(elsewhere)];
    expect([path, ...refused]).toEqual([path, 401, 403, 403]);
  }
  expect([alerts.view().silences, done]).toEqual([[], []]);
  expect(await silence(OPERATOR.token)).toBe(200);
  expect(alerts.view().silences).toMatchObject([{ by: OPERATOR.name }]);
  const act = (path: string) => admin.ask(path, OPERATOR.token, POST);
  const acted = [await act("/reload"), await act("/alerts/test"), await act("/accept/us-east%2F0"), await act("/promote/us-east%2F0")];
  expect(acted).toEqual([200, 200, 200, 404]);
  expect(done).toEqual(["reload", "accept us-east/0", "promote us-east/0"]);
  const said = admin.said.map((line) => JSON.parse(line)).filter(({ client }) => client !== undefined);
  expect(said.map(({ event, client }) => `${event} by ${client}`)).toEqual([
    "admin.reload-asked by bob",
    "admin.alerts-tested by bob",
    "admin.accepted by bob",
  ]);
});

test("what has no role is for everybody, and that is health and the page's files alone; whatever acts is for operators", () => {
  const folder = new URL("../../src/admin/", import.meta.url);
  const files = readdirSync(folder).filter((name) => name.endsWith(".ts"));
  const source = files.map((name) => readFileSync(new URL(name, folder), "utf8")).join("\n");
  const routes = [...source.matchAll(/\bapp\s*\.(\w+)(?:<[^(]*>)?\(\s*("[^"]+"|path), (?:\{ config: \{ role: "(\w+)" \} \})?/g)];
  const asked = routes
    .map(([, method, path, role = "everybody"]) => `${method} ${path} ${role}`)
    .filter((route) => /^(get|post|put|delete|all|route) /.test(route));
  expect(asked.filter((route) => route.endsWith("everybody")).toSorted()).toEqual([
    'get "/healthz" everybody',
    'get "/readyz" everybody',
    "get path everybody",
  ]);
  const acting = asked.filter((route) => !route.startsWith("get "));
  expect(acting.length).toBeGreaterThan(6);
  for (const route of acting) expect(route).toMatch(/ operator$/);
});

test.each([
  ["a prefix of a token", OPERATOR.token.slice(0, -1)],
  ["a token and more", `${OPERATOR.token}x`],
  ["another case", OPERATOR.token.toUpperCase()],
  ["nothing", ""],
  ["the name of a client", "bob"],
  ["undefined, as a client without a token has", "undefined"],
])("%s is no token", async (_, token) => {
  await using admin = await serve({ clients: [READER, OPERATOR, ALICE] });
  expect([await admin.ask("/status", token), await admin.ask("/restart/source", token, POST)]).toEqual([401, 401]);
});

test("refusals are logged once for many, without what was sent", async () => {
  await using admin = await serve({ clients: [READER] });
  for (let attempt = 0; attempt < 20; attempt++) await admin.ask("/status?token=guess-in-the-url", `guess-number-${attempt}`);
  const refused = admin.said.filter((line) => line.includes("admin.refused"));
  expect(refused).toHaveLength(1);
  expect(admin.said.join("")).not.toMatch(/guess/);
});

test("without clients the port is read-only", async () => {
  await using admin = await serve({});
  expect([await admin.ask("/status"), await admin.ask("/restart/source", undefined, POST)]).toEqual([200, 403]);
  expect(await admin.ask("/restart/source", "undefined", POST)).toBe(403);
  expect(admin.restarted).toEqual([]);
});

test("a web page of somebody else may not act with the login of an operator", async () => {
  await using admin = await serve({ clients: [OPERATOR] });
  const headers = { origin: "https://elsewhere.example" };
  expect(await admin.ask("/restart/source", OPERATOR.token, { ...POST, headers })).toBe(403);
});

test("over TLS a certificate with the client's name is a login; other certificates, and a client's token-less name, are not", async () => {
  await using admin = await serve({ tls: gatewayTls, clients: [READER, ALICE, { name: "stranger", role: "operator" }] });
  const { port } = admin;
  expect(await askTls(port, "GET", "/healthz")).toBe(200);
  expect(await askTls(port, "POST", "/restart/source", identity("alice"))).toBe(200);
  expect(await askTls(port, "GET", "/status")).toBe(401);
  expect(await askTls(port, "GET", "/status", identity("eu-west"))).toBe(401);
  // The right name, of an authority that we do not know.
  expect(await askTls(port, "GET", "/status", identity("stranger"))).toBe(401);
  expect(admin.restarted).toEqual(["source"]);
  await expect(fetch(`http://127.0.0.1:${port}/healthz`)).rejects.toThrow();
});

test("a client with a token is not let in by a certificate alone, and a renewed certificate is shown", async () => {
  let renewed = () => undefined as unknown;
  const tls = { ...gatewayTls };
  const onTlsRenewal = (listener: () => void) => {
    renewed = listener;
    return () => undefined;
  };
  await using admin = await serve({ tls, onTlsRenewal, clients: [{ ...OPERATOR, name: "alice" }] });
  expect(await askTls(admin.port, "GET", "/status", identity("alice"))).toBe(401);
  Object.assign(tls, identity("us-east-expired"));
  renewed();
  await expect(askTls(admin.port, "GET", "/healthz")).rejects.toThrow(/expired/);
});
