/** A Prometheus histogram from counts that are kept elsewhere: prom-client's own counts only what it observes itself. */
import { Histogram } from "prom-client";
import { HISTOGRAM_BOUNDS_MS, type Quantiles } from "../../lag/histogram.ts";

type Distribution = readonly [labels: Readonly<Record<string, string>>, of: Quantiles["sinceStart"]];

/** In seconds. */
export function histogramOf(options: {
  readonly name: string;
  readonly help: string;
  readonly region: string;
  readonly distributions: readonly Distribution[];
}): Histogram {
  return new Counted(options);
}

class Counted extends Histogram {
  readonly #options: Parameters<typeof histogramOf>[0];

  constructor(options: Parameters<typeof histogramOf>[0]) {
    super({ name: options.name, help: options.help, registers: [] });
    this.#options = options;
  }

  override async get(): ReturnType<Histogram["get"]> {
    const { name, help, region, distributions } = this.#options;
    const values = distributions.flatMap(([own, { count, sumMs, upTo }]) => {
      const labels = { region, ...own };
      const bucket = (le: number | "+Inf", value: number) => ({ labels: { le, ...labels }, value, metricName: `${name}_bucket` });
      return [
        ...HISTOGRAM_BOUNDS_MS.map((bound, index) => bucket(bound / 1000, upTo[index] ?? 0)),
        bucket("+Inf", count),
        { labels, value: sumMs / 1000, metricName: `${name}_sum` },
        { labels, value: count, metricName: `${name}_count` },
      ];
    });
    return { ...(await super.get()), help, values } as never;
  }
}
