/** The process: what runs, its services, its certificates. */
import type { CertificateStatus, GatewayStatus } from "../status/gateway.ts";
import { notReadyReasons, warningsOf } from "../status/verdict.ts";
import { gauge, type Metric, type Sample, seconds } from "./metric.ts";

const SERVICE_STATES = ["running", "waiting", "halted", "stopped"] as const;

export const GATEWAY_METRICS: readonly Metric[] = [
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
  gauge("causeway_warnings", "Things that work and need a person; /status says which.", [], (status) => [[{}, warningsOf(status).length]]),
  {
    name: "causeway_log_lines_lost_total",
    type: "counter",
    help: "Lines of the log that could not be written.",
    labels: [],
    samples: (status) => [[{}, status.log?.lostLines ?? 0]],
  },
  certificate("causeway_certificate_expires_in_seconds", "Time until the certificate, or the last authority, expires.", (one, atMs) =>
    seconds(one.expiresAtMs - atMs),
  ),
  certificate("causeway_certificate_refused", "1 while renewed files are broken and the old ones are used.", ({ refused }) =>
    refused === undefined ? 0 : 1,
  ),
];

function certificate(name: string, help: string, value: (certificate: CertificateStatus, atMs: number) => number | undefined): Metric {
  const samples = (status: GatewayStatus) =>
    status.certificates.map((each): Sample => [{ use: each.use, path: each.path }, value(each, status.atMs)]);
  return { name, type: "gauge", help, labels: ["use", "path"], samples };
}
