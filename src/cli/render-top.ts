/** What `causeway top` draws: pure, as many lines as the screen has rows and none wider than it. */

import { formatBytes, formatCount, formatDuration, formatMs } from "../admin/dashboard/format.js";
import type { GatewayStatus } from "../admin/status/gateway.ts";
import { notReadyReasons } from "../admin/status/verdict.ts";
import type { DataAtRisk, PeerLag } from "../lag/lag-tracker.ts";
import { type RegionAnswer, toneOf } from "./render-status.ts";
import { type Cell, type Column, paint, printable, renderTable } from "./table.ts";

export const SORT_KEYS = ["lag", "behind", "risk", "name"] as const;
export type SortKey = (typeof SORT_KEYS)[number];

export type TopView = {
  readonly answers: readonly RegionAnswer[];
  readonly sort: SortKey;
  readonly isPaused: boolean;
  /** When the answers came, ms since 1970. */
  readonly atMs: number;
  readonly columns: number;
  readonly rows: number;
  readonly color: boolean;
};

const ESCAPE = "\u001b";

type LinkRow = {
  readonly from: string;
  readonly to: string;
  readonly stream: string;
  readonly phase: string;
  readonly rttMs: number | undefined;
  readonly lag: PeerLag | undefined;
};

const left = (...titles: readonly string[]): readonly Column[] => titles.map((title) => ({ title }));
const right = (...titles: readonly string[]): readonly Column[] => titles.map((title) => ({ title, align: "right" }));
const REGION_COLUMNS = [...left("REGION", "STATE"), ...right("UP", "WRITTEN/S", "COMMANDS/S", "JOURNAL", "AT RISK")];
const LINK_COLUMNS = [...left("FROM", "TO", "STREAM", "PHASE"), ...right("LAG", "T p50", "T p99", "BEHIND", "AT RISK", "RTT")];

export function renderTop({ answers, sort, isPaused, atMs, columns, rows, color }: TopView): readonly string[] {
  const reached = answers.flatMap((answer) => ("status" in answer ? [answer.status] : []));
  const time = new Date(atMs).toISOString().slice(11, 19);
  const count = `${reached.length} of ${answers.length} ${answers.length === 1 ? "region answers" : "regions answer"}`;
  const paused = isPaused ? `  ${paint("PAUSED", "warn", color)}` : "";
  const links = linkRows(reached).sort(BY[sort]);
  const lines = [
    `causeway top  ${time} UTC  ${count}${paused}`,
    "",
    ...renderTable(REGION_COLUMNS, answers.map(regionRow), color),
    "",
    ...(links.length === 0 ? ["no links"] : renderTable(LINK_COLUMNS, links.map(linkCells), color)),
    ...reached.flatMap((status) =>
      notReadyReasons(status).map((reason) => `${paint("!", "bad", color)} ${status.region}: ${printable(reason)}`),
    ),
  ];
  const footer = paint(`q quit  space pause  s sort (now: ${sort}; ${SORT_KEYS.join(", ")})`, "dim", color);
  const room = Math.max(0, rows - 1);
  const hidden = lines.length - room;
  const shown =
    hidden > 0
      ? [...lines.slice(0, Math.max(0, room - 1)), paint(`… ${hidden + 1} more lines: enlarge the terminal`, "dim", color)]
      : lines;
  const blanks = Array.from({ length: Math.max(0, room - shown.length) }, () => "");
  return [...shown, ...blanks, footer].slice(-rows).map((line) => clip(line, columns));
}

function regionRow(answer: RegionAnswer): readonly Cell[] {
  if (!("status" in answer)) return [answer.region, { text: "unreachable", tone: "bad" }, "-", "-", "-", "-", "-"];
  const { region, streams, atMs, startedAtMs } = answer.status;
  const isReady = notReadyReasons(answer.status).length === 0;
  const origin = streams.find(({ role }) => role === "origin");
  return [
    region,
    { text: isReady ? "ready" : "not ready", tone: isReady ? "good" : "bad" },
    formatDuration(atMs - startedAtMs),
    formatBytes(origin?.throughput.bytesPerSecond),
    formatCount(origin?.throughput.commandsPerSecond),
    formatBytes(streams.reduce((sum, { journal }) => sum + journal.bytes, 0)),
    riskCell(origin?.atRisk),
  ];
}

/** As the origin sees them; the receiver's word counts where the origin does not answer. */
function linkRows(reached: readonly GatewayStatus[]): LinkRow[] {
  const regions = new Set(reached.map(({ region }) => region));
  return reached.flatMap(({ region, links }) =>
    links
      .filter(({ direction, peer }) => direction === "sending" || !regions.has(peer))
      .flatMap(({ direction, peer, phase, rttMs, streams }) => {
        const ends = direction === "sending" ? { from: region, to: peer } : { from: peer, to: region };
        const carried = streams.length === 0 ? [{ stream: "-", phase: undefined, lag: undefined }] : streams;
        return carried.map(({ stream, phase: of, lag }) => ({
          ...ends,
          stream,
          phase: phase === "open" ? (of ?? phase) : phase,
          rttMs,
          lag,
        }));
      }),
  );
}

function linkCells({ from, to, stream, phase, rttMs, lag }: LinkRow): readonly Cell[] {
  return [
    from,
    to,
    stream,
    { text: phase, tone: toneOf(phase) },
    formatMs(lag?.lagMs),
    formatMs(lag?.ms.total?.p50),
    formatMs(lag?.ms.total?.p99),
    formatBytes(lag?.behindBytes.applied),
    riskCell(lag?.atRisk),
    formatMs(rttMs),
  ];
}

/** `≥` where the master may have more than it said last. */
function riskCell(risk: DataAtRisk | undefined): string {
  return `${risk?.atLeast ? "≥ " : ""}${formatBytes(risk?.bytes)}`;
}

/** Worst first. What is not known stands in front: it may be the worst. */
const BY: Readonly<Record<SortKey, (a: LinkRow, b: LinkRow) => number>> = {
  lag: (a, b) => worst(a.lag?.lagMs, b.lag?.lagMs) || byName(a, b),
  behind: (a, b) => worst(a.lag?.behindBytes.applied, b.lag?.behindBytes.applied) || byName(a, b),
  risk: (a, b) => worst(a.lag?.atRisk.bytes, b.lag?.atRisk.bytes) || byName(a, b),
  name: (a, b) => byName(a, b),
};

function worst(a: number | undefined, b: number | undefined): number {
  const [left, right] = [a ?? Number.MAX_VALUE, b ?? Number.MAX_VALUE];
  return right - left;
}

function byName(a: LinkRow, b: LinkRow): number {
  return `${a.from} ${a.to} ${a.stream}`.localeCompare(`${b.from} ${b.to} ${b.stream}`);
}

/** The first `columns` visible characters, with the colours that belong to them. */
function clip(line: string, columns: number): string {
  const [first = "", ...painted] = line.split(ESCAPE);
  let room = columns;
  const take = (text: string) => {
    const taken = text.slice(0, room);
    room -= taken.length;
    return taken;
  };
  return [
    take(first),
    ...painted.map((part) => ESCAPE + part.replace(/^(\[\d*m)(.*)$/, (_, colour: string, text: string) => colour + take(text))),
  ].join("");
}
