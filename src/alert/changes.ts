/**
 * What happened between two samples: the entries of the timeline. Pure. Nothing is told twice, and what was already so in the first
 * sample of a gateway is told by its start alone.
 */
import { type AlertSample, isConnected, type LinkSample, type ServiceSample, type StreamSample } from "./sample.ts";

export const CHANGE_KINDS = [
  "gateway-started",
  "full-sync-started",
  "full-sync-failed",
  "full-sync-finished",
  "partial-sync",
  "history-lost",
  "failed-over",
  "phase-changed",
  "diverged",
  "dead-lettered",
  "needed-dropped",
  "journal-damaged",
  "disk-full",
  "disk-writable",
  "replica-attached",
  "replica-detached",
  "link-up",
  "link-down",
  "service-halted",
  "service-recovered",
] as const;
export type ChangeKind = (typeof CHANGE_KINDS)[number];

export type Change = {
  readonly kind: ChangeKind;
  readonly atMs: number;
  readonly stream?: string;
  readonly peer?: string;
  readonly service?: string;
  /** One sentence; no keys, values or secrets. */
  readonly text: string;
};

/** Without `before` the gateway has just started. */
export function changesBetween(before: AlertSample | undefined, after: AlertSample): readonly Change[] {
  const { atMs } = after;
  if (before === undefined) {
    return [
      { kind: "gateway-started", atMs: after.startedAtMs, text: `the gateway of ${after.region} started, causeway ${after.version}` },
    ];
  }
  const found: Omit<Change, "atMs">[] = [];
  for (const stream of after.streams) {
    const old = before.streams.find(({ id }) => id === stream.id);
    if (old) found.push(...streamChanges(old, stream).map((change) => ({ ...change, stream: stream.id })));
  }
  for (const link of after.links) {
    const old = before.links.find(({ peer, direction }) => peer === link.peer && direction === link.direction);
    if (old) found.push(...linkChanges(old, link).map((change) => ({ ...change, peer: link.peer })));
  }
  for (const service of after.services) {
    const old = before.services.find(({ name }) => name === service.name);
    if (old) found.push(...serviceChanges(old, service).map((change) => ({ ...change, service: service.name })));
  }
  return found.map((change) => ({ ...change, atMs }));
}

type Told = { readonly kind: ChangeKind; readonly text: string };

function* told(times: number | undefined, kind: ChangeKind, text: (times: number) => string): Iterable<Told> {
  if (times !== undefined && times > 0) yield { kind, text: text(times) };
}

function streamChanges(old: StreamSample, now: StreamSample): readonly Told[] {
  const more = (of: (stream: StreamSample) => number | undefined) => (of(now) ?? 0) - (of(old) ?? 0);
  const wasSyncing = isFullSync(old.phase);
  const startsAgain = more(({ master }) => master?.fullSyncs);
  const ended: Told[] =
    wasSyncing && (!isFullSync(now.phase) || startsAgain > 0)
      ? [
          now.phase === "streaming"
            ? { kind: "full-sync-finished", text: "the full sync is finished" }
            : { kind: "full-sync-failed", text: `the full sync ended without being whole: ${now.phase}` },
        ]
      : [];
  return [
    ...ended,
    ...told(startsAgain, "full-sync-started", () => "a full sync with the master started"),
    ...(now.role === "replica" && isFullSync(now.phase) && !wasSyncing
      ? [{ kind: "full-sync-started" as const, text: "a snapshot is loaded into the target" }]
      : []),
    ...told(
      more(({ feed }) => feed?.fullSyncs),
      "full-sync-started",
      (times) => `replicas that got a snapshot from the feed: ${times}`,
    ),
    ...told(
      more(({ master }) => master?.partialSyncs),
      "partial-sync",
      () => "the stream went on with the master where it was",
    ),
    ...told(
      more(({ master }) => master?.historiesLost),
      "history-lost",
      () => "the master could not go on from our position: a new history",
    ),
    ...told(
      more(({ master }) => master?.failovers),
      "failed-over",
      () => "the history goes on under a new replid: the master failed over",
    ),
    ...(old.phase !== now.phase ? [{ kind: "phase-changed" as const, text: `${old.phase} → ${now.phase}` }] : []),
    ...told(
      more(({ delivery }) => delivery?.divergences),
      "diverged",
      (times) => `commands that the target refused: ${times}`,
    ),
    ...told(
      more(({ delivery }) => delivery?.deadLetters),
      "dead-lettered",
      (times) => `commands written to the dead-letter file: ${times}`,
    ),
    ...told(
      more(({ journal }) => journal.droppedNeededBytes),
      "needed-dropped",
      (bytes) => `retention dropped ${bytes} bytes that a reader needed`,
    ),
    ...told(
      more(({ journal }) => journal.damages),
      "journal-damaged",
      (times) => `damaged files of the journal that were mended: ${times}`,
    ),
    ...(old.journal.diskFull === now.journal.diskFull
      ? []
      : [
          now.journal.diskFull
            ? { kind: "disk-full" as const, text: "the disk takes no more: the stream waits" }
            : { kind: "disk-writable" as const, text: "the disk takes writes again" },
        ]),
    ...replicaChanges(old, now),
  ];
}

function replicaChanges(old: StreamSample, now: StreamSample): readonly Told[] {
  const addresses = (stream: StreamSample) => new Set(stream.feed?.replicas.map(({ address }) => address));
  const [before, after] = [addresses(old), addresses(now)];
  return [
    ...[...after]
      .filter((address) => !before.has(address))
      .map((address): Told => ({ kind: "replica-attached", text: `replica ${address} attached` })),
    ...[...before]
      .filter((address) => !after.has(address))
      .map((address): Told => ({ kind: "replica-detached", text: `replica ${address} went` })),
  ];
}

function linkChanges(old: LinkSample, now: LinkSample): readonly Told[] {
  const name = now.direction === "sending" ? `the link to ${now.peer}` : `the link from ${now.peer}`;
  const why = now.lastError === undefined ? "" : `: ${now.lastError}`;
  if (isConnected(old) && !isConnected(now)) return [{ kind: "link-down", text: `${name} is down${why}` }];
  if (!isConnected(old) && isConnected(now)) return [{ kind: "link-up", text: `${name} is up` }];
  if (isConnected(old) && old.connectedAtMs !== now.connectedAtMs) return [{ kind: "link-up", text: `${name} was made again` }];
  return [];
}

function serviceChanges(old: ServiceSample, now: ServiceSample): readonly Told[] {
  if (old.state !== "halted" && now.state === "halted") {
    return [{ kind: "service-halted", text: `${now.name} halted: ${now.code ?? ""}, ${now.message ?? ""}` }];
  }
  if (old.state === "halted" && now.state === "running") return [{ kind: "service-recovered", text: `${now.name} runs again` }];
  return [];
}

function isFullSync(phase: string): boolean {
  return phase === "full sync" || phase === "loading";
}
