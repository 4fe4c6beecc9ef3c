/**
 * What each kind of channel is sent. Pure.
 *
 *   webhook       our own JSON, stable: `version` changes when a field changes its meaning
 *   slack         incoming webhooks (api.slack.com/messaging/webhooks): text, and one coloured attachment
 *   pagerduty     Events API v2 (developer.pagerduty.com): trigger and resolve under one dedup_key
 *   alertmanager  API v2, POST api/v2/alerts (prometheus.io/docs/alerting/latest/alerts_api): sent again while it fires, for it forgets
 */
import { unreachable } from "../../errors.ts";
import type { Channel, Notification, Post } from "./channel.ts";

/** PagerDuty's limit for a summary is 1024 characters. */
const MAX_SUMMARY = 1024;
/** Alertmanager takes an alert for resolved after this; it is sent again each minute. */
const ALERTMANAGER_ENDS_MS = 5 * 60_000;
const COLOURS = { critical: "#c62828", warning: "#ef8e00", info: "#1976d2" };
const RESOLVED_COLOUR = "#2e7d32";

export function postOf(channel: Channel, notification: Notification): Post {
  switch (channel.kind) {
    case "webhook":
      return { url: channel.url, headers: bearer(channel), body: webhookBody(notification) };
    case "slack":
      return { url: channel.url, headers: {}, body: slackBody(notification) };
    case "pagerduty":
      return { url: channel.url, headers: {}, body: pagerdutyBody(notification, channel.secret ?? "") };
    case "alertmanager":
      return { url: `${channel.url.replace(/\/+$/, "")}/api/v2/alerts`, headers: bearer(channel), body: alertmanagerBody(notification) };
    default:
      return unreachable(channel.kind);
  }
}

function bearer({ secret }: Channel): Readonly<Record<string, string>> {
  return secret === undefined ? {} : { authorization: `Bearer ${secret}` };
}

function webhookBody({ kind, alert, atMs, runbook, isTest }: Notification) {
  const { key, rule, title, severity, region, subject, text, value, threshold, firingSinceMs } = alert;
  return {
    version: 1,
    status: kind,
    ...(isTest && { test: true }),
    ...{ key, rule, title, severity, region, subject, text, runbook },
    ...(value !== undefined && { value }),
    ...(threshold !== undefined && { threshold }),
    firingSince: iso(firingSinceMs),
    at: iso(atMs),
    ...(kind === "resolved" && { resolvedAt: iso(atMs) }),
  };
}

function slackBody(notification: Notification) {
  const { kind, alert, runbook } = notification;
  const word = kind === "firing" ? alert.severity.toUpperCase() : "RESOLVED";
  const headline = `[${word}] ${alert.title}: ${alert.region}${notification.isTest ? " (test)" : ""}`;
  const link = /^https?:/.test(runbook) ? `<${runbook}|runbook>` : escaped(runbook);
  return {
    text: escaped(headline),
    attachments: [
      {
        color: kind === "firing" ? COLOURS[alert.severity] : RESOLVED_COLOUR,
        fallback: escaped(`${headline}: ${alert.text}`),
        text: `${escaped(alert.text)}\n${link}`,
        fields: Object.entries(alert.subject).map(([title, value]) => ({ title, value: escaped(value), short: true })),
        ts: Math.floor(notification.atMs / 1000),
      },
    ],
  };
}

/** Slack's three: everything else is text. */
function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

function pagerdutyBody({ kind, alert, runbook, isTest }: Notification, routingKey: string) {
  const common = { routing_key: routingKey, dedup_key: isTest ? `${alert.key}:test` : alert.key };
  if (kind === "resolved") return { ...common, event_action: "resolve" };
  const { key, region, rule, severity, subject, text, title, value, threshold, firingSinceMs } = alert;
  return {
    ...common,
    event_action: "trigger",
    payload: {
      summary: `${title} (${region}): ${text}`.slice(0, MAX_SUMMARY),
      source: `causeway ${region}`,
      severity,
      timestamp: iso(firingSinceMs),
      component: subject.stream ?? subject.service ?? subject.peer ?? region,
      group: region,
      class: rule,
      custom_details: { key, ...subject, ...(value !== undefined && { value }), ...(threshold !== undefined && { threshold }) },
    },
    ...(/^https?:/.test(runbook) ? { links: [{ href: runbook, text: "runbook" }] } : {}),
  };
}

function alertmanagerBody({ kind, alert, atMs, runbook, isTest }: Notification) {
  const { rule, region, severity, subject, text, title, firingSinceMs } = alert;
  return [
    {
      labels: { alertname: alertName(rule), job: "causeway", region, severity, ...subject, ...(isTest && { test: "true" }) },
      annotations: { summary: title, description: text, runbook_url: runbook },
      startsAt: iso(firingSinceMs),
      endsAt: iso(kind === "resolved" ? atMs : atMs + ALERTMANAGER_ENDS_MS),
    },
  ];
}

/** `full-sync-started` → `CausewayFullSyncStarted`. */
function alertName(rule: string): string {
  return `Causeway${rule.replaceAll(/(^|-)(\w)/g, (_, __, letter: string) => letter.toUpperCase())}`;
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
