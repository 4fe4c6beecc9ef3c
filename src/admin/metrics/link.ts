/** The link port, and each link, in both directions. */
import { REFUSAL_REASONS } from "../../link/connection/refusals.ts";
import type { GatewayStatus } from "../status/gateway.ts";
import type { LinkStatus, PackingStatus } from "../status/link.ts";
import { fromZero, gauge, type Metric, type Sample, seconds } from "./metric.ts";

export const LISTENER_METRICS: readonly Metric[] = [
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
];

export const LINK_METRICS: readonly Metric[] = [
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
];

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
