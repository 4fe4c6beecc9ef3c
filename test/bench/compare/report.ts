/** The tables of a benchmark run, for a terminal and for a Markdown file alike. */
import type { CatchUp, FirstSync, Run } from "./measure.ts";
import { NETWORKS, type Scenario, SYSTEMS } from "./scenario.ts";
import { gatewayCpu, type Result, type Verdict } from "./targets.ts";

export type Report = {
  readonly machine: Readonly<Record<string, unknown>>;
  readonly rounds: number;
  readonly results: readonly Result[];
  readonly catchUps: readonly CatchUp[];
  readonly firstSyncs: readonly FirstSync[];
  readonly verdicts: readonly Verdict[];
};

export function describeScenario({ load, rate, network }: Scenario): string {
  return `${load} ${Number.isFinite(rate) ? `${rate.toLocaleString("en")}/s` : "unthrottled"}, ${NETWORKS[network].name}`;
}

export function renderReport({ machine, rounds, results, catchUps, firstSyncs, verdicts }: Report): string {
  const about = Object.entries(machine).map(([name, value]) => `${name} ${value}`);
  return `${[
    `${rounds === 1 ? "One round" : `Medians of ${rounds} rounds`}, systems in turns, everything on one machine: ${about.join(", ")}.`,
    table(
      [
        "scenario",
        "system",
        "writes/s",
        "× native",
        "lag p50 / p99 / p99.9 ms",
        "CPU s per million: master / gateways / replica",
        "wire × stream",
        "peak MiB",
      ],
      results.flatMap(({ scenario, runs }) =>
        SYSTEMS.flatMap((name) => {
          const run = runs[name];
          return run ? [[describeScenario(scenario), name, ...figures(run, runs.native)]] : [];
        }),
      ),
    ),
    ...(firstSyncs.length > 0
      ? [
          table(
            ["first sync", "system", "seconds", "× native"],
            firstSyncs.map((sync) => [
              `${sync.keys.toLocaleString("en")} keys`,
              sync.system,
              sync.seconds.toFixed(2),
              ratio(sync.seconds, firstSyncs[0]!.seconds),
            ]),
          ),
        ]
      : []),
    ...(catchUps.length > 0
      ? [
          table(
            ["outage", "system", "caught up in s", "× live rate"],
            catchUps.map((it) => [`${it.outageSeconds} s`, it.system, it.seconds.toFixed(1), it.timesLiveRate.toFixed(1)]),
          ),
        ]
      : []),
    table(
      ["target", "measured (worst)", "met"],
      verdicts.map(({ target, measured, met }) => [target, measured, met === undefined ? "–" : met ? "yes" : "NO"]),
    ),
  ].join("\n\n")}\n`;
}

function figures(run: Run, native: Run | undefined): readonly string[] {
  const { lag, cpuPerMillion, peakMiB } = run;
  const gateways = ["origin", "peer"].flatMap((name) => (peakMiB[name] === undefined ? [] : [Math.round(peakMiB[name])]));
  return [
    Math.round(run.commandsPerSecond).toLocaleString("en"),
    native ? ratio(run.commandsPerSecond, native.commandsPerSecond) : "",
    [lag.p50Ms, lag.p99Ms, lag.p999Ms].map((ms) => ms.toFixed(2)).join(" / "),
    [cpuPerMillion["master"]!, gatewayCpu(run), cpuPerMillion["replica"]!].map((seconds) => seconds.toFixed(2)).join(" / "),
    (run.wireBytes / run.streamBytes).toFixed(2),
    gateways.join(" + "),
  ];
}

function ratio(value: number, native: number): string {
  return (value / native).toFixed(2);
}

/** A Markdown table with aligned columns. */
function table(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = titles.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]!.length)));
  const line = (cells: readonly string[]) => `| ${cells.map((cell, column) => cell.padEnd(widths[column]!)).join(" | ")} |`;
  return [line(titles), line(widths.map((width) => "-".repeat(width))), ...rows.map(line)].join("\n");
}
