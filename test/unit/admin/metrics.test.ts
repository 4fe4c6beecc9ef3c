import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { metricCatalogue, renderMetrics } from "../../../src/admin/metrics/exposition.ts";
import { originStatus, replicaStatus } from "../../support/sample-status.ts";

test("the exposition says what the status says, in base units", async () => {
  const text = await renderMetrics(originStatus);
  expect(text.split("\n")).toEqual(
    expect.arrayContaining([
      'causeway_gateway_info{region="us-east",version="0.1.0",lz4="lz4",zstd="node:zlib",topology="abababababab"} 1',
      'causeway_stream_compression_saved_bytes_total{region="us-east",stream="us-east/0"} 8000000',
      'causeway_link_packed{region="us-east",peer="eu-west",direction="sending",stream="us-east/0"} 1',
      'causeway_link_packed_bytes_total{region="us-east",peer="eu-west",direction="sending",stream="us-east/0"} 3000000',
      'causeway_link_packing_seconds_total{region="us-east",peer="eu-west",direction="sending",stream="us-east/0"} 0.25',
      'causeway_stream_offset_bytes{region="us-east",stream="us-east/0",stage="durable"} 123456000',
      'causeway_stream_bytes_total{region="us-east",stream="us-east/0"} 123456789',
      'causeway_master_partial_syncs_total{region="us-east",stream="us-east/0"} 2',
      'causeway_master_histories_lost_total{region="us-east",stream="us-east/0"} 0',
      'causeway_master_failovers_total{region="us-east",stream="us-east/0"} 1',
      'causeway_master_pauses_total{region="us-east",stream="us-east/0"} 3',
      'causeway_journal_torn_bytes_total{region="us-east",stream="us-east/0"} 4096',
      'causeway_listener_refusals_total{region="us-east",reason="secret"} 7',
      'causeway_link_superseded_total{region="us-east",peer="ap-south",direction="sending"} 4',
      'causeway_link_rtt_seconds{region="us-east",peer="eu-west",direction="sending"} 0.0804',
      'causeway_link_connected{region="us-east",peer="ap-south",direction="sending"} 0',
      'causeway_lag_seconds{region="us-east",peer="ap-south",stream="us-east/0"} 3600',
      'causeway_lag_bytes{region="us-east",peer="eu-west",stream="us-east/0",stage="applied"} 6789',
      'causeway_lag_stage_seconds{region="us-east",peer="eu-west",stream="us-east/0",stage="total",quantile="0.5"} 0.0885',
      'causeway_service_state{region="us-east",service="source",state="running"} 1',
    ]),
  );
  expect(text).not.toContain("NaN");
  expect(text).toContain("process_resident_memory_bytes");
});

test("what is not known is no sample, and a second scrape is no double count", async () => {
  const text = await renderMetrics(originStatus);
  expect(text).not.toContain("causeway_delivery_units_total");
  expect(text).not.toMatch(/causeway_lag_bytes\{[^}]*ap-south/);
  const again = await renderMetrics(originStatus);
  expect(again).toContain('causeway_stream_bytes_total{region="us-east",stream="us-east/0"} 123456789');
  expect(await renderMetrics(replicaStatus)).not.toContain("causeway_peer_acked_offset_bytes");
  expect(await renderMetrics(replicaStatus)).toContain(
    'causeway_delivery_dropped_total{region="eu-west",stream="us-east/0",reason="ping"} 12',
  );
  expect(await renderMetrics(replicaStatus)).toContain(
    'causeway_delivery_conditions_total{region="eu-west",stream="us-east/0",condition="OOM"} 5',
  );
  expect(await renderMetrics(replicaStatus)).toContain(
    'causeway_delivery_untranslated_total{region="eu-west",stream="us-east/0",command="XADD"} 2',
  );
});

test("NEVER_SILENT: a counter that is named by what happens is there, as zero, before it has happened", async () => {
  const [origin, replica] = [await renderMetrics(originStatus), await renderMetrics(replicaStatus)];
  for (const reason of ["tls", "late", "superseded"]) {
    expect(origin).toContain(`causeway_listener_refusals_total{region="us-east",reason="${reason}"} 0`);
  }
  expect(replica).toContain('causeway_delivery_conditions_total{region="eu-west",stream="us-east/0",condition="READONLY"} 0');
  expect(replica).toContain('causeway_delivery_untranslated_total{region="eu-west",stream="us-east/0",command="SET"} 0');
  expect(replica).toContain('causeway_delivery_rewritten_total{region="eu-west",stream="us-east/0",command="SETEX"} 0');
  expect(replica).toContain('causeway_delivery_dropped_total{region="eu-west",stream="us-east/0",reason="PUBLISH"} 0');
});

test("names say their unit, and counters end in _total", () => {
  for (const { name, type } of metricCatalogue()) {
    expect(name).toMatch(/^causeway_[a-z0-9]+(_[a-z0-9]+)*$/);
    expect(name.endsWith("_total")).toBe(type === "counter");
  }
  expect(new Set(metricCatalogue().map(({ name }) => name)).size).toBe(metricCatalogue().length);
});

test("deploy/METRICS.md documents every metric with its type and labels, and no other", () => {
  const text = readFileSync(new URL("../../../deploy/METRICS.md", import.meta.url), "utf8");
  const documented = [...text.matchAll(/^\| `(causeway_\w+)` +\| (\w+) +\| (.*?) *\|/gm)].map(
    ([, name, type, labels]) => `${name} ${type} ${labels}`,
  );
  const wanted = metricCatalogue().map(({ name, type, labels }) => `${name} ${type} ${labels.join(", ")}`);
  expect(documented.toSorted()).toEqual(wanted.toSorted());
});
