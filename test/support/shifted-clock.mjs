/** Loaded before a program by `--import`: its wall clock is CLOCK_SHIFT_MS off from the first moment on. */
import { performance } from "node:perf_hooks";

const shiftMs = Number(process.env.CLOCK_SHIFT_MS ?? 0);
const { now } = Date;
const { timeOrigin } = performance;
Date.now = () => now() + shiftMs;
Object.defineProperty(performance, "timeOrigin", { value: timeOrigin + shiftMs });
