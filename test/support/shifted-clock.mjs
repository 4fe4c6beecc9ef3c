/**
 * Loaded before a program by `--import`: its wall clock is CLOCK_SHIFT_MS off from the first moment on, and with CLOCK_JUMP_MS each SIGUSR2
 * lets it jump so far, there and back. The monotonic clock is never touched, as on a real machine.
 */
import { performance } from "node:perf_hooks";

const jumpMs = Number(process.env.CLOCK_JUMP_MS ?? 0);
let shiftMs = Number(process.env.CLOCK_SHIFT_MS ?? 0);
let jumped = false;

const RealDate = Date;
const { now } = Date;
const { timeOrigin } = performance;
const shiftedNow = () => now() + shiftMs;
globalThis.Date = new Proxy(RealDate, {
  construct: (target, args, newTarget) => Reflect.construct(target, args.length === 0 ? [shiftedNow()] : args, newTarget),
  get: (target, name, receiver) => (name === "now" ? shiftedNow : Reflect.get(target, name, receiver)),
});
Object.defineProperty(performance, "timeOrigin", { value: timeOrigin + shiftMs });
if (jumpMs !== 0) {
  process.on("SIGUSR2", () => {
    shiftMs += jumped ? -jumpMs : jumpMs;
    jumped = !jumped;
  });
}
