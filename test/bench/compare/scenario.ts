/** What is compared: loads, networks, and which of them a short and a full run go through. */

export const SYSTEMS = ["native", "write", "feed", "zstd"] as const;
/** native: REPLICAOF over the same line. write and feed: two gateways, and Causeway's two kinds of delivery. zstd: write, and all records packed. */
export type SystemName = (typeof SYSTEMS)[number];

export const LOADS = ["sets", "mix", "large", "trickle", "bursts", "random"] as const;
/** sets: 100-byte JSON-like values. random: the same, incompressible. trickle: latency, not throughput. */
export type LoadName = (typeof LOADS)[number];

export type Network = {
  readonly name: string;
  /** Undefined: no line in between, straight over loopback. */
  readonly line?: { readonly rttMs: number; readonly bytesPerSecond?: number; readonly stallRate?: number; readonly stallMs?: number };
};

const MBIT = 125_000;

export const NETWORKS = {
  loopback: { name: "loopback" },
  rtt1: { name: "1 ms RTT", line: { rttMs: 1 } },
  rtt40: { name: "40 ms RTT", line: { rttMs: 40 } },
  rtt80: { name: "80 ms RTT", line: { rttMs: 80 } },
  rtt200: { name: "200 ms RTT", line: { rttMs: 200 } },
  mbit100: { name: "100 Mbit/s, 40 ms", line: { rttMs: 40, bytesPerSecond: 100 * MBIT } },
  mbit20: { name: "20 Mbit/s, 40 ms", line: { rttMs: 40, bytesPerSecond: 20 * MBIT } },
  // A lost packet comes again one round trip and a retransmission timeout later, with all that stood behind it.
  loss: { name: "80 ms RTT, 0.1 % stalls", line: { rttMs: 80, stallRate: 0.001, stallMs: 280 } },
} as const satisfies Record<string, Network>;

export type NetworkName = keyof typeof NETWORKS;

export type Scenario = {
  readonly network: NetworkName;
  readonly load: LoadName;
  /** Commands per second offered; Infinity for as fast as the master takes them. */
  readonly rate: number;
  readonly seconds: number;
};

/** Packing is looked at where it is about bytes. */
export function runsOn({ load }: Scenario, system: SystemName): boolean {
  return system !== "zstd" || load === "mix" || load === "random";
}

export type Plan = {
  readonly rounds: number;
  readonly scenarios: readonly Scenario[];
  /** Causeway beside itself, with a journal that is forced to disk before it is acknowledged. */
  readonly fsyncSeconds: number;
  readonly outage: { readonly seconds: number; readonly rate: number } | undefined;
  readonly firstSyncKeys: number | undefined;
};

const of = (network: NetworkName, seconds: number, ...loads: readonly (readonly [LoadName, number])[]): readonly Scenario[] =>
  loads.map(([load, rate]) => ({ network, load, rate, seconds }));

export const SHORT: Plan = {
  rounds: 2,
  scenarios: [
    ...of("loopback", 5, ["sets", 50_000], ["sets", Number.POSITIVE_INFINITY], ["mix", 20_000], ["trickle", 1_000]),
    ...of("rtt80", 5, ["sets", 50_000]),
  ],
  fsyncSeconds: 5,
  outage: undefined,
  firstSyncKeys: 200_000,
};

export const FULL: Plan = {
  rounds: 3,
  scenarios: [
    ...of(
      "loopback",
      8,
      ["sets", 50_000],
      ["sets", 200_000],
      ["sets", Number.POSITIVE_INFINITY],
      ["random", 50_000],
      ["mix", 20_000],
      ["mix", Number.POSITIVE_INFINITY],
      ["large", 500],
      ["trickle", 1_000],
      ["bursts", 20_000],
    ),
    ...of("rtt1", 8, ["sets", 100_000]),
    ...of("rtt40", 8, ["sets", 100_000], ["mix", 20_000]),
    ...of("rtt80", 8, ["sets", 50_000], ["sets", 100_000], ["trickle", 1_000]),
    ...of("rtt200", 8, ["sets", 100_000]),
    ...of("mbit100", 8, ["mix", 20_000]),
    ...of("mbit20", 8, ["mix", 10_000]),
    ...of("loss", 8, ["sets", 20_000]),
  ],
  fsyncSeconds: 8,
  outage: { seconds: 300, rate: 10_000 },
  firstSyncKeys: 2_000_000,
};
