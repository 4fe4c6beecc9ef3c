import { expect, test } from "vitest";
import { alertsSchema } from "../../../src/topology/alerts-schema.ts";
import { alertConfiguration } from "../../../src/topology/alerts-view.ts";
import { Resolver } from "../../../src/topology/resolver.ts";

const RUNBOOK = "http://127.0.0.1:7401/runbook";
const reference = (name: string) => `\${${name}}`;
const resolver = () =>
  new Resolver({
    file: "topology.yaml",
    env: {
      HOOK: "https://hooks.example.com/T/x",
      PLAIN_HOOK: "http://hooks.example.com/T/x",
      KEY: "k".repeat(32),
      BAD: "no url",
    },
  });

test("without anything every rule has its default, and nothing is sent", () => {
  const { settings, channels } = alertConfiguration(alertsSchema.parse({}), resolver(), RUNBOOK);
  expect(settings.rules.lag).toEqual({ enabled: true, severity: "warning", threshold: 10_000, forMs: 30_000 });
  expect(settings.rules.divergence).toMatchObject({ severity: "critical", forMs: 30 * 60_000 });
  expect(channels).toEqual([]);
});

test("the runbook is the gateway's own page, unless people read it elsewhere", () => {
  const runbookOf = (alerts: object) => alertConfiguration(alertsSchema.parse(alerts), resolver(), RUNBOOK).runbook;
  expect(runbookOf({})).toBe(RUNBOOK);
  expect(runbookOf({ runbook: "https://wiki.example.com/causeway" })).toBe("https://wiki.example.com/causeway");
});

test("thresholds in the unit of their rule, exceptions by region, and channels with their secrets", () => {
  const alerts = alertsSchema.parse({
    rules: {
      lag: { above: "5s", for: "1m", severity: "critical" },
      "journal-disk-low": { below: "20%" },
      "gateway-restarted": { enabled: false },
    },
    streams: { "us-east": { "data-at-risk": { above: "8MiB" } } },
    channels: {
      chat: { type: "slack", url: reference("HOOK"), from: "critical" },
      pager: { type: "pagerduty", routingKey: reference("KEY") },
      own: { type: "alertmanager", url: "http://127.0.0.1:9093" },
    },
  });
  const { settings, channels } = alertConfiguration(alerts, resolver(), RUNBOOK);
  expect(settings.rules.lag).toEqual({ enabled: true, severity: "critical", threshold: 5_000, forMs: 60_000 });
  expect(settings.rules["journal-disk-low"].threshold).toBe(0.2);
  expect(settings.rules["gateway-restarted"].enabled).toBe(false);
  expect(settings.streams).toEqual({ "us-east/0": { "data-at-risk": { threshold: 8 * 2 ** 20 } } });
  expect(channels).toEqual([
    { name: "chat", kind: "slack", from: "critical", url: "https://hooks.example.com/T/x" },
    { name: "pager", kind: "pagerduty", from: "warning", url: "https://events.pagerduty.com/v2/enqueue", secret: "k".repeat(32) },
    { name: "own", kind: "alertmanager", from: "warning", url: "http://127.0.0.1:9093" },
  ]);
});

test("refused: a threshold of another unit, an unknown rule, a secret in the file, and a reference to what is no URL", () => {
  for (const alerts of [
    { rules: { lag: { above: "5MiB" } } },
    { rules: { lag: { below: "5s" } } },
    { rules: { lagg: {} } },
    { channels: { chat: { type: "slack", url: "https://hooks.example.com/T/x" } } },
    { channels: { pager: { type: "pagerduty", routingKey: "k".repeat(32) } } },
    { channels: { hook: { type: "webhook", url: "https://user:password@example.com" } } },
  ]) {
    expect(alertsSchema.safeParse(alerts).success, JSON.stringify(alerts)).toBe(false);
  }
  const own = resolver();
  alertConfiguration(alertsSchema.parse({ channels: { hook: { type: "webhook", url: reference("BAD") } } }), own, RUNBOOK);
  expect(own.complaints).toMatchObject([{ path: ["alerts", "channels", "hook", "url"] }]);
  expect(JSON.stringify(own.complaints)).not.toContain("no url");
});

test("a secret that would travel in plaintext is warned of by the channel's name; on this machine it may, and without a secret, too", () => {
  const warnings = (channel: object) => {
    const own = resolver();
    alertConfiguration(alertsSchema.parse({ channels: { ops: channel } }), own, RUNBOOK);
    return own.warnings;
  };
  const readable = "http://alerts.example.com";
  const expected = [
    expect.stringMatching(/^what the channel ops is sent can be read on the way.* https:\/\/ in alerts\.channels\.ops\.url$/),
  ];
  expect(warnings({ type: "webhook", url: readable, token: reference("KEY") })).toEqual(expected);
  expect(warnings({ type: "pagerduty", url: readable, routingKey: reference("KEY") })).toEqual(expected);
  expect(warnings({ type: "webhook", url: reference("PLAIN_HOOK") })).toEqual(expected);
  expect(warnings({ type: "alertmanager", url: readable })).toEqual([]);
  for (const url of ["https://alerts.example.com", "http://127.0.0.1:9093", "http://[::1]:9093"]) {
    expect(warnings({ type: "alertmanager", url, token: reference("KEY") })).toEqual([]);
  }
});
