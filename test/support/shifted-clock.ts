/** The environment in which a Node program's wall clock is wrong. */
import { fileURLToPath } from "node:url";

/** Lets the clock of a program that was started with a jump make it; the next one takes it back. */
export const JUMP = "SIGUSR2";

/** Off by `shiftMs` from the first moment on, and by `jumpMs` more after a JUMP. */
export function shiftedClock(shiftMs: number, jumpMs = 0): Readonly<Record<string, string>> {
  const module = fileURLToPath(new URL("./shifted-clock.mjs", import.meta.url));
  return { NODE_OPTIONS: `--import ${module}`, CLOCK_SHIFT_MS: `${shiftMs}`, CLOCK_JUMP_MS: `${jumpMs}` };
}
