/** Reads the stages' own statistics into the read model. Nothing here is kept but rates: each status is made from what is true now. */
import type { JournalStats } from "../../journal/stats.ts";
import { Rate } from "../../lag/rate.ts";
import type { EncoderStats } from "../../stream/record-encoder.ts";
import type { StreamStatus } from "../status/stream.ts";
import { deliveryStatus } from "./delivery.ts";
import { feedStatus } from "./feed.ts";
import { offsets } from "./fields.ts";
import { masterStatus, unreadOf } from "./master.ts";
import type { OriginParts, ReplicaParts, StreamParts } from "./parts.ts";
import { SnapshotRate, snapshotStatus } from "./transfers.ts";

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
  const atRisk = parts.lag.atRisk(nowMs, unreadOf(parts));
  return {
    ...streamStatus(parts, rates, nowMs),
    role: "origin",
    phase: parts.source.phase,
    ...compressionStatus(parts.encoder.stats),
    ...(atRisk && { atRisk }),
    master: masterStatus(parts),
  };
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

function compressionStatus({ rawBytes, recordBytes, cpuMs }: EncoderStats): Pick<StreamStatus, "compression"> {
  return rawBytes === 0 ? {} : { compression: { savedBytes: rawBytes - recordBytes, cpuSeconds: cpuMs / 1_000 } };
}
