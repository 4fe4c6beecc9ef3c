/** Reads the stages' own statistics into the read model. Nothing here is kept: each status is made from what is true now. */
import type { FeedStats } from "../delivery/feed/feed-stats.ts";
import type { DeliveryStats, ExpiryMode } from "../delivery/write/delivery-stats.ts";
import type { StreamJournal } from "../journal/journal.ts";
import type { JournalStats } from "../journal/stats.ts";
import { Rate } from "../lag/rate.ts";
import type { StreamLag } from "../lag/stream-lag.ts";
import type { LinkDialer } from "../link/dialer.ts";
import type { LinkRecordStats } from "../link/link-record.ts";
import type { LinkListener } from "../link/listener.ts";
import type { PeerAck } from "../link/sender-session.ts";
import type { IncomingLinkStats, OutgoingLinkStats, PackingStats } from "../link/stats.ts";
import type { DiskSpace } from "../runtime/disk-space.ts";
import type { ServiceState } from "../runtime/supervisor.ts";
import type { SourceStats } from "../source/stats.ts";
import type { Offset, StreamId } from "../stream/position.ts";
import type { EncoderStats, RecordEncoder } from "../stream/record-encoder.ts";
import type {
  BacklogStatus,
  DeliveryStatus,
  ExpiryStatus,
  FeedStatus,
  HeartbeatStatus,
  JournalStatus,
  LinkStatus,
  ListenerStatus,
  MasterStatus,
  PackingStatus,
  PromotionStatus,
  ServiceStatus,
  StreamStatus,
} from "./status.ts";
import { loadingStatus, SnapshotRate, sendingStatus as snapshotSending, snapshotStatus } from "./transfers.ts";

type StreamParts = {
  readonly journal: StreamJournal;
  readonly fsync: JournalStatus["fsync"];
  readonly disk: DiskSpace;
  /** host:port of the master or the target. */
  readonly address: string;
};

export type OriginParts = StreamParts & {
  readonly encoder: RecordEncoder;
  readonly source: SourceStats;
  readonly lag: StreamLag;
  readonly heartbeat: "on" | "off";
};

/** A stream that other gateways take from us: our own, or one that we pass on. */
export type ServedParts = {
  readonly stream: StreamId;
  readonly subscribers: readonly string[];
  /** Regions that take it from one of those. */
  readonly behind: readonly string[];
  readonly lag: StreamLag;
  /** Only of our own stream: the master is not connected since then. */
  readonly awaySinceMs: number | undefined;
  /** The last ack of each region: what is known of one whose link is down. */
  readonly acks: ReadonlyMap<string, PeerAck>;
};
export type ReplicaParts = StreamParts & ({ readonly delivery: DeliveryStats } | { readonly feed: FeedStats });

/** Rates need a memory; one per stream. */
export class StreamRates {
  readonly bytes = new Rate();
  readonly commands = new Rate();
  readonly snapshot = new SnapshotRate();

  observe(stats: JournalStats, nowMs: number): void {
    this.bytes.observe(stats.rawBytes, nowMs);
    this.commands.observe(stats.commands, nowMs);
    this.snapshot.observe(stats.arriving?.snapshot ?? stats.snapshot, nowMs);
  }
}

export function originStatus(parts: OriginParts, rates: StreamRates, nowMs: number): StreamStatus {
  const atRisk = parts.lag.atRisk(nowMs, parts.source.awaySinceMs);
  return {
    ...streamStatus(parts, rates, nowMs),
    role: "origin",
    phase: parts.source.phase,
    ...compressionStatus(parts.encoder.stats),
    ...(atRisk && { atRisk }),
    master: masterStatus(parts),
  };
}

function compressionStatus({ rawBytes, recordBytes, cpuMs }: EncoderStats): Pick<StreamStatus, "compression"> {
  return rawBytes === 0 ? {} : { compression: { savedBytes: rawBytes - recordBytes, cpuSeconds: cpuMs / 1_000 } };
}

