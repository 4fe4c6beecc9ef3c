/** A status of each kind of thing, as a gateway of us-east and one of eu-west would report. */
import type { GatewayStatus } from "../../src/admin/status.ts";
import { HISTOGRAM_BOUNDS_MS } from "../../src/lag/histogram.ts";

const AT = 1_800_000_000_000;
const percentiles = (ms: number) => ({ p50: ms, p95: ms * 1.5, p99: ms * 2, max: ms * 3 });
const quantiles = (last: number) => ({
  last,
  ...percentiles(last),
  over15m: percentiles(last),
  sinceStart: { count: 10, sumMs: last * 10, upTo: HISTOGRAM_BOUNDS_MS.map((bound) => (bound >= last * 3 ? 10 : bound >= last ? 5 : 0)) },
});
const journal = {
  bytes: 3_000_000,
  segments: 1,
  fsync: "everysec",
  fsyncMsMax: 4,
  pendingBytes: 0,
  diskFull: false,
  droppedNeededBytes: 0,
  tornTails: 1,
  tornBytes: 4096,
  damages: 0,
} as const;

export const originStatus: GatewayStatus = {
  region: "us-east",
  version: "0.1.0",
  lz4: "lz4",
  topologyDigest: "ab".repeat(32),
  startedAtMs: AT - 3_725_000,
  atMs: AT,
  streams: [
    {
      id: "us-east/0",
      role: "origin",
      phase: "streaming",
      history: "0123456789abcdef",
      replid: "f".repeat(40),
      positions: { start: "1", received: "123456789", durable: "123456000" },
      journal,
      snapshot: { id: "fedcba9876543210", state: "complete", offset: "1", chunks: 3, rdbBytes: 700_000 },
      throughput: { bytes: 123_456_789, commands: 1_000_000, bytesPerSecond: 2_500_000, commandsPerSecond: 17_300 },
      compressionRatio: 2.9,
      atRisk: { peer: "eu-west", bytes: 0, commands: 0, ms: 0 },
      master: {
        state: "streaming",
        address: "127.0.0.1:6379",
        fullSyncs: 1,
        partialSyncs: 2,
        historiesLost: 0,
        failovers: 1,
        pauses: 3,
        acksHeld: 0,
        ackedOffset: "123456000",
        ackedAtMs: AT - 500,
        heartbeat: { state: "measured", delayMs: 0.3, returned: 3_700 },
      },
    },
  ],
  listener: { unauthenticated: 1, refusals: { secret: 7 } },
  links: [
    {
      peer: "eu-west",
      direction: "sending",
      phase: "streaming",
      rttMs: 80.4,
      clock: { offsetMs: -3.2, errorMs: 40.2 },
      sentBytes: 45_000_000,
      receivedBytes: 90_000,
      connectedAtMs: AT - 60_000,
      lastFrameAtMs: AT - 3,
      reconnects: 1,
      refusals: 0,
      superseded: 0,
      streams: [
        {
          stream: "us-east/0",
          acked: { received: "123456789", durable: "123456789", applied: "123450000" },
          lag: {
            lagMs: 92.5,
            behindBytes: { received: 0, durable: 0, applied: 6789 },
            ms: { write: quantiles(0.4), network: quantiles(40.1), ack: quantiles(48), total: quantiles(88.5), visible: quantiles(60) },
            atRisk: { bytes: 0, commands: 0, ms: 0 },
            networkErrorMs: 40.2,
          },
        },
      ],
    },
    {
      peer: "ap-south",
      direction: "sending",
      phase: "disconnected",
      sentBytes: 0,
      receivedBytes: 0,
      reconnects: 0,
      refusals: 0,
      superseded: 4,
      lastError: "ap-south said goodbye: the gateway is stopping",
      lastErrorAtMs: AT - 3_600_000,
      streams: [
        {
          stream: "us-east/0",
          acked: {},
          lag: { lagMs: 3_600_000, behindBytes: {}, ms: {}, atRisk: { bytes: 123_456_789, ms: 3_600_000, unacknowledged: true } },
        },
      ],
    },
  ],
  services: [
    { name: "source", needed: true, state: "running" },
    { name: "link-listener", needed: true, state: "running" },
  ],
  certificates: [{ use: "link", path: "/etc/causeway/tls/us-east.crt", state: "valid", expiresAtMs: AT + 5_184_000_000 }],
  warnings: [],
};

export const replicaStatus: GatewayStatus = {
  ...originStatus,
  region: "eu-west",
  streams: [
    {
      id: "us-east/0",
      role: "replica",
      phase: "halted",
      history: "0123456789abcdef",
      positions: { start: "1", received: "123456789", durable: "123456789", applied: "123450000" },
      journal,
      throughput: { bytes: 123_456_789, commands: 1_000_000, bytesPerSecond: 2_500_000, commandsPerSecond: 17_300 },
      delivery: {
        state: "halted",
        address: "127.0.0.1:6380",
        targetVersion: "7.0.15",
        units: 2_000,
        commands: 999_000,
        keysLoaded: 100_000,
        keysRemoved: 3,
        functionsLoaded: 1,
        divergences: 1,
        deadLetters: 0,
        reconnects: 0,
        inFlightBytes: 0,
        dropped: { ping: 12 },
        rewritten: { EXPIRE: 4 },
        untranslated: { XADD: 2 },
        unsupported: { "7 (module2): a module's value": 1 },
        conditions: { OOM: 5 },
        lastError: "INCR was refused: WRONGTYPE",
        lastErrorAtMs: AT - 5_000,
      },
    },
  ],
  links: [
    {
      peer: "us-east",
      direction: "receiving",
      phase: "open",
      rttMs: 80,
      sentBytes: 90_000,
      receivedBytes: 45_000_000,
      connectedAtMs: AT - 60_000,
      reconnects: 1,
      refusals: 0,
      superseded: 0,
      streams: [{ stream: "us-east/0", acked: { received: "123456789" } }],
    },
  ],
  services: [
    { name: "link-dialer us-east", needed: true, state: "running" },
    {
      name: "delivery us-east/0",
      needed: true,
      state: "halted",
      code: "TARGET_REJECTED",
      message: "the target refused INCR",
      sinceMs: AT - 1_000,
    },
  ],
};
