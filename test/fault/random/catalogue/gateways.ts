/** The gateways themselves: killed, stopped, frozen, started again with a clock that is wrong, and killed at named places. */
import { setTimeout as sleep } from "node:timers/promises";
import { eventually } from "../../../support/eventually.ts";
import { shiftedClock } from "../../../support/shifted-clock.ts";
import { fault } from "../fault.ts";
import type { RegionGateway } from "../region-gateway.ts";
import type { World } from "../world.ts";

const SIDES = ["origin", "peer"] as const;
type Side = (typeof SIDES)[number];

const CRASH_POINTS: Readonly<Record<Side, readonly string[]>> = {
  origin: ["journal-written-not-synced", "journal-rolling", "journal-retention", "link-records-sent"],
  peer: [
    "journal-written-not-synced",
    "journal-rolling",
    "journal-retention",
    "link-records-received",
    "delivery-exec-sent",
    "delivery-unit-committed",
  ],
};
/** A place that is not passed within this time is left alone. */
const CRASH_WITHIN_MS = 4_000;

const killed = (side: Side) =>
  fault({
    kind: `kill -9 of the ${side}'s gateway`,
    parts: [side],
    draw: (random) => ({ downMs: random.between(0, 1_500) }),
    happen: async (world, { downMs }) => {
      await world[side].kill9();
      await sleep(downMs);
      world[side].start();
    },
  });

const bothKilled = fault({
  kind: "kill -9 of both gateways",
  parts: [...SIDES],
  draw: (random) => ({ first: random.pick(SIDES), downMs: random.between(0, 1_000) }),
  happen: async (world, { first, downMs }) => {
    await Promise.all(SIDES.map((side) => world[side].kill9()));
    world[first].start();
    await sleep(downMs);
    world[first === "origin" ? "peer" : "origin"].start();
  },
});

const terminated = (side: Side) =>
  fault({
    kind: `SIGTERM to the ${side}'s gateway`,
    parts: [side],
    draw: (random) => ({ downMs: random.between(0, 500) }),
    happen: async (world, { downMs }) => {
      await stop(world[side]);
      await sleep(downMs);
      world[side].start();
    },
  });

const frozen = (side: Side) =>
  fault({
    kind: `the ${side}'s gateway frozen`,
    parts: [side],
    draw: (random) => ({ ms: random.between(200, 4_000) }),
    happen: async (world, { ms }) => {
      world[side].signal("SIGSTOP");
      await sleep(ms);
      world[side].signal("SIGCONT");
    },
  });

const crashed = (side: Side) =>
  fault({
    kind: `crash point in the ${side}'s gateway`,
    parts: [side],
    draw: (random) => ({ point: random.pick(CRASH_POINTS[side]), time: random.between(1, 8) }),
    happen: async (world, { point, time }) => {
      await stop(world[side]);
      world[side].start({ CAUSEWAY_CRASH_POINT: `${point}:${time}` });
      world[side].expectEnd();
      const reached = await ends(world[side]);
      if (!reached) await world[side].kill9();
      world[side].start();
      return reached ? undefined : "missed";
    },
  });

const wrongClock = (side: Side) =>
  fault({
    kind: `the ${side}'s clock an hour off`,
    parts: [side],
    draw: (random) => ({ hours: random.pick([-1, 1]), ms: random.between(500, 2_500) }),
    happen: async (world, { hours, ms }) => {
      await stop(world[side]);
      world[side].start(shiftedClock(hours * 3_600_000));
      await sleep(ms);
      await stop(world[side]);
      world[side].start();
    },
  });

async function stop(gateway: RegionGateway): Promise<void> {
  const { code, signal } = await gateway.terminate();
  // Before it has begun anything, a signal ends it as any program.
  if (code !== 0 && signal !== "SIGTERM") throw new Error(`SIGTERM ended ${gateway.region} with ${code ?? signal}:\n${gateway.tail(10)}`);
}

async function ends(gateway: World[Side]): Promise<boolean> {
  const over = eventually(() => !gateway.running, { timeoutMs: CRASH_WITHIN_MS, intervalMs: 20 });
  return over.catch(() => false);
}

export const GATEWAY_FAULTS = [
  bothKilled,
  ...SIDES.flatMap((side) => [killed(side), terminated(side), frozen(side), crashed(side), wrongClock(side)]),
];
