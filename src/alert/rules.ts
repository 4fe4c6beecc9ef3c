/**
 * The rules: what is read from a sample, and what that means. Pure. A rule of levels reads one number for each thing that it looks at
 * and compares it with a threshold; a rule of events fires at something that happened and stays for its hold.
 * Each has a section in deploy/RUNBOOK.md, and its defaults are the topology's defaults.
 */
import type { Change, ChangeKind } from "./changes.ts";
import { type AlertSample, isConnected } from "./sample.ts";

export const SEVERITIES = ["info", "warning", "critical"] as const;
export type Severity = (typeof SEVERITIES)[number];

/** What an alert is about; together with the rule it is the alert's identity. */
export type Subject = {
  readonly stream?: string;
  readonly peer?: string;
  readonly direction?: string;
  readonly service?: string;
  readonly path?: string;
};

export type Reading = {
  readonly subject: Subject;
  /** In the unit of the rule's threshold; undefined: not known now, which neither fires nor resolves. */
  readonly value: number | undefined;
  /** One sentence that says the value to a person. */
  readonly text: string;
};

/** duration: ms. size: bytes. share: 0 … 1. none: yes is 1. */
export type Unit = "duration" | "size" | "share" | "none";

type Common = { readonly title: string; readonly severity: Severity };

export type LevelRule = Common & {
  readonly unit: Unit;
  /** Fires above the threshold, or below it. */
  readonly fires: "above" | "below";
  readonly threshold: number;
  readonly forMs: number;
  readonly read: (sample: AlertSample) => readonly Reading[];
};

export type EventRule = Common & {
  readonly events: readonly ChangeKind[];
  readonly holdMs: number;
  readonly isMeant?: (change: Change, sample: AlertSample) => boolean;
};

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const MIB = 1024 * 1024;
/** A rate below this is nobody writing. */
const IDLE_BYTES_PER_SECOND = 1;

