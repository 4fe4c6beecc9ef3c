/** Where a stream stands, what came in, and what would be lost with it. */
import { gauge, type Metric, type Sample, seconds, stream, toNumber } from "./metric.ts";

const STAGES = ["start", "received", "durable", "applied"] as const;

export const STREAM_METRICS: readonly Metric[] = [
  gauge("causeway_stream_offset_bytes", "Position of the stream here, in the master's own count.", ["stream", "stage"], (status) =>
    status.streams.flatMap(({ id, positions }) => STAGES.map((stage): Sample => [{ stream: id, stage }, toNumber(positions[stage])])),
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
  stream(
    "gauge",
    "causeway_stream_data_at_risk_bytes",
    "As causeway_data_at_risk_bytes, of the peer that has most.",
    ({ atRisk }) => atRisk?.bytes,
  ),
  stream("gauge", "causeway_stream_data_at_risk_commands", "Commands of them.", ({ atRisk }) => atRisk?.commands),
  stream("gauge", "causeway_stream_data_at_risk_seconds", "Age of the oldest of them.", ({ atRisk }) => seconds(atRisk?.ms)),
];
