import fc from "fast-check";
import { expect, test } from "vitest";
import { type Condition, clearMs, judge, QUIET, step } from "../../../src/alert/machine.ts";

const T0 = 1_700_000_000_000;
const SECOND = 1_000;

const conditions = fc.array(fc.constantFrom<Condition>("bad", "between", "clear", "unknown"), { minLength: 1, maxLength: 400 });

test("it fires only after its condition held for the for-duration without a good moment, and then at once", () => {
  fc.assert(
    fc.property(conditions, fc.integer({ min: 0, max: 20 }), (course, forSeconds) => {
      let state = QUIET;
      let badSince: number | undefined;
      for (const [index, condition] of course.entries()) {
        const now = T0 + index * SECOND;
        if (condition === "bad") badSince ??= now;
        else if (condition !== "unknown") badSince = undefined;
        const before = state.at;
        state = step(state, condition, forSeconds * SECOND, now);
        if (before !== "firing") {
          const isDue = condition === "bad" && badSince !== undefined && now - badSince >= forSeconds * SECOND;
          expect(state.at === "firing").toBe(isDue);
        }
        if (state.at === "firing" && before === "firing" && condition !== "clear") badSince ??= now;
        if (state.at !== "firing" && before === "firing") badSince = undefined;
      }
    }),
  );
});

test("it is over only after it was clear all the while, which doubles with each time it fired lately and ends at ten minutes", () => {
  fc.assert(
    fc.property(conditions, (course) => {
      let state = QUIET;
      let clearSince: number | undefined;
      for (const [index, condition] of course.entries()) {
        const now = T0 + index * SECOND;
        const before = state;
        state = step(state, condition, 0, now);
        if (before.at !== "firing") {
          clearSince = undefined;
          continue;
        }
        if (condition === "clear") clearSince ??= now;
        else if (condition !== "unknown") clearSince = undefined;
        const isOver = condition === "clear" && clearSince !== undefined && now - clearSince >= clearMs(before, now);
        expect(state.at === "quiet").toBe(isOver);
      }
      expect(clearMs(state, T0)).toBeLessThanOrEqual(600 * SECOND);
      expect(state.firedAtMs.length).toBeLessThanOrEqual(8);
    }),
  );
});

test("an alert that flaps for an hour comes and goes a dozen times at most", () => {
  let state = QUIET;
  let changes = 0;
  for (let second = 0; second < 3600; second++) {
    const before = state.at;
    state = step(state, second % 14 < 7 ? "bad" : "clear", 0, T0 + second * SECOND);
    if (before !== state.at) changes++;
  }
  expect(changes).toBeLessThanOrEqual(12);
});

test("between the threshold and its margin nothing changes, and nothing is known of what is not known", () => {
  expect(judge(100.1, "above", 100)).toBe("bad");
  expect(judge(95, "above", 100)).toBe("between");
  expect(judge(90, "above", 100)).toBe("clear");
  expect(judge(0, "above", 0)).toBe("clear");
  expect(judge(1, "above", 0)).toBe("bad");
  expect(judge(9.9, "below", 10)).toBe("bad");
  expect(judge(10.5, "below", 10)).toBe("between");
  expect(judge(11, "below", 10)).toBe("clear");
  expect(judge(undefined, "below", 10)).toBe("unknown");
});
