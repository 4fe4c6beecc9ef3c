/** The dashboard and the rules in deploy/ ask only for metrics and labels that exist. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { parse, parseAllDocuments } from "yaml";
import { metricCatalogue } from "../../../src/admin/metrics/exposition.ts";
import { anchorOf } from "../../../src/admin/runbook.ts";

type Rule = { readonly alert?: string; readonly expr: string; readonly annotations?: { readonly runbook_url?: string } };
type Rules = { readonly groups: readonly { readonly rules: readonly Rule[] }[] };
type Panel = { readonly title: string; readonly targets?: readonly { readonly expr: string; readonly legendFormat: string }[] };

const deploy = new URL("../../../deploy/", import.meta.url);
const read = (name: string) => readFileSync(new URL(name, deploy), "utf8");
const rules = (parse(read("prometheus/rules.yml")) as Rules).groups.flatMap(({ rules }) => rules);
const dashboard = JSON.parse(read("grafana/causeway.json")) as { readonly panels: readonly Panel[] };
const queries = dashboard.panels.flatMap(({ title, targets = [] }) => targets.map((target) => ({ title, ...target })));

/** Every histogram has three names; ALERTS is Prometheus's own. */
const known = new Map(
  metricCatalogue().flatMap(({ name, type, labels }) =>
    ["", ...((type as string) === "histogram" ? ["_bucket", "_sum", "_count"] : [])].map((end) => [
      name + end,
      ["region", "le", ...labels],
    ]),
  ),
);
const METRIC = /\bcauseway_\w+/g;
const SELECTOR = /\b(causeway_\w+)\{([^}]*)\}/g;

describe.each([
  ["deploy/prometheus/rules.yml", rules.map(({ expr }) => expr)],
  ["deploy/grafana/causeway.json", queries.map(({ expr }) => expr)],
])("%s", (_, expressions) => {
  test("asks for metrics that exist", () => {
    const asked = expressions.flatMap((expression) => expression.match(METRIC) ?? []);
    expect(asked.length).toBeGreaterThan(20);
    // A recorded name has the metric's name between its colons.
    expect(asked.filter((name) => !known.has(name))).toEqual([]);
  });

  test("selects by labels that exist", () => {
    const wrong = expressions
      .flatMap((expression) => [...expression.matchAll(SELECTOR)])
      .flatMap(([, name = "", selector = ""]) =>
        [...selector.matchAll(/(\w+) *[=!]~?/g)]
          .filter(([, label = ""]) => !known.get(name)?.includes(label))
          .map(([, label]) => `${name} ${label}`),
      );
    expect(wrong).toEqual([]);
  });
});

test("each alert links to a section of the runbook, one that has an alert of its own here to that", () => {
  const anchors = new Set([...read("RUNBOOK.md").matchAll(/^#+ (.+)$/gm)].map(([, title]) => anchorOf(title!)));
  const alerts = rules.flatMap(({ alert, annotations }) => (alert === undefined ? [] : [{ alert, url: annotations?.runbook_url ?? "" }]));
  expect(alerts.length).toBeGreaterThan(30);
  const anchorIn = (url: string) => /^deploy\/RUNBOOK\.md#(\S+)$/.exec(url)?.[1];
  const lost = alerts.filter(({ url }) => !anchors.has(anchorIn(url) ?? ""));
  // Each warning is a sentence of its own in the status.
  expect(lost).toEqual([{ alert: "CausewayWarnings", url: "" }]);
  const kebab = (alert: string) => `alert${alert.replace(/^Causeway/, "").replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
  expect(alerts.filter(({ alert, url }) => anchors.has(kebab(alert)) && anchorIn(url) !== kebab(alert))).toEqual([]);
});

test("the rules for the Prometheus operator are the same rules", () => {
  const manifests = parseAllDocuments(read("kubernetes/monitoring.yaml")).map((document) => document.toJS());
  const groups = manifests.find(({ kind }) => kind === "PrometheusRule").spec.groups;
  expect(groups).toEqual((parse(read("prometheus/rules.yml")) as Rules).groups);
});

test("each panel's legend names labels that its metric has", () => {
  const wrong = queries.flatMap(({ title, expr, legendFormat }) => {
    const metrics = (expr.match(METRIC) ?? []).map((name) => known.get(name) ?? []);
    const named = [...legendFormat.matchAll(/\{\{(\w+)\}\}/g)].map(([, label = ""]) => label);
    return expr.includes("process_")
      ? []
      : named.filter((label) => !metrics.some((labels) => labels.includes(label))).map((label) => `${title}: ${label}`);
  });
  expect(wrong).toEqual([]);
});

test("everything that the issue of a dashboard promises has a panel", () => {
  const shown = queries.map(({ expr }) => expr).join(" ");
  for (const name of [
    "causeway_lag_seconds",
    "causeway_lag_stage_duration_seconds_bucket",
    "causeway_stream_data_at_risk_bytes",
    "causeway_lag_bytes",
    "causeway_stream_bytes_total",
    "causeway_journal_bytes",
    "causeway_journal_retention_bytes",
    "causeway_master_backlog_left_bytes",
    "causeway_alerts_firing",
    "causeway_link_connected",
    "causeway_snapshot_bytes",
    "causeway_delivery_divergences_total",
    "ALERTS",
  ]) {
    expect(shown).toContain(name);
  }
});
