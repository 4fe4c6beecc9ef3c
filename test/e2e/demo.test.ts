import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import type { Report } from "../demo/report.ts";
import { Child } from "../support/child.ts";

const DEMO = fileURLToPath(new URL("../../dist/test/demo/demo.js", import.meta.url));
const demo = (...args: readonly string[]): Child => new Child(process.execPath, [DEMO, ...args]);

test("the demo carries everything through an outage and says so in one JSON object", async () => {
  const child = demo("--duration", "6s", "--keys", "3000", "--rate", "500", "--json");
  const { code } = await child.exited;
  const report = JSON.parse(child.output) as Report;
  expect(report).toMatchObject({ ok: true, caughtUp: true, troubles: [], mismatches: 0, ledgerProblems: 0, fullSyncs: 1, partialSyncs: 0 });
  expect(report.keysCompared).toBeGreaterThan(6_000);
  expect(report.outageMs).toBeGreaterThan(0);
  for (const { lagMs } of [report, ...Object.values(report.regions)]) {
    expect(lagMs.p50).toBeLessThanOrEqual(lagMs.p99);
    expect(lagMs.p99).toBeLessThanOrEqual(lagMs.max);
  }
  expect(code).toBe(0);
});

test.each([
  [["--duration", "3"], "demo: --duration 3: expected a time such as 20s or 2m\n"],
  [["--json"], "demo: --json needs --duration\n"],
])("a wrong command line %j is one sentence and exit 2", async (args, sentence) => {
  const child = demo(...args);
  const { code } = await child.exited;
  expect({ code, output: child.output }).toEqual({ code: 2, output: sentence });
});
