/** Our own master: how we follow it, what we acknowledge, its heartbeats. */
import { type Metric, seconds, stream, toNumber } from "./metric.ts";

export const MASTER_METRICS: readonly Metric[] = [
  stream("counter", "causeway_master_full_syncs_total", "Full resynchronisations with the master.", ({ master }) => master?.fullSyncs),
  stream(
    "counter",
    "causeway_master_partial_syncs_total",
    "Partial resynchronisations with the master.",
    ({ master }) => master?.partialSyncs,
  ),
  stream(
    "counter",
    "causeway_master_histories_lost_total",
    "Full syncs that replaced a history which we had.",
    ({ master }) => master?.historiesLost,
  ),
  stream("counter", "causeway_master_failovers_total", "Times the history went on under a new replid.", ({ master }) => master?.failovers),
  stream(
    "counter",
    "causeway_master_pauses_total",
    "Times the master was not read because the journal was full.",
    ({ master }) => master?.pauses,
  ),
  stream("gauge", "causeway_master_backlog_bytes", "Size of the master's backlog.", ({ master }) => master?.backlog?.sizeBytes),
  stream(
    "gauge",
    "causeway_master_backlog_left_bytes",
    "What the master may still write before a full sync is needed.",
    ({ master }) => master?.backlog?.leftBytes,
  ),
  stream(
    "gauge",
    "causeway_master_unread_bytes",
    "What the master has of our history and we have not read, as its INFO said last.",
    ({ master }) => master?.backlog?.unreadBytes,
  ),
  stream("gauge", "causeway_master_acked_offset_bytes", "What was last acknowledged to the master.", ({ master }) =>
    toNumber(master?.ackedOffset),
  ),
  stream(
    "gauge",
    "causeway_master_ack_held",
    "1 while the master is not acknowledged, because other regions are too far behind.",
    ({ master }) => master && (master.ackHeldSinceMs === undefined ? 0 : 1),
  ),
  stream("counter", "causeway_master_acks_held_total", "Times that this began.", ({ master }) => master?.acksHeld),
  stream("gauge", "causeway_master_delay_seconds", "Way of the newest heartbeat through the master.", ({ master }) =>
    seconds(master?.heartbeat.delayMs),
  ),
  stream(
    "gauge",
    "causeway_master_heartbeat_measured",
    "1 while heartbeats return, so that T_write counts from execution.",
    ({ master }) => (master && master.heartbeat.state !== "off" ? Number(master.heartbeat.state === "measured") : undefined),
  ),
  stream("counter", "causeway_master_heartbeats_total", "Heartbeats that returned.", ({ master }) => master?.heartbeat.returned),
];