const rules = {
  lag: {
    ...{ title: "Replication lag", severity: "warning", unit: "duration", fires: "above", threshold: 10 * SECOND, forMs: 30 * SECOND },
    read: ({ links }) =>
      links.flatMap(({ peer, streams }) =>
        streams.flatMap(({ stream, region, lag }) => {
          if (lag === undefined) return [];
          const text = `${region ?? peer} is ${ms(lag.lagMs)} behind with ${stream}${region === undefined ? "" : `, which it gets from ${peer}`}`;
          // Without its own name a region behind a relay would be hidden by the relay, which is well.
          return [{ subject: { stream, peer: region ?? peer }, value: lag.lagMs, text }];
        }),
      ),
  },
  "data-at-risk": {
    ...{ title: "Data at risk", severity: "warning", unit: "size", fires: "above", threshold: 64 * MIB, forMs: MINUTE },
    read: ({ streams }) =>
      streams.flatMap(({ id, atRisk }) =>
        atRisk === undefined
          ? []
          : [
              {
                subject: { stream: id },
                value: atRisk.bytes,
                text: `${bytes(atRisk.bytes)} (${ms(atRisk.ms)}) of ${id} are in no other region`,
              },
            ],
      ),
  },
  "link-down": {
    ...{ title: "Link down", severity: "warning", unit: "none", fires: "above", threshold: 0, forMs: 10 * SECOND },
    read: ({ links }) => links.map((link) => ({ subject: linkOf(link), value: isConnected(link) ? 0 : 1, text: downText(link) })),
  },
  "peer-silent": {
    ...{ title: "Peer silent", severity: "critical", unit: "none", fires: "above", threshold: 0, forMs: 2 * MINUTE },
    read: ({ links }) =>
      links.map((link) => ({
        subject: linkOf(link),
        value: isConnected(link) ? 0 : 1,
        text: `nothing is heard from the gateway of ${link.peer}: it, its region or the way to it is lost`,
      })),
  },
  "full-sync-started": {
    ...{ title: "Full sync started", severity: "warning", events: ["full-sync-started", "history-lost"], holdMs: 10 * MINUTE },
    // The first one of a new gateway is how it begins.
    isMeant: (_, sample) => sample.hasRunBefore === true || sample.atMs - sample.startedAtMs > 10 * MINUTE,
  },
  "full-sync-failed": { title: "Full sync failed", severity: "critical", events: ["full-sync-failed"], holdMs: 30 * MINUTE },
  divergence: { title: "Divergence", severity: "critical", events: ["diverged"], holdMs: 30 * MINUTE },
  "dead-letters": { title: "Dead letters", severity: "critical", events: ["dead-lettered"], holdMs: 30 * MINUTE },
  "retention-overrun": { title: "Needed data dropped", severity: "critical", events: ["needed-dropped"], holdMs: 30 * MINUTE },
  "journal-disk-full": {
    ...{ title: "Journal's disk full", severity: "critical", unit: "none", fires: "above", threshold: 0, forMs: 3 * SECOND },
    read: ({ streams }) =>
      streams.map(({ id, role, journal: { diskFull } }) => ({
        subject: { stream: id },
        value: Number(diskFull),
        text: `the disk takes nothing of ${id}: ${role === "origin" ? "its master is soon not read any more, and what it writes is at risk" : "the stream waits"}`,
      })),
  },
  "journal-disk-low": {
    ...{ title: "Journal's disk nearly full", severity: "critical", unit: "share", fires: "below", threshold: 0.1, forMs: 30 * SECOND },
    read: ({ streams }) =>
      streams.map(({ id, journal: { disk } }) => ({
        subject: { stream: id },
        value: disk && disk.freeBytes / disk.totalBytes,
        text: `the disk of ${id} has ${bytes(disk?.freeBytes ?? 0)} left`,
      })),
  },
  "backlog-exhaustion": {
    ...{
      title: "Master's backlog soon exhausted",
      severity: "warning",
      unit: "duration",
      fires: "below",
      threshold: 30 * SECOND,
      forMs: MINUTE,
    },
    read: ({ streams }) =>
      streams.flatMap(({ id, master }) => {
        const backlog = master?.backlog;
        const left = backlog && leftMs(backlog.leftBytes, backlog.bytesPerSecond);
        return master
          ? [
              {
                subject: { stream: id },
                value: left,
                text: `the master's backlog lasts ${ms(left)} more at this rate; then a full sync is needed`,
              },
            ]
          : [];
      }),
  },
  "retention-exhaustion": {
    ...{
      title: "Journal's retention soon exhausted",
      severity: "warning",
      unit: "duration",
      fires: "below",
      threshold: 30 * MINUTE,
      forMs: MINUTE,
    },
    read: ({ streams, links }) =>
      streams.flatMap(({ id, role, journal, throughput, compressionRatio: ratio = 1 }) => {
        const keptMs = (neededBytes: number) => leftMs(journal.retentionBytes - neededBytes, throughput.bytesPerSecond / ratio);
        const peers = links
          .filter(({ direction }) => direction === "sending")
          .flatMap(({ peer, streams: carried }) => {
            const taken = carried.find(({ stream, region }) => stream === id && region === undefined);
            if (taken === undefined) return [];
            const { behindBytes, atRisk } = taken.lag ?? {};
            // What was not read from the master is not in the journal.
            const value =
              behindBytes?.durable === undefined ? undefined : keptMs((behindBytes.durable - (atRisk?.unreadBytes ?? 0)) / ratio);
            return [{ subject: { stream: id, peer }, value, text: `what ${peer} needs of ${id} is kept ${ms(value)} more at this rate` }];
          });
        if (role === "origin") return peers;
        // The target, or the replicas of a feed, read from this journal as peers do.
        const value = keptMs(journal.neededBytes);
        return [
          ...peers,
          { subject: { stream: id }, value, text: `what is to be delivered here of ${id} is kept ${ms(value)} more at this rate` },
        ];
      }),
  },
  "clock-error": {
    ...{ title: "Clock error too large", severity: "info", unit: "duration", fires: "above", threshold: 500, forMs: 2 * MINUTE },
    read: ({ links }) =>
      links.map((link) => ({
        subject: linkOf(link),
        value: link.clock?.errorMs,
        text: `the clock of ${link.peer} is known to ± ${ms(link.clock?.errorMs)} only: so are T_network and what readers see`,
      })),
  },
  "certificate-expiring": {
    ...{ title: "Certificate expires", severity: "warning", unit: "duration", fires: "below", threshold: 14 * DAY, forMs: 0 },
    read: ({ certificates, atMs }) =>
      certificates.map(({ use, path, expiresAtMs, refused }) => ({
        subject: { path },
        value: expiresAtMs - atMs,
        text: `the ${use} certificate ${path} ${expiresAtMs > atMs ? `expires in ${ms(expiresAtMs - atMs)}` : "has expired"}${refused === undefined ? "" : "; the renewed one is not used, see the log"}`,
      })),
  },
  "topology-drift": {
    ...{ title: "Topologies differ", severity: "warning", unit: "none", fires: "above", threshold: 0, forMs: 5 * MINUTE },
    read: ({ links }) =>
      links.map((link) => ({
        subject: linkOf(link),
        value: link.sameTopology === undefined ? undefined : Number(!link.sameTopology),
        text: `the gateway of ${link.peer} was started with another topology`,
      })),
  },
  "log-lost": {
    ...{ title: "Log not written", severity: "warning", unit: "none", fires: "above", threshold: 0, forMs: 10 * SECOND },
    read: ({ region, log }) => [
      {
        subject: {},
        value: log && Number(log.failure !== undefined),
        text: `the log of ${region} cannot be written: ${log?.failure ?? ""}; ${log?.lostLines ?? 0} lines are lost since the start`,
      },
    ],
  },
  "gateway-restarted": {
    ...{ title: "Gateway restarted", severity: "info", events: ["gateway-started"], holdMs: 5 * MINUTE },
    isMeant: (_, { hasRunBefore }) => hasRunBefore === true,
  },
  "stream-halted": {
    ...{ title: "Halted", severity: "critical", unit: "none", fires: "above", threshold: 0, forMs: 0 },
    read: ({ services }) =>
      services.map(({ name, state, code, message }) => ({
        subject: { service: name },
        value: Number(state === "halted" && code !== "SNAPSHOT_SUSPICIOUS"),
        text: `${name} is halted: ${code ?? ""}, ${message ?? ""}`,
      })),
  },
  "snapshot-suspicious": {
    ...{ title: "Suspicious snapshot", severity: "critical", unit: "none", fires: "above", threshold: 0, forMs: 0 },
    read: ({ services }) =>
      services.map(({ name, state, code, message }) => ({
        subject: { service: name },
        value: Number(state === "halted" && code === "SNAPSHOT_SUSPICIOUS"),
        text: `${name} waits for a person: ${message ?? ""}`,
      })),
  },
} as const satisfies Record<string, LevelRule | EventRule>;

