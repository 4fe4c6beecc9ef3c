/** When records are packed anew: only where the link limits, the CPU is to be had, and nobody waits for it. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { isWorthPacking, MAX_ADDED_MS } from "../../../src/link/send/codec-choice.ts";
import { LinkMeter, QUEUE_MS } from "../../../src/link/send/link-meter.ts";

const link = fc.record({
  queueMs: fc.double({ min: 0, max: 10_000, noNaN: true }),
  bandwidth: fc.option(fc.double({ min: 1, max: 1e7, noNaN: true }), { nil: undefined }),
  offered: fc.double({ min: 0, max: 1e7, noNaN: true }),
});
const cost = fc.record({
  ratio: fc.double({ min: 0.01, max: 1, noNaN: true }),
  msPerByte: fc.double({ min: 1e-6, max: 1e-2, noNaN: true }),
  coreShare: fc.double({ min: 0, max: 1, noNaN: true }),
});
const bytes = fc.integer({ min: 1, max: 300_000 });
const always = (property: Parameters<typeof fc.assert>[0]) => fc.assert(property);

test("never while the link was not seen to limit, nor while half a core is busy with it", () => {
  always(fc.property(bytes, link, cost, (size, view, of) => !isWorthPacking(size, { ...view, bandwidth: undefined }, of)));
  always(fc.property(bytes, link, cost, (size, view, of) => !isWorthPacking(size, view, { ...of, coreShare: 0.51 })));
  always(
    fc.property(bytes, link, cost, (size, view, of) => {
      const idle = { ...view, queueMs: 0, offered: (view.bandwidth ?? 0) / 2 };
      return !isWorthPacking(size, idle, of);
    }),
  );
});

test("never when a record would wait longer for it than the ceiling, or than the link takes for what it saves, while the peer has as much to do", () => {
  always(
    fc.property(bytes, link, cost, (size, view, of) => {
      if (!isWorthPacking(size, view, of)) return;
      const packingMs = size * of.msPerByte;
      expect(packingMs - view.queueMs).toBeLessThanOrEqual(MAX_ADDED_MS);
      expect(2 * packingMs).toBeLessThan((size * (1 - of.ratio)) / view.bandwidth!);
    }),
  );
});

test("a slower link, a longer queue, a better ratio or a faster CPU never speaks against it", () => {
  const factor = fc.double({ min: 0.01, max: 1, noNaN: true });
  always(
    fc.property(bytes, link, cost, factor, (size, view, of, by) => {
      if (!isWorthPacking(size, view, of)) return;
      expect(isWorthPacking(size, { ...view, bandwidth: view.bandwidth! * by }, of)).toBe(true);
      expect(isWorthPacking(size, { ...view, queueMs: view.queueMs / by }, of)).toBe(true);
      expect(isWorthPacking(size, view, { ...of, ratio: of.ratio * by })).toBe(true);
      expect(isWorthPacking(size, view, { ...of, msPerByte: of.msPerByte * by })).toBe(true);
    }),
  );
});

/** A line of `bandwidth` bytes per millisecond and 20 ms each way, offered 1 KB each millisecond; the receiver may not run for a while. */
function measured(bandwidth: number, seconds: number, runs: (ms: number) => boolean = () => true): LinkMeter {
  const meter = new LinkMeter();
  let [sent, carried] = [0, 0];
  const consumed: number[] = [];
  for (let ms = 0; ms < seconds * 1_000; ms++) {
    meter.sent(1_000, 1_000, ms);
    sent += 1_000;
    carried = Math.min(sent, carried + bandwidth);
    consumed.push(carried);
    if (ms % 10 === 0 && ms >= 40 && runs(ms)) meter.consumed(consumed[ms - 40]!, ms);
  }
  return meter;
}

test("a line that carries less than is offered is seen: its bandwidth, and what waits for it", () => {
  const { bandwidth, queueMs, offered } = measured(500, 5).view(5_000);
  expect(bandwidth).toBeGreaterThan(450);
  expect(bandwidth).toBeLessThan(550);
  expect(queueMs).toBeGreaterThan(1_000);
  expect(offered).toBeCloseTo(1_000, -2);
});

test("a line that carries all of it has no bandwidth that anybody saw, however far it goes", () => {
  const { bandwidth, queueMs } = measured(2_000, 3).view(3_000);
  expect(bandwidth).toBeUndefined();
  expect(queueMs).toBeLessThan(QUEUE_MS);
});

test("a receiver that stands still for a while now and then is no slow line", () => {
  expect(measured(2_000, 10, (ms) => ms % 500 < 400).view(10_000).bandwidth).toBeUndefined();
});

test("what does not come back waits, and what was seen a minute ago is forgotten", () => {
  const meter = measured(500, 3);
  expect(meter.view(4_000).queueMs).toBeGreaterThan(1_900);
  expect(meter.view(70_000).bandwidth).toBeUndefined();
});
