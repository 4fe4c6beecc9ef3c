/** The page over an admin server of its own: what it shows in states that are hard to bring a gateway into. */
import { pino } from "pino";
import { expect, test } from "vitest";
import { Samples } from "../../src/admin/samples.ts";
import { AdminServer, type AdminServerOptions } from "../../src/admin/server.ts";
import type { GatewayStatus } from "../../src/admin/status/gateway.ts";
import { eventually } from "../support/eventually.ts";
import { freePort } from "../support/free-port.ts";
import { originStatus, replicaStatus } from "../support/sample-status.ts";
import { Dashboard, DESKTOP, PHONE } from "./browser.ts";

/** Takes a status each 100 ms, ten times as often as a gateway does, until `silence`. */
async function serve(first: GatewayStatus, options: Partial<AdminServerOptions> = {}) {
  let status = first;
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
    change: (next: GatewayStatus) => {
      status = next;
    },
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      stop.abort();
      await running;
    },
  };
}

/** What a screen reader would call the element that has the focus. */
async function focused({ page }: Dashboard): Promise<string> {
  return page.evaluate("document.activeElement.ariaLabel ?? document.activeElement.textContent.trim()");
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
/** eu-west passes the stream on, to regions whose names have 40 characters. */
const relayed: GatewayStatus = {
  ...originStatus,
  links: originStatus.links.map((link) => {
    const behind = link.peer === "eu-west" ? ["eu-north", "a-region-behind-a-relay-with-a-long-name"] : [];
    const onward = link.streams.flatMap(({ stream, acked, lag }) =>
      behind.map((region) => ({ stream, region, acked, ...(lag && { lag }) })),
    );
    return { ...link, streams: [...link.streams, ...onward] };
  }),
};
const nothingYet: GatewayStatus = { ...originStatus, streams: [], links: [], services: [], certificates: [] };

const STATES = { origin: originStatus, halted: replicaStatus, "long names": longNames, relay: relayed, "nothing yet": nothingYet };

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

test("by keyboard alone: past the masthead, along the plots, back to now", async () => {
  await using server = await serve(originStatus);
  await using dashboard = await Dashboard.open(server.url);
  const { page } = dashboard;
  await dashboard.sees("Live");
  await page.keyboard.press("Tab");
  expect(await focused(dashboard)).toBe("Skip to the numbers");
  await page.keyboard.press("Enter");
  for (const expected of ["What to do about Link down", "1 min", "5 min", "15 min", /^Lag at eu-west, plot/]) {
    await page.keyboard.press("Tab");
    expect(await focused(dashboard)).toMatch(expected);
  }
  const backToNow = page.getByRole("button", { name: "Back to now" });
  expect(await backToNow.count()).toBe(0);
  await page.keyboard.press("+");
  await page.keyboard.press("ArrowLeft");
  await backToNow.waitFor();
  expect(await focused(dashboard)).toMatch(/^Lag at eu-west/);
  await page.keyboard.press("0");
  await backToNow.waitFor({ state: "detached" });
  expect(dashboard.complaints).toEqual([]);
});

test("a stretch of a plot drawn with the pointer is shown in all of them, and numbers under the pointer are said", async () => {
  await using server = await serve(originStatus);
  await using dashboard = await Dashboard.open(server.url);
  const { page } = dashboard;
  await dashboard.sees("Live");
  const plot = page.getByRole("group", { name: /^Lag at eu-west/ });
  await plot.scrollIntoViewIfNeeded();
  const { x, y, width } = (await plot.boundingBox())!;
  await page.mouse.move(x + width / 2, y + 60);
  await page.mouse.down();
  await page.mouse.move(x + width - 30, y + 60, { steps: 4 });
  await page.mouse.up();
  await page.getByRole("button", { name: "Back to now" }).waitFor();
  await page.locator("figure time").nth(3).waitFor();
  expect(await dashboard.violations()).toEqual([]);
  expect(dashboard.complaints).toEqual([]);
});

test("nothing moves when numbers change", async () => {
  await using server = await serve(originStatus);
  await using dashboard = await Dashboard.open(server.url);
  await dashboard.sees("Live");
  await dashboard.page.evaluate(`new PerformanceObserver((list) => { for (const entry of list.getEntries()) window.shift = (window.shift ?? 0) + entry.value; })
    .observe({ type: "layout-shift", buffered: true })`);
  server.change({
    ...originStatus,
    streams: originStatus.streams.map((of) => ({ ...of, throughput: { ...of.throughput, bytesPerSecond: 1 } })),
  });
  await dashboard.sees("1 B/s");
  expect(await dashboard.page.evaluate("window.shift ?? 0")).toBeLessThan(0.05);
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
