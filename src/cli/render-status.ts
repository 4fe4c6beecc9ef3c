/** The table of `causeway status`: pure, from the read models of the gateways that answered. */

import { formatBytes, formatCount, formatDuration, formatMs } from "../admin/dashboard/format.js";
import type { ExpiryStatus } from "../admin/status/delivery.ts";
import type { FeedStatus } from "../admin/status/feed.ts";
import type { GatewayStatus } from "../admin/status/gateway.ts";
import type { LinkStatus, LinkStreamStatus } from "../admin/status/link.ts";
import type { StreamStatus } from "../admin/status/stream.ts";
import type { LoadingStatus } from "../admin/status/transfer.ts";
import { notReadyReasons, warningsOf } from "../admin/status/verdict.ts";
import type { Quantiles } from "../lag/histogram.ts";
import { formatRisk } from "./format-risk.ts";
import { renderProgress } from "./progress-bar.ts";
import { type Cell, type Column, paint, printable, renderTable, type Tone } from "./table.ts";

export type RegionAnswer =
  | { readonly region: string; readonly status: GatewayStatus }
  | { readonly region: string; readonly error: string };

/** Positive is right: everything that can be compared stands in right-aligned columns. */
const right = (...titles: readonly string[]): readonly Column[] => titles.map((title) => ({ title, align: "right" }));
const left = (...titles: readonly string[]): readonly Column[] => titles.map((title) => ({ title }));

export function renderStatus(answers: readonly RegionAnswer[], color: boolean): string {
  const blocks = answers.map((answer) => ("status" in answer ? renderGateway(answer.status, color) : renderSilent(answer, color)));
  return `${blocks.map((lines) => lines.join("\n")).join("\n\n")}\n`;
}

function renderSilent({ region, error }: { readonly region: string; readonly error: string }, color: boolean): readonly string[] {
  return [`${region}  ${paint("unreachable", "bad", color)}  ${printable(error)}`];
}

function renderGateway(status: GatewayStatus, color: boolean): readonly string[] {
  const reasons = notReadyReasons(status);
  const ready = reasons.length === 0 ? paint("ready", "good", color) : paint("not ready", "bad", color);
  const up = formatDuration(status.atMs - status.startedAtMs);
  const sending = status.links.filter(({ direction }) => direction === "sending");
  return [
    `${status.region}  ${ready}  causeway ${status.version}, ${status.lz4}, ${status.zstd ? `zstd by ${status.zstd}` : "no zstd"}, up ${up}`,
    ...reasons.map((reason) => `  ${paint("!", "bad", color)} ${printable(reason)}`),
    ...warningsOf(status).map((warning) => `  ${paint("!", "warn", color)} ${printable(warning)}`),
    ...section(STREAM_COLUMNS, status.streams.map(streamRow), color),
    ...status.streams.flatMap((stream) => streamNotes(stream, status.atMs)).map((note) => `  ${printable(note)}`),
    ...section(
      LINK_COLUMNS,
      status.links.map((link) => linkRow(link, status.atMs)),
      color,
    ),
    ...[...sendingNotes(status), ...linkNotes(status)].map((note) => `  ${printable(note)}`),
    ...section(PEER_COLUMNS, sending.flatMap(peerRows), color),
  ];
}

function section(columns: readonly Column[], rows: readonly (readonly Cell[])[], color: boolean): readonly string[] {
  return rows.length === 0 ? [] : ["", ...renderTable(columns, rows, color).map((line) => `  ${line}`)];
}

const STREAM_COLUMNS = [
  ...left("STREAM", "ROLE", "PHASE"),
  ...right("RECEIVED", "DURABLE", "APPLIED", "BYTES/S", "COMMANDS/S", "RATIO", "JOURNAL"),
];

function streamRow({ id, role, phase, positions, throughput, compressionRatio, journal }: StreamStatus): readonly Cell[] {
  return [
    id,
    role,
    { text: phase, tone: toneOf(phase) },
    positions.received ?? "-",
    positions.durable ?? "-",
    positions.applied ?? "-",
    formatBytes(throughput.bytesPerSecond),
    formatCount(throughput.commandsPerSecond),
    compressionRatio === undefined ? "-" : `${compressionRatio.toFixed(1)}x`,
    `${formatBytes(journal.bytes)} in ${journal.segments} ${journal.segments === 1 ? "file" : "files"}`,
  ];
}

