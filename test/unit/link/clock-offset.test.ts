import fc from "fast-check";
import { expect, test } from "vitest";
import { ClockOffset } from "../../../src/link/connection/clock-offset.ts";

test("the true offset is always within the stated error, however the delays differ each way", () => {
  const delay = fc.double({ min: 0, max: 500, noNaN: true });
  const ping = fc.record({ there: delay, held: delay, back: delay });
  fc.assert(
    fc.property(fc.double({ min: -1e6, max: 1e6, noNaN: true }), fc.array(ping, { minLength: 1, maxLength: 40 }), (skew, pings) => {
      const clock = new ClockOffset();
      let now = 1_700_000_000_000;
      for (const { there, held, back } of pings) {
        const pingReceivedAtMs = now + there + skew;
        const pongReceivedAtMs = now + there + held + back;
        clock.add({ pingSentAtMs: now, pingReceivedAtMs, pongSentAtMs: pingReceivedAtMs + held, pongReceivedAtMs });
        now = pongReceivedAtMs + 1000;
      }
      const estimate = clock.estimate!;
      expect(Math.abs(estimate.offsetMs - skew)).toBeLessThanOrEqual(estimate.errorMs + 0.01);
      const last = pings.at(-1)!;
      expect(estimate.rttMs).toBeCloseTo(last.there + last.back, 1);
      const best = Math.min(...pings.slice(-16).map((one) => one.there + one.back));
      expect(estimate.errorMs).toBeCloseTo(best / 2, 1);
    }),
  );
});

test("nothing is claimed before the first pong", () => {
  expect(new ClockOffset().estimate).toBeUndefined();
});