export function replicaStatus(parts: ReplicaParts, rates: StreamRates, nowMs: number): StreamStatus {
  const common = { ...streamStatus(parts, rates, nowMs), role: "replica" as const };
  if ("feed" in parts) return { ...common, phase: parts.feed.phase, feed: feedStatus(parts) };
  return { ...common, phase: parts.delivery.phase, delivery: deliveryStatus(parts, nowMs) };
}

function streamStatus({ journal, fsync, disk }: StreamParts, rates: StreamRates, nowMs: number): Omit<StreamStatus, "role" | "phase"> {
  const stats = journal.stats();
  const history = journal.arriving ?? journal.current;
  // Offsets of another history would look like this one's.
  const progress = journal.progress?.history === history?.id ? journal.progress : undefined;
  const snapshot = stats.arriving?.snapshot ?? stats.snapshot;
  const { rawBytes, storedBytes, commands } = stats;
  return {
    id: journal.stream,
    ...(history && { history: history.id, replid: history.tail.replid }),
    positions: {
      ...(history && { start: `${history.start}` }),
      ...offsets({ received: progress?.received?.offset, durable: progress?.durable?.offset, applied: progress?.applied?.offset }),
    },
    journal: {
      bytes: stats.bytes,
      segments: stats.segments,
      fsync,
      fsyncMsMax: stats.fsyncMsMax,
      pendingBytes: stats.pendingBytes,
      diskFull: stats.diskFull,
      retentionBytes: journal.retention.bytes,
      ...(disk.latest && { disk: disk.latest }),
      droppedNeededBytes: stats.droppedNeededBytes,
      neededBytes: stats.neededBytes,
      tornTails: stats.tornTails,
      tornBytes: stats.tornBytes,
      damages: stats.damages,
    },
    ...(snapshot && { snapshot: snapshotStatus(snapshot, rates.snapshot, nowMs) }),
    throughput: {
      bytes: rawBytes,
      commands,
      bytesPerSecond: rates.bytes.perSecond(rawBytes, nowMs),
      commandsPerSecond: rates.commands.perSecond(commands, nowMs),
    },
    ...(storedBytes > 0 && { compressionRatio: rawBytes / storedBytes }),
  };
}

function masterStatus({ source, address, lag, heartbeat, journal }: OriginParts): MasterStatus {
  return {
    state: source.phase,
    address,
    fullSyncs: source.fullSyncs,
    partialSyncs: source.partialSyncs,
    historiesLost: source.historiesLost,
    failovers: source.failovers,
    pauses: source.pauses,
    acksHeld: source.acksHeld,
    ...(source.ackHeldSinceMs !== undefined && { ackHeldSinceMs: source.ackHeldSinceMs }),
    ...(source.acked && { ackedOffset: `${source.acked.offset}`, ackedAtMs: source.acked.atMs }),
    heartbeat: heartbeatStatus(heartbeat, lag, source),
    ...(source.backlog && { backlog: backlogStatus(source.backlog, journal) }),
    ...lastError(source.lastError),
  };
}

/** What we have not read counts against it. */
function backlogStatus(
  { sizeBytes, endOffset, bytesPerSecond }: NonNullable<SourceStats["backlog"]>,
  { current }: StreamJournal,
): BacklogStatus {
  const unreadBytes = current === undefined ? 0 : Math.max(0, Number(endOffset - current.tail.offset));
  return { sizeBytes, leftBytes: Math.max(0, sizeBytes - unreadBytes), bytesPerSecond };
}

function heartbeatStatus(heartbeat: OriginParts["heartbeat"], { master }: StreamLag, source: SourceStats): HeartbeatStatus {
  const { delayMs, returned } = master;
  if (heartbeat === "off") return { state: "off", returned };
  const { heartbeatTrouble: reason } = source;
  return delayMs === undefined
    ? { state: "unknown", ...(reason !== undefined && { reason }), returned }
    : { state: "measured", delayMs, returned };
}