function feedNotes(id: string, feed: FeedStatus, nowMs: number): readonly string[] {
  const { address, state, fullSyncs, partialSyncs, disconnects, refusals, replicas } = feed;
  return [
    `${id}: feed on ${address} ${state}, ${fullSyncs} full and ${partialSyncs} partial syncs, ${disconnects} disconnects, ${refusals} refusals`,
    ...replicas.map((replica) => {
      const acked =
        replica.ackedOffset === undefined ? "nothing acknowledged" : `acknowledged ${replica.ackedOffset} ${ago(nowMs, replica.ackedAtMs)}`;
      return `${id}: replica ${replica.address} ${replica.state}, ${acked}, ${formatBytes(replica.lagBytes)} behind`;
    }),
    ...(feed.lastError ? [`${id}: last error of the feed: ${withAge(feed, nowMs)}`] : []),
  ];
}

function streamNotes(
  { id, history, master, delivery, feed, snapshot, journal, atRisk, compression }: StreamStatus,
  nowMs: number,
): readonly string[] {
  const notes: string[] = [];
  if (atRisk) {
    const { peer, bytes, unreadBytes = 0, atLeast } = atRisk;
    const has = bytes > unreadBytes ? "most" : atLeast ? "everything that was read" : "everything";
    notes.push(`${id}: at risk now: ${formatRisk(atRisk)}; ${peer} has ${has}`);
  }
  if (master) {
    const acked =
      master.ackedOffset === undefined ? "nothing acknowledged" : `acknowledged ${master.ackedOffset} ${ago(nowMs, master.ackedAtMs)}`;
    const { failovers, historiesLost, pauses } = master;
    const events = [
      `${master.fullSyncs} full and ${master.partialSyncs} partial syncs`,
      ...(failovers > 0 ? [`failovers: ${failovers}`] : []),
      ...(historiesLost > 0 ? [`histories lost: ${historiesLost}`] : []),
      ...(pauses > 0 ? [`pauses for the disk: ${pauses}`] : []),
    ].join(", ");
    notes.push(`${id}: master ${master.address} ${master.state}, ${events}, ${acked}`);
    if (compression && compression.savedBytes > 0)
      notes.push(`${id}: lz4 saved ${formatBytes(compression.savedBytes)} for ${compression.cpuSeconds.toFixed(1)} s of CPU`);
    if (master.heartbeat.reason !== undefined) notes.push(`${id}: T_write counts from reading only: ${master.heartbeat.reason}`);
    if (master.lastError) notes.push(`${id}: last error of the master link: ${withAge(master, nowMs)}`);
  }
  if (delivery) {
    const { address, targetVersion, state, units, keysLoaded, divergences, deadLetters } = delivery;
    const version = targetVersion === undefined ? "" : ` (${targetVersion})`;
    notes.push(
      `${id}: target ${address}${version} ${state}, ${units} units, ${keysLoaded} keys loaded, ${divergences} divergences, ${deadLetters} dead letters`,
    );
    if (delivery.loading) notes.push(`${id}: loading ${renderLoading(delivery.loading)}`);
    if (delivery.expiry) notes.push(`${id}: ${expiryNote(delivery.expiry)}`);
    const left = [
      ...Object.entries(delivery.dropped).map(([what, count]) => `${what} ${count} dropped`),
      ...Object.entries(delivery.rewritten).map(([what, count]) => `${what} ${count} rewritten`),
      ...Object.entries(delivery.untranslated).map(([what, count]) => `${what} ${count} not looked into`),
      ...Object.entries(delivery.skipped).map(([what, count]) => `${what} ${count} left out`),
      ...Object.entries(delivery.conditions).map(([what, count]) => `${what} ${count} times`),
    ];
    if (left.length > 0) notes.push(`${id}: ${left.join(", ")}`);
    if (delivery.lastError) notes.push(`${id}: last error of the delivery: ${withAge(delivery, nowMs)}`);
  }
  if (feed) notes.push(...feedNotes(id, feed, nowMs));
  if (journal.tornTails > 0)
    notes.push(`${id}: ${formatBytes(journal.tornBytes)} of interrupted writes were cut from the journal at the start`);
  if (journal.damages > 0) notes.push(`${id}: ${journal.damages} damaged files of the journal were mended; suspect the disk`);
  if (snapshot && snapshot.state !== "complete") {
    const progress = snapshot.arriving ? renderProgress(snapshot.arriving) : formatBytes(snapshot.rdbBytes);
    notes.push(`${id}: snapshot at ${snapshot.offset} ${snapshot.state}  ${progress}`);
  }
  return notes.length > 0 && history !== undefined ? [...notes, `${id}: history ${history}`] : notes;
}

function expiryNote({ by, guardMs }: ExpiryStatus): string {
  if (by === "import") return "keys expire when the source says so (import mode of the target)";
  if (by === "target") return "keys expire by the target's own clock";
  return `keys expire when the source says so, and by themselves ${formatDuration(guardMs)} later than there`;
}

const LINK_COLUMNS = [...left("LINK", "PHASE"), ...right("RTT", "CLOCK", "SENT", "RECEIVED", "RECONNECTS"), ...left("LAST ERROR")];

