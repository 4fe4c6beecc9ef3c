/** Delivery by feed: the replicas that are attached. */
import type { FedReplicaStatus } from "../status/feed.ts";
import { gauge, type Metric, type Sample, stream, toNumber } from "./metric.ts";

export const FEED_METRICS: readonly Metric[] = [
  stream("counter", "causeway_feed_full_syncs_total", "Replicas that got a snapshot.", ({ feed }) => feed?.fullSyncs),
  stream("counter", "causeway_feed_partial_syncs_total", "Replicas that continued where they were.", ({ feed }) => feed?.partialSyncs),
  stream("counter", "causeway_feed_disconnects_total", "Replicas that went, or were cut off.", ({ feed }) => feed?.disconnects),
  stream("counter", "causeway_feed_refusals_total", "Logins and commands refused at the feed.", ({ feed }) => feed?.refusals),
  stream(
    "counter",
    "causeway_feed_snapshots_refused_total",
    "Replicas that went before they had loaded a snapshot.",
    ({ feed }) => feed?.snapshotsRefused,
  ),
  stream(
    "counter",
    "causeway_feed_snapshots_taken_total",
    "Snapshots that an attached replica gave for others.",
    ({ feed }) => feed?.snapshotsTaken,
  ),
  stream("gauge", "causeway_feed_replicas", "Replicas that are attached.", ({ feed }) => feed?.replicas.length),
  fed("causeway_feed_replica_online", "1 while the replica gets the stream, 0 while it gets a snapshot.", ({ state }) =>
    state === "online" ? 1 : 0,
  ),
  fed("causeway_feed_replica_acked_offset_bytes", "What the replica acknowledged.", ({ ackedOffset }) => toNumber(ackedOffset)),
  fed("causeway_feed_replica_lag_bytes", "What the replica lacks of the journal.", ({ lagBytes }) => lagBytes),
];

/** One sample for each replica that is attached: the feed bounds their number. */
function fed(name: string, help: string, value: (replica: FedReplicaStatus) => number | undefined): Metric {
  return gauge(name, help, ["stream", "replica"], ({ streams }) =>
    streams.flatMap(({ id, feed }) =>
      (feed?.replicas ?? []).map((replica): Sample => [{ stream: id, replica: replica.address }, value(replica)]),
    ),
  );
}