function feedStatus({ feed, address, journal }: StreamParts & { readonly feed: FeedStats }): FeedStatus {
  const end = journal.current?.boundary;
  return {
    state: feed.phase,
    address,
    fullSyncs: feed.fullSyncs,
    partialSyncs: feed.partialSyncs,
    disconnects: feed.disconnects,
    refusals: feed.refusals,
    snapshotsRefused: feed.snapshotsRefused,
    snapshotsTaken: feed.snapshotsTaken,
    replicas: feed.replicas().map(({ address, version, state, connectedAtMs, sent, acked, ackedAtMs, snapshotBytes }) => ({
      address,
      ...(version !== undefined && { version }),
      state,
      connectedAtMs,
      sentOffset: `${sent}`,
      ...(acked !== undefined && { ackedOffset: `${acked}` }),
      ...(ackedAtMs !== undefined && { ackedAtMs }),
      lagBytes: end === undefined ? 0 : Math.max(0, Number(end - (acked ?? sent))),
      snapshotBytes,
    })),
    ...lastError(feed.lastError),
  };
}

function deliveryStatus({ delivery, address }: StreamParts & { readonly delivery: DeliveryStats }, nowMs: number): DeliveryStatus {
  const { loading } = delivery;
  const now = loadingStatus(delivery, nowMs);
  return {
    state: delivery.phase,
    address,
    ...(delivery.targetVersion !== undefined && { targetVersion: delivery.targetVersion }),
    units: delivery.units,
    commands: delivery.commands,
    keysLoaded: loading?.keysLoaded ?? 0,
    keysRemoved: loading?.keysRemoved ?? 0,
    functionsLoaded: loading?.functionsLoaded ?? 0,
    divergences: delivery.divergences,
    deadLetters: delivery.deadLetters,
    reconnects: Math.max(0, delivery.connections - 1),
    inFlightBytes: delivery.inFlightBytes,
    ...(now && { loading: now }),
    ...(delivery.expiry && { expiry: expiryStatus(delivery.expiry) }),
    ...(delivery.promotion && { promotion: delivery.promotion }),
    guardExceeded: delivery.guardExceeded,
    dropped: Object.fromEntries(delivery.dropped),
    rewritten: Object.fromEntries(delivery.rewritten),
    untranslated: Object.fromEntries(delivery.untranslated),
    skipped: Object.fromEntries(delivery.skipped),
    unsupported: Object.fromEntries(delivery.unsupported),
    conditions: Object.fromEntries(delivery.conditions),
    ...lastError(delivery.lastError),
  };
}

export type PromotionInput = {
  readonly stream: string;
  readonly stats: DeliveryStats;
  readonly refusal: string | undefined;
  readonly state: ServiceState | undefined;
};

export function promotionStatus({ stream, stats, refusal, state }: PromotionInput): PromotionStatus {
  const { promotion, applied } = stats;
  const failed = state?.at === "halted" || state?.at === "waiting" ? state.message : undefined;
  const message = refusal ?? failed;
  const isRefused = refusal !== undefined || state?.at === "halted";
  return {
    stream,
    step: isRefused ? "refused" : (promotion?.step ?? "delivering"),
    done: promotion?.done ?? 0,
    total: promotion?.total ?? 0,
    ...(applied !== undefined && { appliedOffset: `${applied}` }),
    ...(message !== undefined && { message }),
  };
}

function expiryStatus({ by, guardMs, refusal }: ExpiryMode): ExpiryStatus {
  return { by, guardMs, ...(refusal !== undefined && { refusal }) };
}