function linkRow(link: LinkStatus, nowMs: number): readonly Cell[] {
  const { peer, direction, phase, rttMs, clock, sentBytes, receivedBytes, reconnects } = link;
  return [
    direction === "sending" ? `to ${peer}` : `from ${peer}`,
    { text: phase, tone: toneOf(phase) },
    formatMs(rttMs),
    clock ? `${formatMs(clock.offsetMs)} ± ${formatMs(clock.errorMs)}` : "-",
    formatBytes(sentBytes),
    formatBytes(receivedBytes),
    `${reconnects}`,
    withAge(link, nowMs),
  ];
}

function renderLoading({ keys, totalKeys, ...progress }: LoadingStatus): string {
  const of = totalKeys === undefined ? "" : ` of ${formatCount(totalKeys)}`;
  return `${renderProgress(progress)}  ${formatCount(keys)}${of} keys`;
}

function sendingNotes({ links, listener }: GatewayStatus): readonly string[] {
  return links.flatMap(({ peer, streams }) =>
    streams.flatMap(({ stream, snapshot }) => {
      if (snapshot === undefined) return [];
      if (!snapshot.waiting) return [`${stream}: sending ${peer} a snapshot  ${renderProgress(snapshot)}`];
      return [
        `${stream}: ${peer} waits for a snapshot, ${listener?.snapshots.underWay} of ${listener?.snapshots.concurrent} are under way`,
      ];
    }),
  );
}

function linkNotes({ links, listener }: GatewayStatus): readonly string[] {
  const superseded = links
    .filter((link) => link.superseded > 0)
    .map(({ peer, superseded: times }) => `${peer}: the link was taken over by another connection of its region, times: ${times}`);
  const refusals = Object.entries(listener?.refusals ?? {}).map(([reason, count]) => `${reason} ${count}`);
  const packed = links.flatMap((link) => link.streams.flatMap((one) => packingNote(link, one)));
  return [...superseded, ...packed, ...(refusals.length > 0 ? [`refused at the link port: ${refusals.join(", ")}`] : [])];
}

function packingNote({ peer, direction }: LinkStatus, { stream, packing }: LinkStreamStatus): readonly string[] {
  if (packing === undefined || packing.records === 0) return [];
  const { codec, recordBytes, packedBytes, savedBytes, cpuSeconds } = packing;
  const now = codec === "zstd" ? "zstd" : "lz4 now, zstd before";
  const ratio = (recordBytes / packedBytes).toFixed(1);
  const saved = `${formatBytes(savedBytes)} saved (${ratio}x beside lz4) for ${cpuSeconds.toFixed(1)} s of CPU`;
  return [`${stream} ${direction === "sending" ? "to" : "from"} ${peer}: ${now}, ${saved}`];
}

function withAge(
  { lastError = "", lastErrorAtMs }: { readonly lastError?: string; readonly lastErrorAtMs?: number },
  nowMs: number,
): string {
  return lastErrorAtMs === undefined ? lastError : `${lastError} (${ago(nowMs, lastErrorAtMs)})`;
}

const PEER_COLUMNS = [
  ...left("STREAM", "PEER"),
  ...right("ACK RECEIVED", "ACK DURABLE", "ACK APPLIED", "BEHIND r/d/a", "LAG", "T_write", "T_network", "T_ack", "T p50", "T p99"),
];

function peerRows({ peer, streams }: LinkStatus): readonly (readonly Cell[])[] {
  return streams.map(({ stream, region, acked, lag }) => {
    const { received, durable, applied } = lag?.behindBytes ?? {};
    return [
      stream,
      region === undefined ? peer : `${region} via ${peer}`,
      acked.received ?? "-",
      acked.durable ?? "-",
      acked.applied ?? "-",
      [received, durable, applied].map(formatBytes).join(" / "),
      formatMs(lag?.lagMs),
      median(lag?.ms.write),
      median(lag?.ms.network),
      median(lag?.ms.ack),
      median(lag?.ms.total),
      formatMs(lag?.ms.total?.p99),
    ];
  });
}

function median(quantiles: Quantiles | undefined): string {
  return formatMs(quantiles?.p50);
}

function ago(nowMs: number, atMs: number | undefined): string {
  return atMs === undefined ? "" : `${formatMs(Math.max(0, nowMs - atMs))} ago`;
}

/** Only a hint for the eye: unknown words stay plain. */
export function toneOf(phase: string): Tone {
  if (/stream/.test(phase)) return "good";
  if (/halt|diverg|refus|closed|disconnect/.test(phase)) return "bad";
  return /connect|wait|retry|load|sync|snapshot|dial|resum/.test(phase) ? "warn" : "plain";
}
