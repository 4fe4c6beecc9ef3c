/**
 * The Prometheus metrics, filled at scrape from the read model: what `/status` does not know is no metric. Labels are
 * regions, streams, peers, stages and command names, all of them bounded. `deploy/METRICS.md` documents each one.
 */
import { Counter, collectDefaultMetrics, Gauge, Registry } from "prom-client";
import type { OutboxStats } from "../alert/channels/outbox.ts";
import { CONDITION_WORDS } from "../delivery/write/replies.ts";
import type { Quantiles } from "../lag/histogram.ts";
import { REFUSAL_REASONS } from "../link/refusals.ts";
import { TRANSLATED_COMMANDS } from "../resp/command-kinds.ts";
import { histogramOf } from "./prometheus-histogram.ts";
import {
  type CertificateStatus,
  type DeliveryStatus,
  type FedReplicaStatus,
  type GatewayStatus,
  type LinkStatus,
  type LinkStreamStatus,
  notReadyReasons,
  type PackingStatus,
  type StreamStatus,
  warningsOf,
} from "./status.ts";

/** What is there in RDBs of today, so that it begins at zero. */
const SKIPPED = ["module-aux", "slot-info", "slot-import", "stream-producers"] as const;

type Labels = Readonly<Record<string, string>>;
type Sample = readonly [labels: Labels, value: number | undefined];

type Metric = {
  readonly name: string;
  readonly type: "counter" | "gauge" | "histogram";
  readonly help: string;
  readonly labels: readonly string[];
  readonly samples: (status: GatewayStatus) => readonly Sample[];
  /** Of a histogram, instead of samples. */
  readonly distributions?: (status: GatewayStatus) => readonly (readonly [labels: Labels, of: Quantiles["sinceStart"]])[];
};

const STAGES = ["received", "durable", "applied"] as const;
const LAG_STAGES = ["write", "network", "ack", "total", "visible"] as const;
const SERVICE_STATES = ["running", "waiting", "halted", "stopped"] as const;
const QUANTILES: readonly (readonly [label: string, of: (quantiles: Quantiles) => number])[] = [
  ["0.5", (quantiles) => quantiles.p50],
  ["0.95", (quantiles) => quantiles.p95],
  ["0.99", (quantiles) => quantiles.p99],
  ["1", (quantiles) => quantiles.max],
];

