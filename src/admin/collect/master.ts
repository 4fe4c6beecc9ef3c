/** The master as the source sees it, and the heartbeats through it. */
import type { Unread } from "../../lag/lag-tracker.ts";
import type { StreamLag } from "../../lag/stream-lag.ts";
import type { SourceStats } from "../../source/stats.ts";
import type { BacklogStatus, HeartbeatStatus, MasterStatus } from "../status/master.ts";
import { lastError } from "./fields.ts";
import type { OriginParts } from "./parts.ts";

export function masterStatus({ source, address, lag, heartbeat, journal }: OriginParts): MasterStatus {
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
    ...(source.backlog && { backlog: backlogStatus(source.backlog, source.unreadBytes(journal.current)) }),
    ...lastError(source.lastError),
  };
}

/** Of the stream that is read from our master. */
export function unreadOf({ source, journal }: Pick<OriginParts, "source" | "journal">): Unread {
  return { bytes: source.unreadBytes(journal.current), sinceMs: source.unreadSinceMs };
}

/** What we have not read counts against it. */
function backlogStatus({ sizeBytes, bytesPerSecond }: NonNullable<SourceStats["backlog"]>, unreadBytes: number): BacklogStatus {
  return { sizeBytes, leftBytes: Math.max(0, sizeBytes - unreadBytes), unreadBytes, bytesPerSecond };
}

function heartbeatStatus(heartbeat: OriginParts["heartbeat"], { master }: StreamLag, source: SourceStats): HeartbeatStatus {
  const { delayMs, returned } = master;
  if (heartbeat === "off") return { state: "off", returned };
  const { heartbeatTrouble: reason } = source;
  return delayMs === undefined
    ? { state: "unknown", ...(reason !== undefined && { reason }), returned }
    : { state: "measured", delayMs, returned };
}
