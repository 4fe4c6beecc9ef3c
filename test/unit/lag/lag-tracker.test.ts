import { expect, test } from "vitest";
import { LagTracker } from "../../../src/lag/lag-tracker.ts";
import { StreamLag } from "../../../src/lag/stream-lag.ts";
import { Offset } from "../../../src/stream/position.ts";

const T0 = 1_700_000_000_000;
const clock = { offsetMs: 1000, errorMs: 3 };
const at = (offset: number, atMs: number) => ({ offset: Offset.of(offset), atMs });

test("T is divided into write, network and ack, and the parts add up", () => {
  const tracker = new LagTracker();
  tracker.begin({ start: Offset.of(100), end: Offset.of(100), atMs: T0 });
  tracker.onRecord({ to: Offset.of(150), executedAtMs: T0, commands: 1 });
  tracker.onDurable(Offset.of(150), T0 + 2);
  tracker.onAck({ received: at(150, T0 + 1042), durable: at(150, T0 + 1043), applied: at(150, T0 + 1050) }, clock, T0 + 90);
  const { ms, networkErrorMs, lagMs, behindBytes } = tracker.lag(T0 + 90);
  expect([ms.write?.last, ms.network?.last, ms.ack?.last, ms.total?.last]).toEqual([2, 40, 48, 90]);
  expect(networkErrorMs).toBe(3);
  expect(lagMs).toBe(6);
  expect(behindBytes).toEqual({ received: 0, durable: 0, applied: 0 });
});

test("without a clock estimate only what one clock can say is said", () => {
  const tracker = new LagTracker();
  tracker.onRecord({ to: Offset.of(10), executedAtMs: T0, commands: 1 });
  tracker.onDurable(Offset.of(10), T0 + 1);
  tracker.onAck({ received: at(10, 5), applied: at(10, 6) }, undefined, T0 + 9);
  const { ms } = tracker.lag(T0 + 9);
  expect(ms.write?.last).toBe(1);
  expect(ms.total?.last).toBe(9);
  expect(ms.network).toBeUndefined();
  expect(ms.ack).toBeUndefined();
});

test("silence with records pending makes the lag grow, silence without does not", () => {
  const tracker = new LagTracker();
  tracker.onRecord({ to: Offset.of(10), executedAtMs: T0, commands: 1 });
  tracker.onRecord({ to: Offset.of(20), executedAtMs: T0 + 5, commands: 1 });
  expect(tracker.lag(T0 + 1000).lagMs).toBe(1000);
  tracker.onAck({ applied: at(10, 0) }, clock, T0 + 1000);
  expect(tracker.lag(T0 + 2000).lagMs).toBe(1995);
  tracker.onAck({ applied: at(20, 0) }, clock, T0 + 2000);
  expect(tracker.lag(T0 + 60_000).lagMs).toBe(6);
});

test("after a restart what the journal holds is pending, but its age spoils no duration", () => {
  const tracker = new LagTracker();
  tracker.begin({ start: Offset.of(0), end: Offset.of(5000), atMs: T0 });
  expect(tracker.lag(T0 + 10).lagMs).toBe(10);
  expect(tracker.lag(T0 + 10).behindBytes).toEqual({});
  tracker.onAck({ received: at(4000, 0), applied: at(3000, 0) }, clock, T0 + 20);
  expect(tracker.lag(T0 + 20).behindBytes).toEqual({ received: 1000, applied: 2000 });
  tracker.onAck({ applied: at(5000, 0) }, clock, T0 + 30);
  expect(tracker.lag(T0 + 30)).toMatchObject({ lagMs: 6, ms: {} });
});

test("an ack that goes back is believed: the lag grows from then on, and spoils no duration", () => {
  const tracker = new LagTracker();
  tracker.onRecord({ to: Offset.of(10), executedAtMs: T0, commands: 1 });
  tracker.onAck({ applied: at(10, 0) }, clock, T0 + 1);
  tracker.onAck({ applied: at(3, 0) }, clock, T0 + 100);
  expect(tracker.lag(T0 + 150)).toMatchObject({ lagMs: 50, behindBytes: { applied: 7 } });
  tracker.onAck({ received: at(10, 0) }, clock, T0 + 200);
  expect(tracker.lag(T0 + 250)).toMatchObject({ lagMs: 150, behindBytes: { received: 0 } });
  tracker.onAck({ applied: at(10, 0) }, clock, T0 + 300);
  expect(tracker.lag(T0 + 300)).toMatchObject({ lagMs: 6, behindBytes: { applied: 0 }, ms: { total: { max: 1 } } });
});

test("each peer has its own lag, and a stranger has none", () => {
  const lag = new StreamLag(["eu-west", "ap-south"]);
  lag.onRecord({ to: Offset.of(10), readAtMs: T0, commands: 1 });
  lag.onAck({ peer: "eu-west", applied: at(10, 0) }, clock, T0 + 1);
  lag.onAck({ peer: "nowhere", applied: at(10, 0) }, clock, T0 + 1);
  expect(lag.lag("eu-west", T0 + 50)?.lagMs).toBe(6);
  expect(lag.lag("ap-south", T0 + 50)?.lagMs).toBe(50);
  expect(lag.lag("nowhere", T0 + 50)).toBeUndefined();
});

test("what the master has and nobody read is at risk, and behind at every stage: its bytes, not its commands, since it is not read", () => {
  const lag = new StreamLag(["eu-west"]);
  lag.begin({ start: Offset.of(0), end: Offset.of(0), atMs: T0 });
  lag.onRecord({ to: Offset.of(50), readAtMs: T0, commands: 2 });
  const all = at(50, T0);
  lag.onAck({ peer: "eu-west", received: all, durable: all, applied: all }, clock, T0);
  const unread = { bytes: 21_000_000, sinceMs: T0 + 1_000 };
  const expected = { bytes: 21_000_000, unreadBytes: 21_000_000, atLeast: true, commands: 0, ms: 7_000 };
  expect(lag.atRisk(T0 + 8_000, unread)).toEqual({ peer: "eu-west", ...expected });
  expect(lag.lag("eu-west", T0 + 8_000, unread)).toMatchObject({
    lagMs: 7_000,
    behindBytes: { received: 21_000_000, durable: 21_000_000, applied: 21_000_000 },
    atRisk: expected,
  });
  expect(lag.atRisk(T0 + 8_000, { bytes: 30, sinceMs: undefined })).toEqual({
    peer: "eu-west",
    bytes: 30,
    unreadBytes: 30,
    commands: 0,
    ms: 0,
  });
  expect(lag.atRisk(T0 + 8_000, { bytes: 0, sinceMs: undefined })).toEqual({ peer: "eu-west", bytes: 0, commands: 0, ms: 0 });
});

test("a heartbeat that does not return while the master is not read says nothing of the server", () => {
  const { master } = new StreamLag([]);
  master.onSent(T0);
  expect(master.isUnreturned(T0 + 60_000, undefined)).toBe(false);
  expect(master.isUnreturned(T0 + 64_000, T0 + 60_000)).toBe(false);
  expect(master.isUnreturned(T0 + 66_000, T0 + 60_000)).toBe(true);
});
