/** What an inspected RDB holds, as tables for people and as JSON for programs. */

import { formatBytes } from "../admin/dashboard/format.js";
import type { LargeKey, RdbReport } from "../rdb/inspection.ts";
import { printable, renderTable } from "./table.ts";

/** A Date reaches no further. */
const MAX_DATE_MS = 8_640_000_000_000_000n;

export function renderReport(report: RdbReport, color: boolean): string {
  const { format, bytes, keys, expiries, functions } = report;
  const sections = [
    [
      `${format.family} RDB version ${format.version}, ${formatBytes(bytes)}, checksum ${report.checksum}`,
      `${keys} keys, ${expiries.keys} with an expiry; ${functions.libraries} function libraries (${formatBytes(functions.bytes)})`,
      ...Array.from(report.skipped, ([what, count]) => `${what}: ${count}`),
    ],
    report.aux.map(([name, value]) => `${printable(name)}: ${printable(value)}`),
    table(
      report.databases.size > 0,
      ["DB", "KEYS", "EXPIRES"],
      Array.from(report.databases, ([db, count]) => [db, count.keys, count.expires]),
      color,
    ),
    table(
      keys > 0,
      ["TYPE", "ENCODING", "NUMBER", "KEYS", "BYTES"],
      report.types.map(({ type, encoding, number, keys: count, valueBytes }) => [type, encoding, number, count, formatBytes(valueBytes)]),
      color,
      2,
    ),
    renderExpiries(report, color),
    table(
      report.largest.length > 0,
      ["LARGEST KEYS", "DB", "TYPE", "ENCODING", "BYTES"],
      report.largest.map((key) => [JSON.stringify(nameOf(key)), key.db, key.type, key.encoding, formatBytes(key.valueBytes)]),
      color,
      1,
    ),
  ];
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n")}\n`;
}

/** One object; 64-bit numbers are decimal strings. */
export function reportAsJson(report: RdbReport): object {
  const { expiries } = report;
  return {
    ...report,
    aux: Object.fromEntries(report.aux),
    databases: Array.from(report.databases, ([db, count]) => ({ db, ...count })),
    skipped: Object.fromEntries(report.skipped),
    expiries: { ...expiries, firstAtMs: expiries.firstAtMs?.toString(), lastAtMs: expiries.lastAtMs?.toString() },
    // A key need not be text: the bytes say it exactly.
    largest: report.largest.map(({ key, ...rest }) => ({ key: key.toString(), keyBase64: key.toString("base64"), ...rest })),
  };
}

function renderExpiries({ expiries }: RdbReport, color: boolean): readonly string[] {
  const { keys, past, hour, day, month, later, firstAtMs, lastAtMs } = expiries;
  const titles = ["EXPIRED", "IN 1 H", "IN 1 D", "IN 30 D", "LATER", "FIRST", "LAST"];
  return table(keys > 0, titles, [[past, hour, day, month, later, formatDate(firstAtMs), formatDate(lastAtMs)]], color);
}

/** Text stands left, in the first `texts` columns, and numbers right. */
function table(isThere: boolean, titles: readonly string[], rows: readonly (readonly (string | number)[])[], color: boolean, texts = 0) {
  if (!isThere) return [];
  const columns = titles.map((title, column) => ({ title, align: column < texts ? ("left" as const) : ("right" as const) }));
  return renderTable(
    columns,
    rows.map((row) => row.map(String)),
    color,
  );
}

function nameOf({ key, keyBytes }: LargeKey): string {
  return `${key.toString()}${keyBytes > key.length ? "…" : ""}`;
}

function formatDate(atMs: bigint | undefined): string {
  if (atMs === undefined) return "-";
  return atMs >= -MAX_DATE_MS && atMs <= MAX_DATE_MS ? new Date(Number(atMs)).toISOString() : `${atMs} ms`;
}
