/** What is in deploy/prometheus, deploy/alertmanager and deploy/grafana, by the programs that will read it. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { tempFolder } from "../support/temp-folder.ts";
import { DEPLOY, Tool } from "./tools.ts";

const promtool = new Tool("promtool");
const amtool = new Tool("amtool");

describe.skipIf(promtool.isMissing)("promtool", () => {
  test("takes the scrape configuration", async () => {
    // The files with the token and the authority are the operator's.
    expect(await promtool.run("check", "config", "--syntax-only", "prometheus/prometheus.yml")).toContain("SUCCESS");
  });

  test("takes the rules, each with its own test", async () => {
    await promtool.run("check", "rules", "--lint=all", "--lint-fatal", "prometheus/rules.yml");
    expect(await promtool.run("test", "rules", "prometheus/rules.test.yml")).toContain("SUCCESS");
    const rules = await readFile(join(DEPLOY, "prometheus/rules.yml"), "utf8");
    const tests = await readFile(join(DEPLOY, "prometheus/rules.test.yml"), "utf8");
    const names = [...rules.matchAll(/- (?:alert|record): (\S+)/g)].map(([, name]) => name!);
    expect(names.filter((name) => !tests.includes(name))).toEqual([]);
  });

  test("takes every query of the dashboard", async () => {
    const dashboard = JSON.parse(await readFile(join(DEPLOY, "grafana/causeway.json"), "utf8")) as {
      readonly panels: readonly { readonly targets?: readonly { readonly expr: string }[] }[];
    };
    const queries = dashboard.panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));
    const rules = queries.map((query, index) => ({ record: `query_${index}`, expr: withValues(query) }));
    await using folder = await tempFolder("dashboard");
    const path = join(folder.path, "rules.json");
    await writeFile(path, JSON.stringify({ groups: [{ name: "dashboard", rules }] }));
    expect(await promtool.run("check", "rules", path)).toContain(`${queries.length} rules found`);
  });
});

test.skipIf(amtool.isMissing)("amtool takes Alertmanager's configuration, and pages reach who is on call", async () => {
  expect(await amtool.run("check-config", "alertmanager/alertmanager.yml")).toContain("SUCCESS");
  for (const [severity, receiver] of [
    ["page", "on-call"],
    ["warning", "team"],
    ["info", "nobody"],
  ] as const) {
    const said = await amtool.run("config", "routes", "test", "--config.file=alertmanager/alertmanager.yml", `severity=${severity}`);
    expect(said.split("\n")[0]).toBe(receiver);
  }
});

test("inhibitions and routes name alerts and severities that exist", async () => {
  const rules = await readFile(join(DEPLOY, "prometheus/rules.yml"), "utf8");
  const alertmanager = parse(await readFile(join(DEPLOY, "alertmanager/alertmanager.yml"), "utf8")) as Record<string, unknown>;
  const named = [...JSON.stringify(alertmanager).matchAll(/(alertname|severity) = (\w+)/g)];
  expect(named.length).toBeGreaterThan(4);
  for (const [, label, value] of named) expect(rules).toContain(label === "alertname" ? `alert: ${value}\n` : `severity: ${value} `);
});

/** As Grafana puts them in. */
function withValues(query: string): string {
  return query.replaceAll("$__rate_interval", "1m").replaceAll("$region", ".*").replaceAll("$stream", ".*");
}
