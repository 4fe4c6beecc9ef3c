/** One picture of the demo as lines of text: pure, from what the observer saw. */
import { formatBytes, formatCount, formatMs } from "../../src/admin/dashboard/format.js";
import { type Cell, type Column, paint, renderTable, type Tone } from "../../src/cli/table.ts";
import type { Observer } from "./observer.ts";
import { ORIGIN, PEERS, type Peer, RTT_MS, type World } from "./world.ts";

export type Picture = {
  readonly title: string;
  /** Since the load began. */
  readonly clock: string;
  /** The newest last. */
  readonly events: readonly string[];
  /** Shown at the bottom while a person may play. */
  readonly keys: string | undefined;
};

const WIDTH = 100;
const BARS = "▁▂▃▄▅▆▇█";
/** Below it the course of the lag is drawn flat: the line's own length is no event. */
const SMALLEST_SCALE_MS = 500;

const left = (...titles: readonly string[]): readonly Column[] => titles.map((title) => ({ title }));
const right = (...titles: readonly string[]): readonly Column[] => titles.map((title) => ({ title, align: "right" }));
const PEER_COLUMNS = [
  ...left("REGION", "LINK"),
  ...right("RTT", "RECEIVED", "DURABLE", "APPLIED", "BEHIND", "LAG", "T p50", "T p99", "WIRE"),
];

export function renderPicture(world: World, observer: Observer, picture: Picture, color: boolean): readonly string[] {
  const dim = (text: string) => paint(text, "dim", color);
  const head = `Causeway  ${picture.title}`;
  const { events, keys } = picture;
  return [
    "",
    `${bold(head, color)}${" ".repeat(Math.max(1, WIDTH - head.length - picture.clock.length))}${picture.clock}`,
    dim("─".repeat(WIDTH)),
    ...originLines(observer, color),
    "",
    ...renderTable(
      PEER_COLUMNS,
      PEERS.map((peer) => peerRow(world, observer, peer)),
      color,
    ),
    "",
    ...PEERS.map((peer) => courseLine(observer, peer, color)),
    "",
    ...observer.troubles.map((trouble) => paint(`! ${trouble}`, "bad", color)),
    ...events.slice(-6),
    ...(keys === undefined ? [] : ["", ...portLines(world).map(dim), dim(keys)]),
  ].map((line) => `  ${line}`.trimEnd());
}

/** The same in one line, for a log. */
export function renderLine(observer: Observer, picture: Picture): string {
  const rates = observer.origin?.throughput;
  const peers = PEERS.map((peer) => {
    const { phase, lag } = observer.peer(peer);
    return `${peer} ${phase} behind ${formatBytes(lag?.behindBytes.applied)} ${formatMs(lag?.lagMs)}`;
  });
  return [picture.clock, picture.title, `${formatBytes(rates?.bytesPerSecond)}/s`, ...peers].join("  ");
}

/** Where everything listens. */
export function portLines(world: World): readonly string[] {
  const { master, targets, adminPorts } = world;
  return [
    `redis-cli -p ${master.port}  ${ORIGIN}, the master`,
    ...PEERS.map((peer) => `redis-cli -p ${targets[peer].port}  ${peer}`),
    `curl http://127.0.0.1:${adminPorts[ORIGIN]}/status  ${ORIGIN}; ${PEERS.map((peer) => `${adminPorts[peer]} ${peer}`).join(", ")}`,
  ];
}

function originLines(observer: Observer, color: boolean): readonly string[] {
  const { origin } = observer;
  if (origin === undefined) return [paint(`${ORIGIN}  starting`, "warn", color)];
  const { positions, throughput, compressionRatio, master, journal } = origin;
  return [
    [
      `${ORIGIN}  ${paint(`● ${origin.phase}`, toneOf(origin.phase), color)}`,
      `offset ${grouped(positions.durable)}`,
      `${formatBytes(throughput.bytesPerSecond)}/s`,
      `${formatCount(throughput.commandsPerSecond)} commands/s`,
      `${master?.fullSyncs ?? 0} full, ${master?.partialSyncs ?? 0} partial syncs`,
    ].join("   "),
    [
      " ".repeat(ORIGIN.length),
      `journal ${formatBytes(journal.bytes)}`,
      ...(compressionRatio === undefined ? [] : [`compressed ${compressionRatio.toFixed(1)} times`]),
    ].join("  "),
  ];
}

function peerRow(world: World, observer: Observer, peer: Peer): readonly Cell[] {
  const { link, phase, acked, lag } = observer.peer(peer);
  const behindMs = lag?.lagMs;
  const isLate = behindMs !== undefined && behindMs > RTT_MS[peer] * 4;
  return [
    peer,
    { text: `● ${phase}`, tone: toneOf(phase) },
    formatMs(link?.rttMs),
    grouped(acked.received),
    grouped(acked.durable),
    grouped(acked.applied),
    formatBytes(lag?.behindBytes.applied),
    { text: formatMs(behindMs), tone: isLate ? "bad" : "good" },
    formatMs(lag?.ms.total?.p50),
    formatMs(lag?.ms.total?.p99),
    formatBytes(world.lines[peer].bytes.down),
  ];
}

function courseLine(observer: Observer, peer: Peer, color: boolean): string {
  const { lagMs, maxMs } = observer.course(peer);
  const scale = Math.max(SMALLEST_SCALE_MS, ...lagMs);
  const bars = lagMs.map((ms) => BARS[Math.min(BARS.length - 1, Math.floor((ms / scale) * BARS.length))]).join("");
  return `${`lag ${peer}`.padEnd(14)}${paint(bars.padEnd(60), "good", color)}  worst ${formatMs(maxMs)}`;
}

/** 1234567 → 1,234,567. */
export function grouped(offset: string | number | undefined): string {
  return offset === undefined ? "-" : `${offset}`.replaceAll(/\B(?=(\d{3})+$)/g, ",");
}

function toneOf(phase: string): Tone {
  if (phase === "streaming") return "good";
  return /halt|closed|refused/.test(phase) ? "bad" : "warn";
}

export function bold(text: string, color: boolean): string {
  return color ? `\u001b[1m${text}\u001b[0m` : text;
}
