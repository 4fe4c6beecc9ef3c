/** The page over an admin server of its own: what it shows in states that are hard to bring a gateway into. */
import { pino } from "pino";
import { expect, test } from "vitest";
import { Samples } from "../../src/admin/samples.ts";
import { AdminServer, type AdminServerOptions } from "../../src/admin/server.ts";
import type { GatewayStatus } from "../../src/admin/status.ts";
import { eventually } from "../support/eventually.ts";
import { freePort } from "../support/free-port.ts";
import { originStatus, replicaStatus } from "../support/sample-status.ts";
import { Dashboard, DESKTOP, PHONE } from "./browser.ts";

/** Takes `status` each 100 ms, ten times as often as a gateway does, until `silence`. */
async function serve(status: GatewayStatus, options: Partial<AdminServerOptions> = {}) {
  const port = await freePort();
  const stop = new AbortController();
  const samples = new Samples();
  const startedMs = performance.now();
  const take = () => samples.take({ ...status, atMs: status.atMs + performance.now() - startedMs });
  const timer = setInterval(take, 100);
  const log = pino({ level: "silent" });
  const running = new AdminServer({ host: "127.0.0.1", port, status: () => status, samples, log, ...options }).run(stop.signal);
  const url = `http://127.0.0.1:${port}/`;
  await eventually(async () => (await fetch(url)).ok);
  return {
    url,
    silence: () => clearInterval(timer),
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      stop.abort();
      await running;
    },
  };
}

const LONG = "a-region-whose-name-was-chosen-by-a-committee-of-at-least-seven-people";
const longNames: GatewayStatus = {
  ...originStatus,
  region: LONG,
  streams: [...originStatus.streams.map((stream) => ({ ...stream, id: `${LONG}/0` })), ...replicaStatus.streams],
  links: originStatus.links.flatMap((link) => [
    { ...link, peer: `${LONG}-${link.peer}`, streams: link.streams.map((stream) => ({ ...stream, stream: `${LONG}/0` })) },
    ...replicaStatus.links,
  ]),
  warnings: ["a warning of one sentence that is long enough to need several lines on the screen of a telephone, as they do"],
};
const nothingYet: GatewayStatus = { ...originStatus, streams: [], links: [], services: [], certificates: [] };

const STATES = { origin: originStatus, halted: replicaStatus, "long names": longNames, "nothing yet": nothingYet };

const looks = [
  { colorScheme: "light", viewport: DESKTOP },
  { colorScheme: "dark", viewport: DESKTOP },
  { colorScheme: "light", viewport: PHONE },
  { colorScheme: "dark", viewport: PHONE },
] as const;

test.each(Object.entries(STATES))("%s: light and dark, wide and narrow, for eyes and for screen readers", async (name, status) => {
  await using server = await serve(status);
  await using dashboard = await Dashboard.open(server.url);
  await dashboard.sees("Live");
  for (const { colorScheme, viewport } of looks) {
    await dashboard.page.emulateMedia({ colorScheme });
    await dashboard.page.setViewportSize(viewport);
    await dashboard.shoot(`${name}-${colorScheme}-${viewport.width}`);
    expect(await dashboard.violations()).toEqual([]);
    expect(await dashboard.overflow()).toBeLessThanOrEqual(0);
    expect(dashboard.complaints).toEqual([]);
  }
});

test("a gateway with clients asks for a token, once", async () => {
  await using server = await serve(originStatus, { clients: [{ name: "reader", role: "read", token: "the-token-of-a-reader" }] });
  await using dashboard = await Dashboard.open(server.url);
  const { page } = dashboard;
  await dashboard.sees("This gateway asks who you are");
  await dashboard.shoot("login");
  expect(await dashboard.violations()).toEqual([]);
  await page.getByLabel("Token").fill("a guess");
  await page.keyboard.press("Enter");
  await dashboard.sees("The gateway knows no client with this token.");
  expect(await dashboard.violations()).toEqual([]);
  await page.getByLabel("Token").fill("the-token-of-a-reader");
  await page.keyboard.press("Enter");
  await dashboard.sees("Live");
  await page.reload();
  await dashboard.sees("Live");
  expect(await page.evaluate("document.cookie + JSON.stringify(localStorage)")).toBe("{}");
});

test("what is old is called old", async () => {
  await using server = await serve(originStatus);
  await using dashboard = await Dashboard.open(server.url);
  await dashboard.sees("Live");
  server.silence();
  await dashboard.sees("The gateway says nothing.");
  await dashboard.shoot("stale");
  expect(await dashboard.violations()).toEqual([]);
  expect(await dashboard.page.title()).toBe("disconnected: us-east · Causeway");
});

test("nothing from elsewhere, nothing inline, no frame around it", async () => {
  await using server = await serve(originStatus);
  const policy = (await fetch(server.url)).headers.get("content-security-policy");
  expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self'");
  expect(policy).not.toMatch(/unsafe|http|\*/);
  expect(policy).toContain("frame-ancestors 'none'");
});
