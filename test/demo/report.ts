/** What the demo found, as the JSON object of `--json` and as text. */
import { formatBytes, formatMs } from "../../src/admin/dashboard/format.js";
import { paint, renderTable } from "../../src/cli/table.ts";
import { type Comparison, compareServers } from "../support/digest.ts";
import { checkLedgers } from "../support/ledger.ts";
import type { Workload } from "../support/workload.ts";
import { bold, grouped } from "./frame.ts";
import type { Observer } from "./observer.ts";
import { ORIGIN, PEERS, type Peer, type World } from "./world.ts";

export type Lag = { readonly p50: number; readonly p99: number; readonly max: number };

export type RegionReport = {
  readonly keysCompared: number;
  readonly mismatches: number;
  /** The first of them. */
  readonly examples: Comparison["mismatches"];
  /** Effects lost or done twice, one sentence each. */
  readonly ledgerProblems: readonly string[];
  readonly lagMs: Lag;
  /** As its gateway said it, looked at a few times a second: also while nothing arrives. */
  readonly worstLagMs: number;
  readonly lagBytesMax: number;
  readonly linkReconnects: number;
  readonly bytesOnWire: number;
};

export type Report = {
  readonly ok: boolean;
  /** Every region acknowledged the end of the load in time. */
  readonly caughtUp: boolean;
  /** What the gateways say is wrong. */
  readonly troubles: readonly string[];
  readonly keysCompared: number;
  readonly mismatches: number;
  readonly ledgerProblems: number;
  readonly fullSyncs: number;
  readonly partialSyncs: number;
  /** T of the last minute, from the master's bytes read to the ack of the peer that applied them; the worst region of each. */
  readonly lagMs: Lag;
  /** Seen under load, the worst region. */
  readonly worstLagMs: number;
  /** Its snapshot and its stream. */
  readonly bytesReadFromMaster: number;
  /** Both directions of both lines, counted outside the gateways. */
  readonly bytesOnWire: number;
  readonly compressionRatio: number | undefined;
  readonly commandsWritten: number;
  readonly loadMs: number;
  readonly outageMs: number;
  readonly regions: Readonly<Record<Peer, RegionReport>>;
};

export type Course = { readonly loadMs: number; readonly outageMs: number; readonly caughtUp: boolean };

export async function makeReport(world: World, observer: Observer, workload: Workload, course: Course): Promise<Report> {
  const own = await checkLedgers(world.master.client(), workload.ledgers);
  const all = await Promise.all(PEERS.map((peer) => reportRegion(world, observer, workload, peer)));
  const sum = (of: (region: RegionReport) => number) => all.reduce((total, region) => total + of(region), 0);
  const worst = (of: (lag: Lag) => number) => Math.max(...all.map(({ lagMs }) => of(lagMs)));
  const { origin } = observer;
  const mismatches = sum((region) => region.mismatches);
  const ledgerProblems = own.length + sum((region) => region.ledgerProblems.length);
  return {
    ok: course.caughtUp && mismatches === 0 && ledgerProblems === 0 && all.every(({ keysCompared }) => keysCompared > 0),
    caughtUp: course.caughtUp,
    troubles: observer.troubles,
    keysCompared: sum((region) => region.keysCompared),
    mismatches,
    ledgerProblems,
    fullSyncs: origin?.master?.fullSyncs ?? 0,
    partialSyncs: origin?.master?.partialSyncs ?? 0,
    lagMs: { p50: worst(({ p50 }) => p50), p99: worst(({ p99 }) => p99), max: worst(({ max }) => max) },
    worstLagMs: Math.max(...all.map(({ worstLagMs }) => worstLagMs)),
    bytesReadFromMaster: (origin?.throughput.bytes ?? 0) + (origin?.snapshot?.rdbBytes ?? 0),
    bytesOnWire: sum(({ bytesOnWire }) => bytesOnWire),
    compressionRatio: origin?.compressionRatio,
    commandsWritten: workload.stats.commands,
    loadMs: Math.round(course.loadMs),
    outageMs: Math.round(course.outageMs),
    regions: Object.fromEntries(PEERS.map((peer, index) => [peer, all[index]!])) as Record<Peer, RegionReport>,
  };
}

async function reportRegion(world: World, observer: Observer, workload: Workload, peer: Peer): Promise<RegionReport> {
  const target = world.targets[peer].client();
  const comparison = await compareServers(world.master.client(), target, { maxMismatches: 5 });
  const { lag, reconnects } = observer.peer(peer);
  const { maxMs, maxBytes } = observer.course(peer);
  const { up, down } = world.lines[peer].bytes;
  const total = lag?.ms.total;
  return {
    keysCompared: comparison.keys,
    mismatches: comparison.mismatchCount,
    examples: comparison.mismatches,
    ledgerProblems: await checkLedgers(target, workload.ledgers),
    lagMs: { p50: rounded(total?.p50), p99: rounded(total?.p99), max: rounded(total?.max) },
    worstLagMs: rounded(maxMs),
    lagBytesMax: maxBytes,
    linkReconnects: reconnects,
    bytesOnWire: up + down,
  };
}

export function renderReport(report: Report, color: boolean): readonly string[] {
  const columns = ["REGION", "KEYS COMPARED", "DIFFERENT", "LOST OR DOUBLED", "T p50", "T p99", "WORST LAG", "RECONNECTS", "ON THE WIRE"];
  const rows = Object.entries(report.regions).map(([peer, region]) => [
    peer,
    grouped(region.keysCompared),
    { text: grouped(region.mismatches), tone: region.mismatches === 0 ? ("good" as const) : ("bad" as const) },
    { text: `${region.ledgerProblems.length}`, tone: region.ledgerProblems.length === 0 ? ("good" as const) : ("bad" as const) },
    formatMs(region.lagMs.p50),
    formatMs(region.lagMs.p99),
    `${formatMs(region.worstLagMs)}, ${formatBytes(region.lagBytesMax)}`,
    `${region.linkReconnects}`,
    formatBytes(region.bytesOnWire),
  ]);
  const examples = [
    ...report.troubles,
    ...Object.entries(report.regions).flatMap(([peer, region]) => [
      ...region.examples.map(({ db, key, why }) => `${peer}: database ${db}, ${key}: ${why}`),
      ...region.ledgerProblems.slice(0, 5).map((problem) => `${peer}: ${problem}`),
    ]),
  ];
  const verdict = report.ok
    ? paint("✔ Every key of every region is the same, in value and expiry, and nothing was lost or done twice.", "good", color)
    : paint(report.caughtUp ? "✘ The regions differ." : "✘ The regions did not catch up in time.", "bad", color);
  return [
    "",
    bold(`Compared with ${ORIGIN}`, color),
    ...renderTable(
      columns.map((title, index) => ({ title, align: index === 0 ? ("left" as const) : ("right" as const) })),
      rows,
      color,
    ),
    ...examples,
    "",
    `${grouped(report.commandsWritten)} commands in ${formatMs(report.loadMs)}, one link cut for ${formatMs(report.outageMs)}; ` +
      `${report.fullSyncs} full and ${report.partialSyncs} partial syncs with the master, ` +
      `${formatBytes(report.bytesReadFromMaster)} read from it, ${formatBytes(report.bytesOnWire)} on the wire to two regions.`,
    verdict,
    "",
  ].map((line) => `  ${line}`.trimEnd());
}

function rounded(ms: number | undefined): number {
  return Math.round((ms ?? 0) * 10) / 10;
}
