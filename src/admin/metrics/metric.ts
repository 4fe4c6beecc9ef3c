/** What a metric is, and the shapes that several subjects share. Labels are regions, streams, peers, stages and command names, all of them bounded. */
import type { Quantiles } from "../../lag/histogram.ts";
import type { GatewayStatus } from "../status/gateway.ts";
import type { StreamStatus } from "../status/stream.ts";

export type Labels = Readonly<Record<string, string>>;
export type Sample = readonly [labels: Labels, value: number | undefined];

export type Metric = {
  readonly name: string;
  readonly type: "counter" | "gauge" | "histogram";
  readonly help: string;
  readonly labels: readonly string[];
  readonly samples: (status: GatewayStatus) => readonly Sample[];
  /** Of a histogram, instead of samples. */
  readonly distributions?: (status: GatewayStatus) => readonly (readonly [labels: Labels, of: Quantiles["sinceStart"]])[];
};

export function gauge(name: string, help: string, labels: readonly string[], samples: Metric["samples"]): Metric {
  return { name, type: "gauge", help, labels, samples };
}

/** One sample for each stream. */
export function stream(type: Metric["type"], name: string, help: string, value: (stream: StreamStatus) => number | undefined): Metric {
  return { name, type, help, labels: ["stream"], samples: (status) => status.streams.map((each) => [{ stream: each.id }, value(each)]) };
}

/** A counter that appears with its first event has not increased, as Prometheus sees it: each is there from the start. */
export function fromZero(words: readonly string[], counts: Readonly<Record<string, number>>): Readonly<Record<string, number>> {
  return { ...Object.fromEntries(words.map((word) => [word, 0])), ...counts };
}

export function seconds(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : ms / 1000;
}

/** Exact below 2^53, which a master reaches after 9 petabytes. */
export function toNumber(offset: string | undefined): number | undefined {
  return offset === undefined ? undefined : Number(offset);
}
