/** The receiver that people try alerts out with, sent to by the channel that a gateway uses. */
import { pino } from "pino";
import { expect, test } from "vitest";
import type { Alert } from "../../src/alert/book.ts";
import { Outbox } from "../../src/alert/channels/outbox.ts";
import { listenForAlerts } from "../../src/cli/listen.ts";
import { systemClock } from "../../src/runtime/clock.ts";
import { captureTerminal } from "../support/capture-terminal.ts";
import { eventually } from "../support/eventually.ts";
import { freePort } from "../support/free-port.ts";

test("alerts listen prints what a webhook is sent, with the way to the runbook, and nothing that is none", async () => {
  const port = await freePort();
  const terminal = captureTerminal();
  const stop = new AbortController();
  const listening = listenForAlerts({ port: `${port}` }, { ...terminal, interrupted: stop.signal });
  await eventually(() => expect(terminal.out()).toContain(`http://127.0.0.1:${port}/`));
  const url = `http://127.0.0.1:${port}/`;
  const outbox = new Outbox({
    channel: { name: "here", kind: "webhook", from: "info", url },
    log: pino({ level: "silent" }),
    clock: systemClock,
  });
  const alert: Alert = {
    ...{ key: "us-east:link-down:eu-west", rule: "link-down", title: "Link down", severity: "warning", region: "us-east" },
    ...{ subject: { peer: "eu-west" }, text: "the link to eu-west is down\u001b[31m", firingSinceMs: 0, silenced: false },
  };
  for (const kind of ["firing", "resolved"] as const) {
    const sent = await outbox.send({ kind, alert, atMs: 3_661_000, runbook: "http://gateway/runbook#alert-link-down" }, stop.signal);
    expect(sent).toEqual({ ok: true });
  }
  expect((await fetch(url, { method: "POST", body: "hello" })).status).toBe(400);
  const [, firing, what, resolved, ...rest] = terminal.out().split("\n");
  expect(firing).toMatch(/^01:01:01 FIRING warning, us-east: Link down: the link to eu-west is down/);
  expect(firing).not.toContain("\u001b");
  expect(what).toContain("what to do: http://gateway/runbook#alert-link-down");
  expect(resolved).toBe("01:01:01 RESOLVED us-east: Link down: eu-west");
  expect(rest).toEqual([""]);
  stop.abort();
  expect(await listening).toBe(0);
});
