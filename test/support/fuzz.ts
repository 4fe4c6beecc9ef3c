/**
 * Runs an attack with many seeds: a fixed few of them in `npm test`, and with FUZZ_SECONDS=n random ones for n seconds each.
 * A failure prints the seed; `FUZZ_SEED=…` runs that one alone.
 */
import fc from "fast-check";
import { test } from "vitest";
import { type ErrorCode, GatewayError } from "../../src/errors.ts";
import { Random } from "./random.ts";

const seconds = Number(process.env["FUZZ_SECONDS"] ?? 0);
const onlySeed = process.env["FUZZ_SEED"];
const FIXED_SEED = 20_261_122;
const SLACK_MS = 60_000;

export function fuzz(name: string, attack: (random: Random) => void | Promise<void>, options: { readonly runs?: number } = {}): void {
  const property = fc.asyncProperty(fc.integer({ min: 0, max: 2 ** 32 - 1 }), async (seed) => attack(new Random(seed)));
  const parameters =
    seconds > 0
      ? { numRuns: Number.MAX_SAFE_INTEGER, interruptAfterTimeLimit: seconds * 1000, markInterruptAsFailure: false }
      : { numRuns: options.runs ?? 300, seed: FIXED_SEED };
  const run = async () => {
    if (onlySeed !== undefined) await attack(new Random(Number(onlySeed)));
    // Shrinking a seed makes nothing simpler.
    else await fc.assert(property, { ...parameters, endOnFailure: true });
  };
  test(name, run, seconds * 1000 + SLACK_MS);
}

/** "fine", or the code of the GatewayError that came out. Anything else, INVARIANT included, is the bug that is looked for: it passes through. */
export function outcomeOf(decode: () => unknown): ErrorCode | "fine" {
  try {
    decode();
    return "fine";
  } catch (error) {
    return codeOf(error);
  }
}

/** The same for a decoder that reads files or sockets. */
export async function outcomeOfAsync(decode: () => Promise<unknown>): Promise<ErrorCode | "fine"> {
  try {
    await decode();
    return "fine";
  } catch (error) {
    return codeOf(error);
  }
}

function codeOf(error: unknown): ErrorCode {
  if (error instanceof GatewayError && error.code !== "INVARIANT") return error.code;
  throw error;
}