export type RuleName = keyof typeof rules;
export const RULES: Readonly<Record<RuleName, LevelRule | EventRule>> = rules;
export const RULE_NAMES = Object.keys(RULES) as readonly RuleName[];

export function isEventRule(rule: LevelRule | EventRule): rule is EventRule {
  return "events" in rule;
}

function linkOf({ peer, direction }: AlertSample["links"][number]): Subject {
  return { peer, direction };
}

function downText(link: AlertSample["links"][number]): string {
  const name = link.direction === "sending" ? `the link to ${link.peer}` : `the link from ${link.peer}`;
  return `${name} is down${link.lastError === undefined ? "" : `: ${link.lastError}`}`;
}

/** Undefined while nobody writes: then nothing runs out. Never so long that it would not be a number of a person's. */
function leftMs(bytesLeft: number, bytesPerSecond: number): number {
  if (bytesPerSecond < IDLE_BYTES_PER_SECOND) return 3650 * DAY;
  return Math.min(3650 * DAY, Math.max(0, (bytesLeft * 1000) / bytesPerSecond));
}

function ms(value: number | undefined): string {
  if (value === undefined) return "an unknown time";
  if (value < SECOND) return `${Math.round(value)} ms`;
  if (value < 2 * MINUTE) return `${(value / SECOND).toFixed(1)} s`;
  if (value < 2 * HOUR) return `${Math.round(value / MINUTE)} min`;
  return value < 2 * DAY ? `${Math.round(value / HOUR)} h` : `${Math.round(value / DAY)} days`;
}

function bytes(value: number): string {
  return value < MIB ? `${Math.round(value / 1024)} KiB` : `${(value / MIB).toFixed(1)} MiB`;
}
