/**
 * The Prometheus metrics, filled at scrape from the read model: what `/status` does not know is no metric. Each subject declares
 * its own, in a file of its own; `deploy/METRICS.md` documents each one.
 */
import { Counter, collectDefaultMetrics, Gauge, Registry } from "prom-client";
import type { GatewayStatus } from "../status/gateway.ts";
import { ALERT_METRICS } from "./alerts.ts";
import { DELIVERY_METRICS } from "./delivery.ts";
import { FEED_METRICS } from "./feed.ts";
import { GATEWAY_METRICS } from "./gateway.ts";
import { JOURNAL_METRICS } from "./journal.ts";
import { LINK_METRICS, LISTENER_METRICS } from "./link.ts";
import { MASTER_METRICS } from "./master.ts";
import type { Labels, Metric } from "./metric.ts";
import { PEER_METRICS } from "./peer.ts";
import { histogramOf } from "./prometheus-histogram.ts";
import { STREAM_METRICS } from "./stream.ts";

const METRICS: readonly Metric[] = [
  ...GATEWAY_METRICS,
  ...ALERT_METRICS,
  ...STREAM_METRICS,
  ...JOURNAL_METRICS,
  ...MASTER_METRICS,
  ...DELIVERY_METRICS,
  ...FEED_METRICS,
  ...LISTENER_METRICS,
  ...LINK_METRICS,
  ...PEER_METRICS,
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
