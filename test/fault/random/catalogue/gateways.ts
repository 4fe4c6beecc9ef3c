/** The gateways themselves: killed, stopped, frozen, started again with a clock that is wrong, and killed at named places. */
import { setTimeout as sleep } from "node:timers/promises";
import { eventually } from "../../../support/eventually.ts";
import { JUMP, shiftedClock } from "../../../support/shifted-clock.ts";
import { type Fault, fault } from "../fault.ts";
import type { RegionGateway } from "../region-gateway.ts";
import type { DeliveryKind, World } from "../world.ts";

const SIDES = ["origin", "peer"] as const;
type Side = (typeof SIDES)[number];

const JOURNAL_POINTS = ["journal-written-not-synced", "journal-rolling", "journal-retention"];
const WRITE_POINTS = ["delivery-exec-sent", "delivery-unit-committed"];
const HOUR_MS = 3_600_000;
/** Under another fault it may not come so far; it is the same gateway with a clock that does not jump, then. */
const STREAMING_WITHIN_MS = 5_000;
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

const crashed = (side: Side, points: readonly string[]) =>
  fault({
    kind: `crash point in the ${side}'s gateway`,
    parts: [side],
    draw: (random) => ({ point: random.pick(points), time: random.between(1, 8) }),
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
      world[side].start(shiftedClock(hours * HOUR_MS));
      await sleep(ms);
      await stop(world[side]);
      world[side].start();
    },
  });

/** The clock is right at first and jumps while it runs, and back again if there is time. */
const jumpingClock = (side: Side) =>
  fault({
    kind: `the ${side}'s clock jumps an hour while it runs`,
    parts: [side],
    draw: (random) => ({ hours: random.pick([-1, 1]), ms: random.between(500, 2_500) }),
    happen: async (world, { hours, ms }) => {
      const gateway = world[side];
      await stop(gateway);
      gateway.start(shiftedClock(0, hours * HOUR_MS));
      const works = async () => (await gateway.stream()).phase === "streaming";
      if (!(await eventually(works, { timeoutMs: STREAMING_WITHIN_MS }).catch(() => false))) return "missed";
      gateway.signal(JUMP);
      await sleep(ms);
      gateway.signal(JUMP);
      return undefined;
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

export function gatewayFaults(delivery: DeliveryKind): readonly Fault[] {
  return [
    bothKilled,
    crashed("origin", [...JOURNAL_POINTS, "link-records-sent"]),
    crashed("peer", [...JOURNAL_POINTS, "link-records-received", ...(delivery === "write" ? WRITE_POINTS : [])]),
    ...SIDES.flatMap((side) => [killed(side), terminated(side), frozen(side), wrongClock(side), jumpingClock(side)]),
  ];
}