/** The sending side: one link per connected peer, and a closed one for each peer that is not. */
export function sendingStatus(listener: LinkListener, served: readonly ServedParts[], nowMs: number): readonly LinkStatus[] {
  const { links, records } = listener.stats;
  const peers = new Set(served.flatMap(({ subscribers }) => subscribers));
  return [...peers].map((peer) => {
    const link = links.find((candidate) => candidate.peer === peer);
    const common = { peer, direction: "sending" as const, ...recordStatus(records.get(peer)) };
    const streams = served
      .filter(({ subscribers }) => subscribers.includes(peer))
      .flatMap((one) => {
        const { phase, snapshot, packing } = link?.streams.find(({ stream }) => stream === one.stream) ?? {};
        const behind = one.behind.filter((region) => one.acks.get(region)?.via === peer);
        return [
          {
            stream: one.stream,
            ...(phase && { phase }),
            ...(packing && { packing: packingStatus(packing) }),
            ...(snapshot && { snapshot: snapshotSending(snapshot, nowMs) }),
            ...ackedBy(one, peer, nowMs),
          },
          ...behind.map((region) => ({ stream: one.stream, region, ...ackedBy(one, region, nowMs) })),
        ];
      });
    if (link === undefined) return { ...common, phase: "closed", sentBytes: 0, receivedBytes: 0, streams };
    return { ...common, ...linkStatus(link), streams };
  });
}

function packingStatus({ codec, records, recordBytes, packedBytes, cpuMs }: PackingStats): PackingStatus {
  return { codec, records, recordBytes, packedBytes, savedBytes: recordBytes - packedBytes, cpuSeconds: cpuMs / 1_000 };
}

function ackedBy({ acks, lag: ofStream, awaySinceMs }: ServedParts, region: string, nowMs: number) {
  const ack = acks.get(region);
  const lag = ofStream.lag(region, nowMs, awaySinceMs);
  const acked = offsets({ received: ack?.received?.offset, durable: ack?.durable?.offset, applied: ack?.applied?.offset });
  return { acked, ...(lag && { lag }) };
}

export function receivingStatus(dialer: LinkDialer): LinkStatus {
  const link = dialer.stats;
  return {
    direction: "receiving",
    ...linkStatus(link),
    ...recordStatus(link),
    streams: link.streams.map((stream) => ({
      stream: stream.stream,
      phase: stream.phase,
      packing: packingStatus(stream.packing),
      acked: offsets({ received: stream.receivedOffset, durable: undefined, applied: undefined }),
    })),
  };
}

export function listenerStatus(listener: LinkListener): ListenerStatus {
  const { unauthenticated, refusals, snapshots } = listener.stats;
  const { bytesPerSecond, ...turns } = snapshots;
  return { unauthenticated, refusals, snapshots: { ...turns, ...(bytesPerSecond !== undefined && { bytesPerSecond }) } };
}

function recordStatus(record: LinkRecordStats | undefined) {
  const { reconnects = 0, refusals = 0, superseded = 0 } = record ?? {};
  return { reconnects, refusals, superseded, ...lastError(record?.lastError) };
}

function lastError(error: { readonly message: string; readonly atMs: number } | undefined) {
  return error && { lastError: error.message, lastErrorAtMs: error.atMs };
}

function linkStatus(link: OutgoingLinkStats | IncomingLinkStats) {
  return {
    peer: link.peer,
    phase: link.phase,
    ...(link.clock && { rttMs: link.clock.rttMs, clock: { offsetMs: link.clock.offsetMs, errorMs: link.clock.errorMs } }),
    ...(link.sameTopology !== undefined && { sameTopology: link.sameTopology }),
    sentBytes: link.bytesSent,
    receivedBytes: link.bytesReceived,
    ...(link.connectedAt !== undefined && { connectedAtMs: link.connectedAt }),
    ...(link.lastFrameAt !== undefined && { lastFrameAtMs: link.lastFrameAt }),
  };
}

export function serviceStatus(name: string, state: ServiceState): ServiceStatus {
  const failed = state.at === "waiting" || state.at === "halted";
  return {
    name,
    needed: true,
    state: state.at,
    ...(failed && { code: state.code, message: state.message }),
    ...(state.at === "halted" && { sinceMs: state.since }),
  };
}

type StageOffsets = { readonly received: Offset | undefined; readonly durable: Offset | undefined; readonly applied: Offset | undefined };

function offsets(stages: StageOffsets): { readonly received?: string; readonly durable?: string; readonly applied?: string } {
  return Object.fromEntries(Object.entries(stages).flatMap(([stage, offset]) => (offset === undefined ? [] : [[stage, `${offset}`]])));
}
