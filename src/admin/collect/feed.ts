/** Delivery by feed. */
import type { FeedStats } from "../../delivery/feed/feed-stats.ts";
import type { FeedStatus } from "../status/feed.ts";
import { lastError } from "./fields.ts";
import type { StreamParts } from "./parts.ts";

export function feedStatus({ feed, address, journal }: StreamParts & { readonly feed: FeedStats }): FeedStatus {
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
