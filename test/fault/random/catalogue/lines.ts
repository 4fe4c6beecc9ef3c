/** The lines: the long one between the gateways, and the short ones to the master and the target. */
import { setTimeout as sleep } from "node:timers/promises";
import { DIRECTIONS } from "../../../support/wan-line.ts";
import type { WanProxy } from "../../../support/wan-proxy.ts";
import { type Fault, fault } from "../fault.ts";
import type { World } from "../world.ts";

type Line = { readonly part: "link" | "master line" | "target line"; readonly of: (world: World) => WanProxy };

const LINK: Line = { part: "link", of: (world) => world.link };
const MASTER_LINE: Line = { part: "master line", of: (world) => world.masterLine };
const TARGET_LINE: Line = { part: "target line", of: (world) => world.targetLine };

const MBIT = 125_000;

const reset = ({ part, of }: Line) =>
  fault({
    kind: `${part} reset`,
    parts: [part],
    draw: (random) => ({ ms: random.between(0, 1_500) }),
    happen: async (world, { ms }) => {
      of(world).cut("reset");
      await sleep(ms);
      of(world).heal();
    },
  });

const blackhole = ({ part, of }: Line) =>
  fault({
    kind: `${part} swallows everything`,
    parts: [part],
    draw: (random) => ({ ms: random.between(200, 3_500) }),
    happen: async (world, { ms }) => {
      of(world).cut("blackhole");
      await sleep(ms);
      of(world).heal();
    },
  });

const oneWay = ({ part, of }: Line) =>
  fault({
    kind: `${part} swallows one direction`,
    parts: [part],
    draw: (random) => ({ direction: random.pick(DIRECTIONS), ms: random.between(200, 3_500) }),
    happen: async (world, { direction, ms }) => {
      of(world).cut("blackhole", [direction]);
      await sleep(ms);
      of(world).heal();
    },
  });

const cutAtByte = ({ part, of }: Line) =>
  fault({
    kind: `${part} cut at a byte`,
    parts: [part],
    draw: (random) => ({ direction: random.pick(DIRECTIONS), bytes: random.between(1, 40_000), ms: random.between(500, 2_000) }),
    happen: async (world, { direction, bytes, ms }) => {
      of(world).cutAfter(bytes, direction);
      await sleep(ms);
      of(world).heal();
    },
  });

const slow = ({ part, of }: Line) =>
  fault({
    kind: `${part} slow and lossy`,
    parts: [part],
    draw: (random) => ({ rttMs: random.between(50, 300), jitterMs: random.between(0, 50), ms: random.between(500, 3_000) }),
    happen: async (world, { rttMs, jitterMs, ms }) => {
      const conditions = { delayMs: rttMs / 2, jitterMs, stallRate: 0.01, stallMs: 2 * rttMs };
      of(world).change({ up: conditions, down: conditions });
      await sleep(ms);
      of(world).heal();
    },
  });

const narrow = ({ part, of }: Line) =>
  fault({
    kind: `${part} at 1 Mbit/s`,
    parts: [part],
    draw: (random) => ({ ms: random.between(1_000, 3_000) }),
    happen: async (world, { ms }) => {
      of(world).change({ up: { bytesPerSecond: MBIT }, down: { bytesPerSecond: MBIT, bufferBytes: 64 * 1024 } });
      await sleep(ms);
      of(world).heal();
    },
  });

/** Only where silence is noticed within seconds. */
const halfOpen = ({ part, of }: Line) =>
  fault({
    kind: `${part} half-open`,
    parts: [part],
    draw: () => ({}),
    happen: async (world) => of(world).halfOpen(),
  });

const flapping = ({ part, of }: Line) =>
  fault({
    kind: `${part} flapping`,
    parts: [part],
    draw: (random) => ({ everyMs: 200, times: random.between(3, 12) }),
    happen: async (world, { everyMs, times }) => {
      for (let left = times; left > 0; left--) {
        of(world).reset();
        await sleep(everyMs);
      }
    },
  });

const ANYWHERE = [reset, blackhole, oneWay, cutAtByte, slow];

export const LINE_FAULTS: readonly Fault[] = [
  ...[LINK, MASTER_LINE, TARGET_LINE].flatMap((line) => ANYWHERE.map((make) => make(line))),
  narrow(LINK),
  halfOpen(LINK),
  flapping(LINK),
];
