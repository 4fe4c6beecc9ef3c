/** What each kind of channel is sent over HTTP, and what happens when the receiver fails. */
import { pino } from "pino";
import { expect, test } from "vitest";
import type { Alert } from "../../src/alert/book.ts";
import type { Channel, Notification } from "../../src/alert/channels/channel.ts";
import { Outbox } from "../../src/alert/channels/outbox.ts";
import { systemClock } from "../../src/runtime/clock.ts";
import { eventually } from "../support/eventually.ts";
import { Receiver } from "../support/receiver.ts";

const SINCE = Date.UTC(2030, 0, 1);
const alert: Alert = {
  ...{ key: "us-east:lag:us-east/0:eu-west", rule: "lag", title: "Replication lag", severity: "critical", region: "us-east" },
  ...{
    subject: { stream: "us-east/0", peer: "eu-west" },
    text: "eu-west is 12 s behind <with> us-east/0",
    value: 12_000,
    threshold: 10_000,
  },
  ...{ firingSinceMs: SINCE, silenced: false },
};

function notificationOf(kind: Notification["kind"]): Notification {
  return { kind, alert, atMs: systemClock.nowMs(), runbook: "https://example.com/RUNBOOK.md#alert-lag" };
}

function outboxOf(channel: Omit<Channel, "name" | "from"> & Partial<Channel>) {
  const said: string[] = [];
  const log = pino({}, { write: (line: string) => said.push(line) });
  const outbox = new Outbox({ channel: { name: "ops", from: "warning", ...channel }, log, clock: systemClock });
  const stop = new AbortController();
  const ended = outbox.run(stop.signal);
  return {
    outbox,
    said,
    async [Symbol.asyncDispose]() {
      stop.abort();
      await ended;
    },
  };
}

test("webhook: our own JSON with a bearer token, firing and resolved in order", async () => {
  await using receiver = await Receiver.start();
  await using sending = outboxOf({ kind: "webhook", url: `${receiver.url}/hook`, secret: "the token" });
  sending.outbox.add(notificationOf("firing"));
  sending.outbox.add(notificationOf("resolved"));
  await eventually(() => receiver.received.length === 2);
  const [firing, resolved] = receiver.received;
  expect(firing).toMatchObject({ path: "/hook", headers: { authorization: "Bearer the token", "content-type": "application/json" } });
  expect(firing!.body).toMatchObject({
    ...{ version: 1, status: "firing", key: alert.key, rule: "lag", severity: "critical", region: "us-east", subject: alert.subject },
    ...{ text: alert.text, value: 12_000, threshold: 10_000, runbook: "https://example.com/RUNBOOK.md#alert-lag" },
    firingSince: "2030-01-01T00:00:00.000Z",
  });
  expect(resolved!.body).toMatchObject({ status: "resolved", key: alert.key, resolvedAt: expect.any(String) });
  await eventually(() => expect(sending.outbox.stats).toMatchObject({ sent: 2, failures: 0, dropped: 0, waiting: 0 }));
});

test("slack: text and one coloured attachment, with its three characters escaped", async () => {
  await using receiver = await Receiver.start();
  await using sending = outboxOf({ kind: "slack", url: `${receiver.url}/services/T/B/x` });
  sending.outbox.add(notificationOf("firing"));
  await eventually(() => receiver.received.length === 1);
  const { text, attachments } = receiver.received[0]!.body as { text: string; attachments: { color: string; text: string }[] };
  expect(text).toBe("[CRITICAL] Replication lag: us-east");
  expect(attachments).toHaveLength(1);
  expect(attachments[0]!.text).toContain("&lt;with&gt;");
  expect(attachments[0]!.text).toContain("<https://example.com/RUNBOOK.md#alert-lag|runbook>");
});

