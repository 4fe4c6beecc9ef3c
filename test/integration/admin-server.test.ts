import { pino } from "pino";
import { expect, test } from "vitest";
import { AdminServer } from "../../src/admin/server.ts";
import type { GatewayStatus } from "../../src/admin/status/gateway.ts";
import { eventually } from "../support/eventually.ts";
import { freePort } from "../support/free-port.ts";
import { originStatus, replicaStatus } from "../support/sample-status.ts";

const log = pino({ level: "silent" });

async function serve(status: () => GatewayStatus): Promise<AsyncDisposable & { readonly url: string }> {
  const port = await freePort();
  const stop = new AbortController();
  const running = new AdminServer({ host: "127.0.0.1", port, status, log }).run(stop.signal);
  const url = `http://127.0.0.1:${port}`;
  await eventually(async () => (await fetch(`${url}/healthz`)).ok);
  return {
    url,
    async [Symbol.asyncDispose]() {
      stop.abort();
      await running;
    },
  };
}

test("healthz, readyz, status and metrics", async () => {
  let current = originStatus;
  await using server = await serve(() => current);
  expect(await (await fetch(`${server.url}/healthz`)).json()).toEqual({ alive: true });
  expect(await (await fetch(`${server.url}/readyz`)).json()).toEqual({ ready: true, reasons: [] });
  expect(await (await fetch(`${server.url}/status`)).json()).toEqual(originStatus);
  const metrics = await fetch(`${server.url}/metrics`);
  expect(metrics.headers.get("content-type")).toContain("text/plain; version=0.0.4");
  expect(await metrics.text()).toContain("causeway_lag_seconds");

  current = replicaStatus;
  const notReady = await fetch(`${server.url}/readyz`);
  expect(notReady.status).toBe(503);
  expect(await notReady.json()).toEqual({
    ready: false,
    reasons: ["delivery us-east/0 is halted: TARGET_REJECTED, the target refused INCR", "us-east/0 is not carried on here: halted"],
  });
});

test("anything else is refused in one sentence, and a failing status does not end the server", async () => {
  let fails = true;
  await using server = await serve(() => {
    if (fails) throw new Error("a detail that is nobody's business");
    return originStatus;
  });
  expect((await fetch(`${server.url}/etc/passwd`)).status).toBe(404);
  expect((await fetch(`${server.url}/status`, { method: "POST", body: "x".repeat(5000) })).status).toBeGreaterThanOrEqual(400);
  const failed = await fetch(`${server.url}/status`);
  expect([failed.status, await failed.text()]).toEqual([500, '{"error":"internal error"}']);
  fails = false;
  expect((await fetch(`${server.url}/status`)).status).toBe(200);
});

test("a port that is taken is ADMIN_UNAVAILABLE", async () => {
  await using server = await serve(() => originStatus);
  const port = Number(new URL(server.url).port);
  const second = new AdminServer({ host: "127.0.0.1", port, status: () => originStatus, log }).run(new AbortController().signal);
  await expect(second).rejects.toMatchObject({ code: "ADMIN_UNAVAILABLE" });
});
