/** What the project promises of its speed, as ratios to native in the same run, and whether a run kept it. */
import type { CatchUp, FirstSync, Fsync, Run } from "./measure.ts";
import type { Scenario } from "./scenario.ts";

/** The same scenario on each system: medians of all rounds. */
export type Result = { readonly scenario: Scenario; readonly runs: Readonly<Partial<Record<Run["system"], Run>>> };

export type Verdict = { readonly target: string; readonly measured: string; readonly met: boolean | undefined };

/** What is measured outside of the scenarios. */
export type Others = {
  readonly fsync: Fsync | undefined;
  readonly catchUps: readonly CatchUp[];
  readonly firstSyncs: readonly FirstSync[];
};

type Check = {
  readonly target: string;
  readonly of: (results: readonly Result[], others: Others) => readonly { value: number; limit: number; above?: boolean }[];
};

const unthrottled = ({ scenario }: Result) => scenario.rate === Number.POSITIVE_INFINITY && scenario.load === "sets";
const throttled = ({ scenario }: Result) => Number.isFinite(scenario.rate) && scenario.load === "sets" && scenario.rate <= 100_000;
const isLoad = (network: string, load: string, rate: number) => (result: Result) =>
  result.scenario.network === network && result.scenario.load === load && result.scenario.rate === rate;

const pairs = (results: readonly Result[], system: "write" | "feed" | "zstd") =>
  results.flatMap(({ runs, scenario }) => {
    const [native, run] = [runs.native, runs[system]];
    return native && run ? [{ native, run, scenario }] : [];
  });

export const gatewayCpu = ({ cpuPerMillion }: Run): number => (cpuPerMillion["origin"] ?? 0) + (cpuPerMillion["peer"] ?? 0);

const addedLag = (results: readonly Result[], percentile: "p50Ms" | "p99Ms", limit: number) =>
  pairs(results, "write").map(({ native, run }) => ({ value: run.lag[percentile] - native.lag[percentile], limit }));

const CHECKS: readonly Check[] = [
  {
    target: "throttled: throughput ≥ 0.98 × native at every RTT",
    of: (all) =>
      pairs(all.filter(throttled), "write").map((p) => ({
        value: p.run.commandsPerSecond / p.native.commandsPerSecond,
        limit: 0.98,
        above: true,
      })),
  },
  ...(["write", "feed"] as const).map((system) => ({
    target: `unthrottled, ${system} delivery: throughput ≥ ${system === "write" ? 0.85 : 0.95} × native`,
    of: (all: readonly Result[]) =>
      pairs(all.filter(unthrottled), system).map((p) => ({
        value: p.run.commandsPerSecond / p.native.commandsPerSecond,
        limit: system === "write" ? 0.85 : 0.95,
        above: true,
      })),
  })),
  {
    target: "50,000 SET/s, loopback: added lag p50 ≤ 0.5 ms",
    of: (all) => addedLag(all.filter(isLoad("loopback", "sets", 50_000)), "p50Ms", 0.5),
  },
  {
    target: "50,000 SET/s, loopback: added lag p99 ≤ 3 ms",
    of: (all) => addedLag(all.filter(isLoad("loopback", "sets", 50_000)), "p99Ms", 3),
  },
  {
    target: "200,000 SET/s, loopback: added lag p50 ≤ 1 ms",
    of: (all) => addedLag(all.filter(isLoad("loopback", "sets", 200_000)), "p50Ms", 1),
  },
  {
    target: "200,000 SET/s, loopback: added lag p99 ≤ 8 ms",
    of: (all) => addedLag(all.filter(isLoad("loopback", "sets", 200_000)), "p99Ms", 8),
  },
  {
    target: "80 ms RTT, 50,000 SET/s: lag p50 within 2 ms of the one-way delay",
    of: (all) => pairs(all.filter(isLoad("rtt80", "sets", 50_000)), "write").map(({ run }) => ({ value: run.lag.p50Ms - 40, limit: 2 })),
  },
  {
    target: "200 ms RTT: throughput within 5 % of that at 1 ms",
    of: (all) => {
      const at = (network: string) => all.find(isLoad(network, "sets", 100_000))?.runs.write?.commandsPerSecond;
      const [near, far] = [at("rtt1"), at("rtt200")];
      return near && far ? [{ value: far / near, limit: 0.95, above: true }] : [];
    },
  },
  {
    target: "CPU of both gateways ≤ 0.6 × that of the target",
    of: (all) =>
      pairs(all.filter(unthrottled), "write").map(({ run }) => ({ value: gatewayCpu(run) / run.cpuPerMillion["replica"]!, limit: 0.6 })),
  },
  {
    target: "realistic mix: wire bytes ≤ 0.40 × the stream (LZ4)",
    of: (all) =>
      pairs(
        all.filter(({ scenario }) => scenario.load === "mix"),
        "write",
      ).map(({ run }) => ({ value: run.wireBytes / run.streamBytes, limit: 0.4 })),
  },
  {
    target: "realistic mix: wire bytes ≤ 0.25 × the stream (zstd)",
    of: (all) =>
      pairs(
        all.filter(({ scenario }) => scenario.load === "mix"),
        "zstd",
      ).map(({ run }) => ({ value: run.wireBytes / run.streamBytes, limit: 0.25 })),
  },
  ...(["write", "zstd"] as const).map((system) => ({
    target: `incompressible: wire bytes ≤ 1.01 × the stream (${system === "write" ? "LZ4" : "zstd"})`,
    of: (all: readonly Result[]) =>
      pairs(
        all.filter(({ scenario }) => scenario.load === "random"),
        system,
      ).map(({ run }) => ({ value: run.wireBytes / run.streamBytes, limit: 1.01 })),
  })),
  {
    target: "catch-up after an outage, writes going on: ≥ 4 × the live rate",
    of: (_, { catchUps }) =>
      catchUps.filter(({ system }) => system === "write").map(({ timesLiveRate }) => ({ value: timesLiveRate, limit: 4, above: true })),
  },
  {
    target: "journal fsync always: ≥ 0.85 × the throughput of everysec",
    of: (_, { fsync }) => (fsync ? [{ value: fsync.always / fsync.everysec, limit: 0.85, above: true }] : []),
  },
  {
    target: "first sync of 2,000,000 keys, write delivery: ≤ 1.3 × the time of native",
    of: (_, { firstSyncs }) => {
      const secondsOf = (name: string) => firstSyncs.find(({ system, keys }) => system === name && keys >= 2_000_000)?.seconds;
      const [native, write] = [secondsOf("native"), secondsOf("write")];
      return native && write ? [{ value: write / native, limit: 1.3 }] : [];
    },
  },
  {
    target: "each gateway ≤ 150 MiB at full speed",
    of: (all) =>
      pairs(all.filter(unthrottled), "write").map(({ run }) => ({
        value: Math.max(run.peakMiB["origin"]!, run.peakMiB["peer"]!),
        limit: 150,
      })),
  },
];

/** The worst scenario decides; undefined where nothing was measured. */
export function judge(results: readonly Result[], others: Others): readonly Verdict[] {
  return CHECKS.map(({ target, of }) => {
    const values = of(results, others);
    const misses = values.filter(({ value, limit, above }) => (above ? value < limit : value > limit));
    const above = values[0]?.above === true;
    const worst = values.map(({ value }) => value).sort((a, b) => (above ? a - b : b - a))[0];
    return {
      target,
      measured: worst === undefined ? "not measured" : worst.toFixed(2),
      met: worst === undefined ? undefined : misses.length === 0,
    };
  });
}
