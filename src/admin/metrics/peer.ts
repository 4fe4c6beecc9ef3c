/** What each peer has of what we send it, and what it lacks: acks, lag by stage, data at risk. */
import type { Quantiles } from "../../lag/histogram.ts";
import type { GatewayStatus } from "../status/gateway.ts";
import type { LinkStreamStatus } from "../status/link.ts";
import { type Labels, type Metric, type Sample, seconds, toNumber } from "./metric.ts";

const STAGES = ["received", "durable", "applied"] as const;
const LAG_STAGES = ["write", "network", "ack", "total", "visible"] as const;
const QUANTILES: readonly (readonly [label: string, of: (quantiles: Quantiles) => number])[] = [
  ["0.5", (quantiles) => quantiles.p50],
  ["0.95", (quantiles) => quantiles.p95],
  ["0.99", (quantiles) => quantiles.p99],
  ["1", (quantiles) => quantiles.max],
];

export const PEER_METRICS: readonly Metric[] = [
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
];

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