test("pagerduty: trigger and resolve under one dedup_key", async () => {
  await using receiver = await Receiver.start();
  await using sending = outboxOf({ kind: "pagerduty", url: `${receiver.url}/v2/enqueue`, secret: "r".repeat(32) });
  receiver.status = 202;
  sending.outbox.add(notificationOf("firing"));
  sending.outbox.add(notificationOf("resolved"));
  await eventually(() => receiver.received.length === 2);
  const [trigger, resolve] = receiver.received.map(({ body }) => body);
  expect(trigger).toMatchObject({
    ...{ routing_key: "r".repeat(32), event_action: "trigger", dedup_key: alert.key },
    payload: {
      severity: "critical",
      source: "causeway us-east",
      component: "us-east/0",
      class: "lag",
      summary: expect.stringContaining("12 s behind"),
    },
    links: [{ href: "https://example.com/RUNBOOK.md#alert-lag" }],
  });
  expect(resolve).toEqual({ routing_key: "r".repeat(32), event_action: "resolve", dedup_key: alert.key });
});

test("alertmanager: an array at api/v2/alerts that ends by itself, and ends now when it is resolved", async () => {
  await using receiver = await Receiver.start();
  await using sending = outboxOf({ kind: "alertmanager", url: `${receiver.url}/` });
  sending.outbox.add(notificationOf("firing"));
  sending.outbox.add(notificationOf("resolved"));
  await eventually(() => receiver.received.length === 2);
  const [firing, resolved] = receiver.received.map(({ path, body }) => {
    expect(path).toBe("/api/v2/alerts");
    return (body as Record<string, Record<string, string> & string>[])[0]!;
  });
  expect(firing!["labels"]).toEqual({
    ...{ alertname: "CausewayLag", job: "causeway", region: "us-east", severity: "critical", stream: "us-east/0", peer: "eu-west" },
  });
  expect(firing!["annotations"]).toMatchObject({ summary: "Replication lag", runbook_url: "https://example.com/RUNBOOK.md#alert-lag" });
  expect(Date.parse(firing!["endsAt"]!)).toBeGreaterThan(Date.now());
  expect(Date.parse(resolved!["endsAt"]!)).toBeLessThanOrEqual(Date.now() + 1_000);
  expect(resolved!["labels"]).toEqual(firing!["labels"]);
});

test("a receiver that is busy is asked again, one that refuses is not; what is given up is counted and said without address or secret", async () => {
  await using receiver = await Receiver.start();
  receiver.status = 503;
  await using sending = outboxOf({ kind: "webhook", url: `${receiver.url}/secret-path`, secret: "the token" });
  sending.outbox.add(notificationOf("firing"));
  await eventually(() => sending.outbox.stats.failures >= 1);
  expect(sending.outbox.stats.waiting).toBe(1);
  receiver.status = 200;
  await eventually(() => sending.outbox.stats.sent === 1);
  receiver.status = 404;
  sending.outbox.add(notificationOf("resolved"));
  await eventually(() => sending.outbox.stats.dropped === 1);
  sending.outbox.add({ ...notificationOf("resolved"), atMs: systemClock.nowMs() - 2 * 60 * 60_000 });
  await eventually(() => sending.outbox.stats.dropped === 2);
  expect(sending.said).toHaveLength(2);
  expect(sending.said.join()).not.toMatch(/secret-path|the token/);
  expect(sending.outbox.stats.lastError).toBe("it answers 404");
});

test("a receiver that points elsewhere is not followed there: what is sent holds a token", async () => {
  await using receiver = await Receiver.start();
  await using elsewhere = await Receiver.start();
  receiver.status = 307;
  receiver.location = elsewhere.url;
  await using sending = outboxOf({ kind: "webhook", url: receiver.url, secret: "the token" });
  sending.outbox.add(notificationOf("firing"));
  await eventually(() => expect(sending.outbox.stats).toMatchObject({ sent: 0, dropped: 1, lastError: "it answers 307" }));
  expect(elsewhere.received).toEqual([]);
});

test("BOUNDED: of too many that wait the oldest go, and are counted", async () => {
  await using receiver = await Receiver.start();
  const { url } = receiver;
  receiver.status = 503;
  await using sending = outboxOf({ kind: "webhook", url });
  for (let index = 0; index < 300; index++) sending.outbox.add(notificationOf("firing"));
  expect(sending.outbox.stats).toMatchObject({ waiting: 256, dropped: 44 });
});
