/** Time as a port. One clock for everything: it starts at the wall clock and then never jumps, so lag survives clock steps. */
import { performance } from "node:perf_hooks";

export interface Clock {
  /** Milliseconds since 1970 as at process start plus monotonic time since; never goes backwards. */
  nowMs(): number;
}

/** Read once: it is asked for many times per record. */
const { timeOrigin } = performance;

export const systemClock: Clock = {
  nowMs: () => timeOrigin + performance.now(),
};
