/** Time as a port. One clock for everything: it starts at the wall clock and then never jumps, so lag survives clock steps. */
import { performance } from "node:perf_hooks";

export interface Clock {
  /** Milliseconds since 1970 as at process start plus monotonic time since; never goes backwards. */
  nowMs(): number;
}

export const systemClock: Clock = {
  nowMs: () => performance.timeOrigin + performance.now(),
};
