import fc from "fast-check";
import { expect, test } from "vitest";
import { further, type PromotionStep, turnOf } from "../../../src/delivery/write/promotion.ts";
import { FIELD_MARK_MS, guarded, MARK_MS } from "../../../src/delivery/write/values/expiry.ts";

const YEAR_MS = 365 * 86_400_000;

/** A pass over one key: SCAN may name it several times, and a kill may make the pass begin again. */
function pass(
  expiryMs: number,
  step: PromotionStep,
  rules: { readonly guardMs: number; readonly markMs: number; readonly times: number },
): number {
  let now = expiryMs;
  for (let time = 0; time < rules.times; time++) now = turnOf(now, { ...rules, step }) ?? now;
  return now;
}

test("however often either pass names a key, it ends with the expiry that the source gave it", () => {
  const rules = fc.record({
    guardMs: fc.integer({ min: 1, max: YEAR_MS }),
    markMs: fc.constantFrom(MARK_MS, FIELD_MARK_MS),
    times: fc.integer({ min: 1, max: 4 }),
  });
  fc.assert(
    fc.property(rules, fc.integer({ min: 1, max: 1000 * YEAR_MS }), (rule, trueMs) => {
      const stored = Number(guarded(BigInt(trueMs), rule.guardMs, rule.markMs));
      expect(stored).toBe(trueMs + rule.guardMs);
      const marked = pass(stored, "marking", rule);
      // Nothing that is marked can end meanwhile, and nothing that is not can be taken for it.
      expect(marked).toBeGreaterThanOrEqual(rule.markMs);
      expect(pass(marked, "restoring", rule)).toBe(trueMs);
    }),
  );
});

test("a pass that begins anew is never behind the last one; another step counts for itself", () => {
  const marking = { step: "marking", done: 40, total: 100 } as const;
  expect(further(undefined, marking)).toBe(marking);
  expect(further(marking, { ...marking, done: 0 })).toBe(marking);
  expect(further(marking, { ...marking, done: 41 }).done).toBe(41);
  expect(further(marking, { ...marking, step: "restoring", done: 0 }).done).toBe(0);
});

test("keys without an expiry and keys that are gone have no turn", () => {
  for (const step of ["marking", "restoring"] as const) {
    for (const none of [-1, -2]) expect(turnOf(none, { step, guardMs: 5, markMs: MARK_MS })).toBeUndefined();
  }
});
