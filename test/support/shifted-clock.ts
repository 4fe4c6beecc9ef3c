/** The environments in which a program's wall clock is wrong. */
import { execFileSync } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** Lets the clock of a program that was started with a jump make it; the next one takes it back. */
export const JUMP = "SIGUSR2";

/** Off by `shiftMs` from the first moment on, and by `jumpMs` more after a JUMP. */
export function shiftedClock(shiftMs: number, jumpMs = 0): Readonly<Record<string, string>> {
  return { NODE_OPTIONS: `--import ${pathOf("./shifted-clock.mjs")}`, CLOCK_SHIFT_MS: `${shiftMs}`, CLOCK_JUMP_MS: `${jumpMs}` };
}

/** Of a redis-server on Linux; undefined where there is no C compiler, or where the server cannot be told. */
export function shiftedServerClock(shiftMs: number): Readonly<Record<string, string>> | undefined {
  library ??= compile();
  return library === "none" ? undefined : { LD_PRELOAD: library, CLOCK_SHIFT_MS: `${shiftMs}` };
}

/** Made once per process, in a folder that the system forgets. */
let library: string | undefined;

function compile(): string {
  const path = join(mkdtempSync(join(tmpdir(), "causeway-clock-")), "shifted-clock.so");
  try {
    execFileSync("cc", ["-shared", "-fPIC", "-O1", "-o", path, pathOf("./shifted-clock.c")], { stdio: "ignore" });
    return path;
  } catch {
    return "none";
  }
}

function pathOf(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url));
}
