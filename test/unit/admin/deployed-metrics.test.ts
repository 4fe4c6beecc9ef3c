/** The dashboard and the rules in deploy/ ask only for metrics and labels that exist. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { metricCatalogue } from "../../../src/admin/metrics/exposition.ts";

type Rules = { readonly groups: readonly { readonly rules: readonly { readonly record?: string; readonly expr: string }[] }[] };
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

test("the runbook has the section that an alert links to", () => {
  const anchors = [...read("RUNBOOK.md").matchAll(/^#+ (.+)$/gm)].map(([, title = ""]) =>
    title
      .toLowerCase()
      .replaceAll(" ", "-")
      .replaceAll(/[^a-z0-9_-]/g, ""),
  );
  const linked = [...read("prometheus/rules.yml").matchAll(/runbook_url: deploy\/RUNBOOK\.md#(\S+)/g)].map(([, anchor = ""]) => anchor);
  expect(linked.length).toBeGreaterThan(20);
  expect(linked.filter((anchor) => !anchors.includes(anchor))).toEqual([]);
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
