/** The environment in which a Node program's wall clock is wrong. */
import { fileURLToPath } from "node:url";

export function shiftedClock(shiftMs: number): Readonly<Record<string, string>> {
  const module = fileURLToPath(new URL("./shifted-clock.mjs", import.meta.url));
  return { NODE_OPTIONS: `--import ${module}`, CLOCK_SHIFT_MS: `${shiftMs}` };
}
