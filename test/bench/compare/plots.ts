/** Lag and throughput of every scenario as SVG. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parse, View } from "vega";
import { compile, type TopLevelSpec } from "vega-lite";
import { describeScenario } from "./report.ts";
import { SYSTEMS } from "./scenario.ts";
import type { Result } from "./targets.ts";

const SYSTEM = { field: "system", type: "nominal", sort: [...SYSTEMS], title: null } as const;
const SCENARIO = { field: "scenario", type: "nominal", sort: null, title: null, axis: { labelLimit: 320 } } as const;

export async function drawPlots(results: readonly Result[], folder: string): Promise<void> {
  const rows = results.flatMap(({ scenario, runs }) =>
    Object.values(runs).map((run) => ({
      scenario: describeScenario(scenario),
      system: run.system,
      ratio: run.commandsPerSecond / (runs.native?.commandsPerSecond ?? Number.NaN),
      p50: run.lag.p50Ms,
      p99: run.lag.p99Ms,
    })),
  );
  if (rows.length === 0) return;
  await draw(join(folder, "lag.svg"), {
    title: "Lag as an independent observer sees it: p50 to p99 (ms)",
    data: { values: rows },
    width: 640,
    height: { step: 12 },
    encoding: { y: SCENARIO, yOffset: SYSTEM, color: SYSTEM },
    layer: [
      {
        mark: { type: "rule", strokeWidth: 3, opacity: 0.6 },
        encoding: { x: { field: "p50", type: "quantitative", scale: { type: "log" }, title: "ms" }, x2: { field: "p99" } },
      },
      { mark: { type: "point", filled: true, size: 50 }, encoding: { x: { field: "p50", type: "quantitative" } } },
    ],
  });
  await draw(join(folder, "throughput.svg"), {
    title: "Writes per second over native's in the same run",
    data: { values: rows.filter(({ system }) => system !== "native") },
    width: 640,
    height: { step: 14 },
    mark: "bar",
    encoding: { y: SCENARIO, yOffset: SYSTEM, color: SYSTEM, x: { field: "ratio", type: "quantitative", title: "× native" } },
  });
}

async function draw(path: string, spec: TopLevelSpec): Promise<void> {
  const view = new View(parse(compile({ ...spec, background: "white" }).spec), { renderer: "none" });
  await writeFile(path, await view.toSVG());
}
