/**
 * One alert's state. It fires once its condition has held for its for-duration, and is over once the value has been clearly good
 * (hysteresis) for a while. The while doubles with each time that it fired lately: an alert that flaps stays instead of
 * coming and going. Pure.
 *
 *   quiet ──bad──▶ pending ──bad for `forMs`──▶ firing ──clear for the while──▶ quiet
 */

export type MachineState = {
  readonly at: "quiet" | "pending" | "firing";
  readonly sinceMs: number;
  /** Clear since then, while it still fires. */
  readonly clearSinceMs?: number;
  /** When it began to fire, lately. */
  readonly firedAtMs: readonly number[];
};

export type Condition = "bad" | "between" | "clear" | "unknown";

export const QUIET: MachineState = { at: "quiet", sinceMs: 0, firedAtMs: [] };

/** A condition is clear only this far on the good side of its threshold. */
const HYSTERESIS = 0.1;
const CLEAR_MS = 5_000;
const MOST_CLEAR_MS = 10 * 60_000;
/** How long a firing counts as lately, and how many are remembered: more change nothing. */
const LATELY_MS = 30 * 60_000;
const REMEMBERED = 8;

export function judge(value: number | undefined, fires: "above" | "below", threshold: number): Condition {
  if (value === undefined || Number.isNaN(value)) return "unknown";
  const margin = Math.abs(threshold) * HYSTERESIS;
  if (fires === "above") return value > threshold ? "bad" : value <= threshold - margin ? "clear" : "between";
  return value < threshold ? "bad" : value >= threshold + margin ? "clear" : "between";
}

export function step(state: MachineState, condition: Condition, forMs: number, nowMs: number): MachineState {
  switch (state.at) {
    case "quiet":
      if (condition !== "bad") return state;
      return forMs <= 0 ? fire(state, nowMs) : { ...state, at: "pending", sinceMs: nowMs };
    case "pending":
      if (condition === "clear" || condition === "between") return { at: "quiet", sinceMs: nowMs, firedAtMs: state.firedAtMs };
      return condition === "bad" && nowMs - state.sinceMs >= forMs ? fire(state, nowMs) : state;
    default:
      if (condition !== "clear") {
        // Nothing is known: neither better nor worse.
        if (condition === "unknown" || state.clearSinceMs === undefined) return state;
        return { at: "firing", sinceMs: state.sinceMs, firedAtMs: state.firedAtMs };
      }
      if (state.clearSinceMs === undefined) return { ...state, clearSinceMs: nowMs };
      return nowMs - state.clearSinceMs >= clearMs(state, nowMs) ? { at: "quiet", sinceMs: nowMs, firedAtMs: state.firedAtMs } : state;
  }
}

/** How long it must be clear before it is over. */
export function clearMs({ firedAtMs }: Pick<MachineState, "firedAtMs">, nowMs: number): number {
  const times = firedAtMs.filter((at) => nowMs - at < LATELY_MS).length;
  return Math.min(MOST_CLEAR_MS, CLEAR_MS * 2 ** Math.max(0, times - 1));
}

/** Nothing about it matters any more. */
export function isOver({ at, firedAtMs }: MachineState, nowMs: number): boolean {
  return at === "quiet" && firedAtMs.every((firedAt) => nowMs - firedAt >= LATELY_MS);
}

function fire({ firedAtMs }: MachineState, nowMs: number): MachineState {
  const lately = firedAtMs.filter((at) => nowMs - at < LATELY_MS);
  return { at: "firing", sinceMs: nowMs, firedAtMs: [...lately, nowMs].slice(-REMEMBERED) };
}
