/**
 * Time as a port. One clock for everything that is measured here: it starts at the wall clock and then never jumps, so lag survives clock
 * steps. What another machine is told as a time of day (an expiry) comes from the wall clock as it is now.
 */
import { performance } from "node:perf_hooks";

export interface Clock {
  /** Milliseconds since 1970 as at process start plus monotonic time since; never goes backwards. */
  nowMs(): number;
}

export interface WallClock extends Clock {
  /** Milliseconds since 1970 as this machine says now; jumps when the machine's clock is set, and after the machine has slept. */
  wallMs(): number;
}

/** Read once: it is asked for many times per record. */
const { timeOrigin } = performance;

export const systemClock: WallClock = {
  nowMs: () => timeOrigin + performance.now(),
  wallMs: () => Date.now(),
};