const METRICS: readonly Metric[] = [
  gauge("causeway_gateway_info", "Always 1; the labels say what runs.", ["version", "lz4", "zstd", "topology"], (status) => [
    [{ version: status.version, lz4: status.lz4, zstd: status.zstd ?? "none", topology: status.topologyDigest.slice(0, 12) }, 1],
  ]),
  gauge("causeway_gateway_uptime_seconds", "Time since the gateway started.", [], (status) => [
    [{}, (status.atMs - status.startedAtMs) / 1000],
  ]),
  gauge("causeway_gateway_ready", "1 when /readyz says so.", [], (status) => [[{}, notReadyReasons(status).length === 0 ? 1 : 0]]),
  gauge("causeway_service_state", "1 for the state the service is in, 0 for the others.", ["service", "state"], (status) =>
    status.services.flatMap(({ name, state }) =>
      SERVICE_STATES.map((each): Sample => [{ service: name, state: each }, each === state ? 1 : 0]),
    ),
  ),
  gauge("causeway_alerts_firing", "Alerts that fire and are not silenced.", ["rule", "severity"], ({ alerts }) => {
    const counts = new Map<string, { readonly labels: Labels; readonly count: number }>();
    for (const { rule, severity, silenced } of alerts.firing) {
      if (silenced) continue;
      const key = `${rule} ${severity}`;
      counts.set(key, { labels: { rule, severity }, count: (counts.get(key)?.count ?? 0) + 1 });
    }
    return [...counts.values()].map(({ labels, count }): Sample => [labels, count]);
  }),
  channel("causeway_alert_notifications_sent_total", "Notifications that the channel took.", ({ sent }) => sent),
  channel("causeway_alert_notification_failures_total", "Attempts that failed; each was repeated or given up.", ({ failures }) => failures),
  channel("causeway_alert_notifications_dropped_total", "Notifications that were given up.", ({ dropped }) => dropped),
  gauge("causeway_warnings", "Things that work and need a person; /status says which.", [], (status) => [[{}, warningsOf(status).length]]),
  certificate("causeway_certificate_expires_in_seconds", "Time until the certificate, or the last authority, expires.", (one, atMs) =>
    seconds(one.expiresAtMs - atMs),
  ),
  certificate("causeway_certificate_refused", "1 while renewed files are broken and the old ones are used.", ({ refused }) =>
    refused === undefined ? 0 : 1,
  ),

  gauge("causeway_stream_offset_bytes", "Position of the stream here, in the master's own count.", ["stream", "stage"], (status) =>
    status.streams.flatMap(({ id, positions }) =>
      (["start", ...STAGES] as const).map((stage): Sample => [{ stream: id, stage }, toNumber(positions[stage])]),
    ),
  ),
  stream("counter", "causeway_stream_bytes_total", "Raw bytes of the stream that came in.", ({ throughput }) => throughput.bytes),
  stream("counter", "causeway_stream_commands_total", "Commands of the stream that came in.", ({ throughput }) => throughput.commands),
  stream("gauge", "causeway_stream_compression_ratio", "Raw bytes per stored byte.", ({ compressionRatio }) => compressionRatio),
  stream(
    "counter",
    "causeway_stream_compression_saved_bytes_total",
    "Bytes that LZ4 saved of what was cut here.",
    ({ compression }) => compression && Math.max(0, compression.savedBytes),
  ),
  stream("counter", "causeway_stream_compression_seconds_total", "CPU time that this took.", ({ compression }) => compression?.cpuSeconds),

  stream("gauge", "causeway_journal_bytes", "Bytes that the journal holds on disk.", ({ journal }) => journal.bytes),
  stream("gauge", "causeway_journal_needed_bytes", "Bytes of them that a reader still needs.", ({ journal }) => journal.neededBytes),
  stream("gauge", "causeway_journal_segments", "Files of the journal.", ({ journal }) => journal.segments),
  stream("gauge", "causeway_journal_pending_bytes", "Bytes accepted and not yet written.", ({ journal }) => journal.pendingBytes),
  stream("gauge", "causeway_journal_fsync_max_seconds", "Longest fsync seen.", ({ journal }) => journal.fsyncMsMax / 1000),
  stream("gauge", "causeway_journal_retention_bytes", "What retention keeps at most.", ({ journal }) => journal.retentionBytes),
  stream("gauge", "causeway_journal_disk_free_bytes", "Free on the journal's file system.", ({ journal }) => journal.disk?.freeBytes),
  stream("gauge", "causeway_journal_disk_total_bytes", "Size of the journal's file system.", ({ journal }) => journal.disk?.totalBytes),
  stream("gauge", "causeway_journal_disk_full", "1 while the disk takes no more: the stream waits, nothing is lost.", ({ journal }) =>
    journal.diskFull ? 1 : 0,
  ),
  stream(
    "counter",
    "causeway_journal_dropped_needed_bytes_total",
    "Bytes that retention dropped although a reader needed them.",
    ({ journal }) => journal.droppedNeededBytes,
  ),
  stream(
    "counter",
    "causeway_journal_torn_tails_total",
    "Ends of interrupted writes that were cut at the start.",
    ({ journal }) => journal.tornTails,
  ),
  stream("counter", "causeway_journal_torn_bytes_total", "Bytes of them; they were read again.", ({ journal }) => journal.tornBytes),
  stream("counter", "causeway_journal_damages_total", "Damaged files of the journal that were mended.", ({ journal }) => journal.damages),
  stream("gauge", "causeway_snapshot_bytes", "RDB bytes stored of the newest snapshot.", ({ snapshot }) => snapshot?.rdbBytes),
  stream("gauge", "causeway_snapshot_expected_bytes", "What it will have, once that is known.", ({ snapshot }) =>
    snapshot?.state === "complete" ? snapshot.rdbBytes : snapshot?.arriving?.totalBytes,
  ),
  stream("gauge", "causeway_snapshot_left_seconds", "Until it is whole, at the speed of now.", ({ snapshot }) =>
    seconds(snapshot?.arriving?.leftMs),
  ),
  stream(
    "gauge",
    "causeway_snapshot_complete",
    "1 when the newest snapshot is whole.",
    ({ snapshot }) => snapshot && (snapshot.state === "complete" ? 1 : 0),
  ),

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

  stream("counter", "causeway_delivery_units_total", "Transactions committed in the target.", ({ delivery }) => delivery?.units),
  stream("counter", "causeway_delivery_commands_total", "Commands committed in the target.", ({ delivery }) => delivery?.commands),
  stream(
    "gauge",
    "causeway_delivery_in_flight_bytes",
    "Bytes sent to the target and not yet answered.",
    ({ delivery }) => delivery?.inFlightBytes,
  ),
  stream("gauge", "causeway_delivery_loading_bytes", "RDB bytes loaded, while a snapshot is.", ({ delivery }) => delivery?.loading?.bytes),
  stream(
    "gauge",
    "causeway_delivery_loading_expected_bytes",
    "Of so many, as far as that is known.",
    ({ delivery }) => delivery?.loading?.totalBytes,
  ),
  stream("gauge", "causeway_delivery_loading_left_seconds", "Until all of them are loaded, at the speed so far.", ({ delivery }) =>
    seconds(delivery?.loading?.leftMs),
  ),
  stream("counter", "causeway_delivery_keys_loaded_total", "Keys loaded from snapshots.", ({ delivery }) => delivery?.keysLoaded),
  stream(
    "counter",
    "causeway_delivery_keys_removed_total",
    "Keys removed because a snapshot lacks them.",
    ({ delivery }) => delivery?.keysRemoved,
  ),
  stream(
    "counter",
    "causeway_delivery_divergences_total",
    "Commands that the target refused although the master accepted them.",
    ({ delivery }) => delivery?.divergences,
  ),
  stream(
    "counter",
    "causeway_delivery_dead_letters_total",
    "Commands written to the dead-letter file.",
    ({ delivery }) => delivery?.deadLetters,
  ),
  stream(
    "counter",
    "causeway_delivery_reconnects_total",
    "Times the connection to the target was made again.",
    ({ delivery }) => delivery?.reconnects,
  ),
  named("causeway_delivery_dropped_total", "Commands not carried on, by name.", ["reason", TRANSLATED_COMMANDS], (of) => of.dropped),
  named("causeway_delivery_rewritten_total", "Commands rewritten, by name.", ["command", TRANSLATED_COMMANDS], (of) => of.rewritten),
  named(
    "causeway_delivery_untranslated_total",
    "Commands that could not be looked into, by name.",
    ["command", TRANSLATED_COMMANDS],
    (of) => of.untranslated,
  ),
  stream(
    "counter",
    "causeway_delivery_guard_exceeded_total",
    "Records later than the expiry guard, or than a restart in import mode.",
    ({ delivery }) => delivery?.guardExceeded,
  ),
  stream(
    "gauge",
    "causeway_delivery_expiry_guard_seconds",
    "By how much later keys expire in the target; absent in import mode.",
    ({ delivery }) => (delivery?.expiry?.by === "import" ? undefined : seconds(delivery?.expiry?.guardMs)),
  ),
  named("causeway_delivery_skipped_total", "What no command can carry and nobody misses, by what.", ["what", SKIPPED], (of) => of.skipped),
  named(
    "causeway_delivery_unsupported_total",
    "Things that the target cannot hold, by what and why.",
    ["what", []],
    (of) => of.unsupported,
  ),
  named(
    "causeway_delivery_conditions_total",
    "Times the target took no writes, by its own word.",
    ["condition", CONDITION_WORDS],
    (of) => of.conditions,
  ),

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

  gauge("causeway_listener_unauthenticated", "Connections to the link port that have not proven who they are.", [], ({ listener }) => [
    [{}, listener?.unauthenticated],
  ]),
  gauge("causeway_listener_snapshots", "Snapshots that are sent now, and those that wait for their turn.", ["state"], ({ listener }) => [
    [{ state: "sending" }, listener?.snapshots.underWay],
    [{ state: "waiting" }, listener?.snapshots.waiting],
  ]),
  gauge("causeway_listener_snapshots_limit", "How many may be sent at a time.", [], ({ listener }) => [
    [{}, listener?.snapshots.concurrent],
  ]),
  {
    name: "causeway_listener_refusals_total",
    type: "counter",
    help: "Connections to the link port that were turned away, by reason.",
    labels: ["reason"],
    samples: ({ listener }) =>
      Object.entries(listener ? fromZero(REFUSAL_REASONS, listener.refusals) : {}).map(([reason, count]): Sample => [{ reason }, count]),
  },

  link("gauge", "causeway_link_connected", "1 while the link is up.", ({ connectedAtMs }) => (connectedAtMs === undefined ? 0 : 1)),
  link("gauge", "causeway_link_same_topology", "0 while the gateways were started with different topologies.", ({ sameTopology }) =>
    sameTopology === undefined ? undefined : Number(sameTopology),
  ),
  link("gauge", "causeway_link_rtt_seconds", "Round trip time of the newest ping.", ({ rttMs }) => seconds(rttMs)),
  link("gauge", "causeway_link_clock_offset_seconds", "The peer's clock minus ours.", ({ clock }) => seconds(clock?.offsetMs)),
  link("gauge", "causeway_link_clock_error_seconds", "± of the clock offset.", ({ clock }) => seconds(clock?.errorMs)),
  link("counter", "causeway_link_sent_bytes_total", "Bytes sent on the link.", ({ sentBytes }) => sentBytes),
  link("counter", "causeway_link_received_bytes_total", "Bytes received on the link.", ({ receivedBytes }) => receivedBytes),
  packing("gauge", "causeway_link_packed", "1 while records travel packed by zstd, 0 as they lie in the journal.", ({ codec }) =>
    Number(codec === "zstd"),
  ),
  packing(
    "counter",
    "causeway_link_packed_record_bytes_total",
    "Records that travelled packed, as in the journal.",
    (of) => of.recordBytes,
  ),
  packing("counter", "causeway_link_packed_bytes_total", "The same on the wire.", ({ packedBytes }) => packedBytes),
  packing("counter", "causeway_link_packing_seconds_total", "CPU time of packing or unpacking them.", ({ cpuSeconds }) => cpuSeconds),
  link("counter", "causeway_link_reconnects_total", "Times the link was made again.", ({ reconnects }) => reconnects),
  link("counter", "causeway_link_refusals_total", "Times the peer was refused, or refused us.", ({ refusals }) => refusals),
  link(
    "counter",
    "causeway_link_superseded_total",
    "Times another connection of the same region took the link.",
    ({ superseded }) => superseded,
  ),

  peer("causeway_peer_acked_offset_bytes", "What the peer acknowledged.", ["stage"], ({ acked }) =>
    STAGES.map((stage): Sample => [{ stage }, toNumber(acked[stage])]),
  ),
  peer("causeway_peer_snapshot_bytes", "RDB bytes of a snapshot that the peer was sent, while it is.", [], ({ snapshot }) => [
    [{}, snapshot?.bytes],
  ]),
  peer("causeway_peer_snapshot_expected_bytes", "Of so many, as far as that is known.", [], ({ snapshot }) => [[{}, snapshot?.totalBytes]]),
  peer("causeway_peer_snapshot_left_seconds", "Until all of them are sent, at the speed so far.", [], ({ snapshot }) => [
    [{}, seconds(snapshot?.leftMs)],
  ]),
  peer("causeway_lag_bytes", "Bytes of the stream that the peer does not have.", ["stage"], ({ lag }) =>
    STAGES.map((stage): Sample => [{ stage }, lag?.behindBytes[stage]]),
  ),
  peer("causeway_lag_seconds", "Age of the oldest command that is not known to be applied at the peer.", [], ({ lag }) => [
    [{}, seconds(lag?.lagMs)],
  ]),
  peer("causeway_lag_stage_seconds", "T_write, T_network, T_ack, T (total) and visible, last minute.", ["stage", "quantile"], ({ lag }) =>
    LAG_STAGES.flatMap((stage) =>
      QUANTILES.map(([quantile, of]): Sample => {
        const quantiles = lag?.ms[stage];
        return [{ stage, quantile }, quantiles && of(quantiles) / 1000];
      }),
    ),
  ),
  {
    name: "causeway_lag_stage_duration_seconds",
    type: "histogram",
    help: "The same durations, of every record since the start.",
    labels: ["peer", "stream", "stage"],
    samples: () => [],
    distributions: (status) =>
      sendingStreams(status).flatMap(([labels, { lag }]) =>
        LAG_STAGES.flatMap((stage) => {
          const quantiles = lag?.ms[stage];
          return quantiles ? [[{ ...labels, stage }, quantiles.sinceStart] as const] : [];
        }),
      ),
  },
  peer("causeway_data_at_risk_bytes", "Bytes that would be lost if the origin vanished and this peer took over.", [], ({ lag }) => [
    [{}, lag?.atRisk.bytes],
  ]),
  peer("causeway_data_at_risk_commands", "Commands of them; see the text on estimates.", [], ({ lag }) => [[{}, lag?.atRisk.commands]]),
  peer("causeway_data_at_risk_seconds", "Age of the oldest of them.", [], ({ lag }) => [[{}, seconds(lag?.atRisk.ms)]]),
  peer("causeway_data_at_risk_unacknowledged", "1 until the peer acknowledged something of this history.", [], ({ lag }) => [
    [{}, lag && (lag.atRisk.unacknowledged ? 1 : 0)],
  ]),
  stream(
    "gauge",
    "causeway_stream_data_at_risk_bytes",
    "As causeway_data_at_risk_bytes, of the peer that has most.",
    ({ atRisk }) => atRisk?.bytes,
  ),
  stream("gauge", "causeway_stream_data_at_risk_commands", "Commands of them.", ({ atRisk }) => atRisk?.commands),
  stream("gauge", "causeway_stream_data_at_risk_seconds", "Age of the oldest of them.", ({ atRisk }) => seconds(atRisk?.ms)),
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

/** Name, type and label names of every metric, for the documentation's test. */
export function metricCatalogue(): readonly Pick<Metric, "name" | "type" | "labels">[] {
  return METRICS;
}

const processMetrics = new Registry();
let collectsProcessMetrics = false;

/** The exposition in Prometheus's text format. */
export async function renderMetrics(status: GatewayStatus): Promise<string> {
  if (!collectsProcessMetrics) collectDefaultMetrics({ register: processMetrics });
  collectsProcessMetrics = true;
  const registry = new Registry();
  for (const { name, type, help, labels, samples, distributions } of METRICS) {
    if (type === "histogram") {
      registry.registerMetric(histogramOf({ name, help, region: status.region, distributions: distributions?.(status) ?? [] }));
      continue;
    }
    const options = { name, help, labelNames: ["region", ...labels], registers: [registry] };
    const known = samples(status).filter((sample): sample is readonly [Labels, number] => sample[1] !== undefined);
    if (known.length === 0) continue;
    const set = type === "gauge" ? setterOf(new Gauge(options)) : adderTo(new Counter(options));
    for (const [labelValues, value] of known) set({ region: status.region, ...labelValues }, value);
  }
  return `${await registry.metrics()}\n${await processMetrics.metrics()}`;
}

export const METRICS_CONTENT_TYPE = Registry.PROMETHEUS_CONTENT_TYPE;

function setterOf(metric: Gauge): (labels: Labels, value: number) => void {
  return (labels, value) => metric.set(labels, value);
}

function adderTo(metric: Counter): (labels: Labels, value: number) => void {
  return (labels, value) => metric.inc(labels, value);
}

function gauge(name: string, help: string, labels: readonly string[], samples: Metric["samples"]): Metric {
  return { name, type: "gauge", help, labels, samples };
}

function stream(type: Metric["type"], name: string, help: string, value: (stream: StreamStatus) => number | undefined): Metric {
  return { name, type, help, labels: ["stream"], samples: (status) => status.streams.map((each) => [{ stream: each.id }, value(each)]) };
}

function channel(name: string, help: string, value: (channel: OutboxStats) => number): Metric {
  const samples = ({ alerts }: GatewayStatus) => alerts.channels.map((each): Sample => [{ channel: each.channel }, value(each)]);
  return { name, type: "counter", help, labels: ["channel"], samples };
}

function certificate(name: string, help: string, value: (certificate: CertificateStatus, atMs: number) => number | undefined): Metric {
  const samples = (status: GatewayStatus) =>
    status.certificates.map((each): Sample => [{ use: each.use, path: each.path }, value(each, status.atMs)]);
  return { name, type: "gauge", help, labels: ["use", "path"], samples };
}

/** One sample for each replica that is attached: the feed bounds their number. */
function fed(name: string, help: string, value: (replica: FedReplicaStatus) => number | undefined): Metric {
  return gauge(name, help, ["stream", "replica"], ({ streams }) =>
    streams.flatMap(({ id, feed }) =>
      (feed?.replicas ?? []).map((replica): Sample => [{ stream: id, replica: replica.address }, value(replica)]),
    ),
  );
}

/** One sample for each word that is known beforehand, and for each that was counted. */
function named(
  name: string,
  help: string,
  [label, words]: readonly [label: string, words: readonly string[]],
  counts: (delivery: DeliveryStatus) => Readonly<Record<string, number>>,
): Metric {
  const samples = (status: GatewayStatus) =>
    status.streams.flatMap(({ id, delivery }) =>
      Object.entries(delivery ? fromZero(words, counts(delivery)) : {}).map(
        ([word, count]): Sample => [{ stream: id, [label]: word }, count],
      ),
    );
  return { name, type: "counter", help, labels: ["stream", label], samples };
}

/** A counter that appears with its first event has not increased, as Prometheus sees it: each is there from the start. */
function fromZero(words: readonly string[], counts: Readonly<Record<string, number>>): Readonly<Record<string, number>> {
  return { ...Object.fromEntries(words.map((word) => [word, 0])), ...counts };
}

function link(type: Metric["type"], name: string, help: string, value: (link: LinkStatus) => number | undefined): Metric {
  const samples = (status: GatewayStatus) =>
    status.links.map((each): Sample => [{ peer: each.peer, direction: each.direction }, value(each)]);
  return { name, type, help, labels: ["peer", "direction"], samples };
}

function packing(type: Metric["type"], name: string, help: string, value: (packing: PackingStatus) => number): Metric {
  const samples = (status: GatewayStatus) =>
    status.links.flatMap(({ peer, direction, streams }) =>
      streams.map((one): Sample => [{ peer, direction, stream: one.stream }, one.packing && value(one.packing)]),
    );
  return { name, type, help, labels: ["peer", "direction", "stream"], samples };
}

function peer(name: string, help: string, labels: readonly string[], samplesOf: (stream: LinkStreamStatus) => readonly Sample[]): Metric {
  const samples = (status: GatewayStatus) =>
    sendingStreams(status).flatMap(([common, one]) => samplesOf(one).map(([own, value]): Sample => [{ ...common, ...own }, value]));
  return { name, type: "gauge", help, labels: ["peer", "stream", ...labels], samples };
}

/** What we send, with its labels. */
function sendingStreams({ links }: GatewayStatus): readonly (readonly [Labels, LinkStreamStatus])[] {
  return links
    .filter(({ direction }) => direction === "sending")
    .flatMap(({ peer, streams }) => streams.map((one) => [{ peer: one.region ?? peer, stream: one.stream }, one] as const));
}

function seconds(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : ms / 1000;
}

/** Exact below 2^53, which a master reaches after 9 petabytes. */
function toNumber(offset: string | undefined): number | undefined {
  return offset === undefined ? undefined : Number(offset);
}
