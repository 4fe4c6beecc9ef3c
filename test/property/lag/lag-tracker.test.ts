import fc from "fast-check";
import { expect, test } from "vitest";
import { LagTracker } from "../../../src/lag/lag-tracker.ts";
import { SampleRing } from "../../../src/lag/sample-ring.ts";
import { Offset } from "../../../src/stream/position.ts";

const T0 = 1_700_000_000_000;

type Step =
  | { readonly do: "record"; readonly bytes: number; readonly commands: number }
  | { readonly do: "durable"; readonly back: number }
  | { readonly do: "ack"; readonly back: number; readonly peerMs: number; readonly hasClock: boolean }
  | { readonly do: "wait"; readonly ms: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant("record" as const), bytes: fc.nat(5000), commands: fc.nat(9) }) },
  fc.record({ do: fc.constant("durable" as const), back: fc.nat(3000) }),
  fc.record({ do: fc.constant("ack" as const), back: fc.nat(9000), peerMs: fc.integer({ min: -5000, max: 5000 }), hasClock: fc.boolean() }),
  fc.record({ do: fc.constant("wait" as const), ms: fc.nat(4000) }),
);

test("never negative, parts never exceed T, lag is the round trip exactly when nothing is pending, and what is at risk is never understated", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), fc.bigInt({ min: 0n, max: 1n << 62n }), (steps, start) => {
      const tracker = new LagTracker();
      tracker.begin({ start: Offset.of(start), end: Offset.of(start), atMs: T0 });
      let now = T0;
      let end = start;
      let applied = start;
      let durable = start;
      let hadClock = false;
      const commands: { readonly to: bigint; readonly count: number }[] = [];
      const commandsAfter = (offset: bigint) => commands.filter(({ to }) => to > offset).reduce((sum, { count }) => sum + count, 0);
      const pending: { readonly to: bigint; readonly readAtMs: number }[] = [];
      const before = (back: number) => Offset.of(end - BigInt(back) < start ? start : end - BigInt(back));
      for (const each of steps) {
        if (each.do === "wait") now += each.ms;
        if (each.do === "record") {
          if (each.bytes > 0) pending.push({ to: end + BigInt(each.bytes), readAtMs: now });
          end += BigInt(each.bytes);
          if (each.bytes > 0) commands.push({ to: end, count: each.commands });
          tracker.onRecord({ to: Offset.of(end), executedAtMs: now, commands: each.commands });
        }
        if (each.do === "durable") tracker.onDurable(before(each.back), now);
        if (each.do === "ack") {
          const mark = { offset: before(each.back), atMs: now + each.peerMs };
          // Taken back: what the peer had is pending again, since now at the latest.
          if (mark.offset < applied && pending.length === 0) pending.push({ to: end, readAtMs: now });
          applied = mark.offset;
          durable = mark.offset;
          hadClock ||= each.hasClock;
          tracker.onAck({ received: mark, durable: mark, applied: mark }, each.hasClock ? { offsetMs: 100, errorMs: 1 } : undefined, now);
        }
        while (pending[0] && pending[0].to <= applied) pending.shift();

        const lag = tracker.lag(now);
        const floor = hadClock ? 2 : (lag.ms.total?.last ?? 0);
        expect(lag.lagMs).toBe(Math.max(floor, pending[0] ? now - pending[0].readAtMs : 0));
        expect(lag.atRisk.bytes).toBe(Number(end - durable));
        expect(lag.atRisk.ms).toBeGreaterThanOrEqual(0);
        if (!lag.atRisk.commandsEstimated) expect(lag.atRisk.commands).toBeGreaterThanOrEqual(commandsAfter(durable));
        if (durable === end) expect(lag.atRisk).toMatchObject({ bytes: 0, commands: 0, ms: 0 });
        for (const bytes of Object.values(lag.behindBytes)) expect(bytes).toBeGreaterThanOrEqual(0);
        if (lag.behindBytes.applied !== undefined) expect(lag.behindBytes.applied).toBe(Number(end - applied));
        const { write, network, ack, total, visible } = lag.ms;
        for (const part of [write, network, ack, visible]) {
          if (!part) continue;
          expect(part.last).toBeGreaterThanOrEqual(0);
          expect(part.max).toBeLessThanOrEqual(total?.max ?? -1);
          expect(part.p50 <= part.p95 && part.p95 <= part.p99 && part.p99 <= part.max).toBe(true);
        }
      }
    }),
  );
});

test("BOUNDED: whatever is pending, at most 4096 samples are held, and age is overstated by at most 0.4 % of the outage", () => {
  const gaps = fc.array(fc.record({ ms: fc.nat(50), times: fc.integer({ min: 1, max: 6000 }) }), { minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(gaps, fc.double({ min: 0, max: 1, noNaN: true }), (plan, share) => {
      const ring = new SampleRing();
      const readAt: number[] = [];
      let now = T0;
      for (const { ms, times } of plan) {
        for (let i = 0; i < times; i++) {
          now += ms;
          readAt.push(now);
          ring.push(readAt.length, now, readAt.length);
        }
        expect(ring.count).toBeLessThanOrEqual(4096);
      }
      const applied = Math.floor(share * readAt.length);
      while (ring.shift(applied) !== undefined);
      const truth = readAt[applied];
      const spanMs = now - readAt[0]!;
      if (truth === undefined) {
        expect(ring.oldestAtMs).toBeUndefined();
        return;
      }
      expect(ring.oldestAtMs).toBeLessThanOrEqual(truth);
      expect(truth - ring.oldestAtMs!).toBeLessThanOrEqual(spanMs / 250);
    }),
    { numRuns: 50 },
  );
});
