/** What `causeway journal` prints: pure. */

import { formatBytes } from "../admin/dashboard/format.js";
import type { StoredHistory } from "../journal/contents.ts";
import type { Offset } from "../stream/position.ts";
import type { RecordHeader } from "../stream/record.ts";
import type { ReadCommand } from "./command-text.ts";
import { type Cell, type Column, paint, renderTable } from "./table.ts";

export type HistoryEnd = {
  readonly offset: Offset | undefined;
  /** Of the last record; ms since 1970, the origin's clock. */
  readonly readAtMs?: number | undefined;
  /** Why the last file could not be read to its end. */
  readonly problem?: string;
};

const COLUMNS: readonly Column[] = [
  { title: "HISTORY" },
  { title: "WHAT" },
  { title: "FROM", align: "right" },
  { title: "TO", align: "right" },
  { title: "SIZE", align: "right" },
  { title: "FIRST READ" },
  { title: "LAST WRITTEN" },
];

/** `ends` are those of `histories`, in the same order. */
export function renderContents(histories: readonly StoredHistory[], ends: readonly HistoryEnd[], color: boolean): string {
  if (histories.length === 0) return "nothing is stored here\n";
  const streams = [...new Set(histories.map(({ stream }) => stream))];
  const blocks = streams.map((stream) => {
    const own = histories.map((history, nth) => ({ history, end: ends[nth]! })).filter(({ history }) => history.stream === stream);
    const problems = own.flatMap(({ end }) => (end.problem === undefined ? [] : [`${paint("!", "bad", color)} ${end.problem}`]));
    const rows = own.flatMap(({ history, end }) => [...snapshotRows(history), ...segmentRows(history, end)]);
    return [stream, ...[...renderTable(COLUMNS, rows, color), ...problems].map((line) => `  ${line}`)].join("\n");
  });
  return `${blocks.join("\n\n")}\n`;
}

function snapshotRows({ history, snapshots }: StoredHistory): readonly (readonly Cell[])[] {
  return snapshots.map(({ offset, state, bytes, writtenAtMs }) => [
    history,
    state === "whole" ? "snapshot" : { text: "snapshot, arriving", tone: "warn" as const },
    `${offset}`,
    "-",
    formatBytes(bytes),
    "-",
    time(writtenAtMs),
  ]);
}

function segmentRows({ history, segments }: StoredHistory, end: HistoryEnd): readonly (readonly Cell[])[] {
  return segments.map(({ first, bytes, firstReadAtMs, writtenAtMs }, nth) => [
    history,
    "records",
    `${first}`,
    `${segments[nth + 1]?.first ?? end.offset}`,
    formatBytes(bytes),
    time(firstReadAtMs),
    time(writtenAtMs),
  ]);
}

/** One object; offsets are decimal strings, times ISO. */
export function renderContentsJson(histories: readonly StoredHistory[], ends: readonly HistoryEnd[]): string {
  const listed = histories.map(({ stream, history, snapshots, segments }, nth) => {
    const end = ends[nth]!;
    return {
      stream,
      history,
      snapshots: snapshots.map(({ id, offset, state, bytes, writtenAtMs }) => ({
        id,
        offset: `${offset}`,
        state,
        bytes,
        writtenAt: iso(writtenAtMs),
      })),
      segments: segments.map(({ path, first, replid, bytes, firstReadAtMs, writtenAtMs }, at) => ({
        path,
        from: `${first}`,
        to: `${segments[at + 1]?.first ?? end.offset}`,
        replid,
        bytes,
        firstReadAt: iso(firstReadAtMs),
        writtenAt: iso(writtenAtMs),
      })),
      ...(end.problem !== undefined && { problem: end.problem }),
    };
  });
  return `${JSON.stringify({ histories: listed }, undefined, 2)}\n`;
}

export type CommandLine = {
  readonly command: ReadCommand;
  /** Of the record in which it ends. */
  readonly header: RecordHeader;
  readonly text: string;
  readonly values: boolean;
  readonly json: boolean;
};

/** A line; of JSON it has the words only if values were asked for. */
export function renderCommand({ command, header, text, values, json }: CommandLine): string {
  const { offset, bytes, db, name, words } = command;
  if (!json) return `${`${offset}`.padStart(12)}  ${time(header.readAtMs)}  db${db}  ${text}\n`;
  const line = { offset: `${offset}`, readAt: iso(header.readAtMs), db, bytes, name, text, ...(values && { words }) };
  return `${JSON.stringify(line)}\n`;
}

function time(atMs: number | undefined): string {
  return iso(atMs)?.replace("T", " ") ?? "-";
}

function iso(atMs: number | undefined): string | undefined {
  return atMs === undefined ? undefined : new Date(atMs).toISOString();
}
