/**
 * Ratios between two things that one process does in turns: they hold on any machine, and a mistake on the hot path breaks them by far.
 * The shortest of many rounds counts, so that what else runs on the machine does not.
 */
import { MODERN, OLD, plan, scanAll, streamOf } from "./tasks.ts";

const ROUNDS = 400;

export type Verdict = { readonly what: string; readonly ratio: number; readonly limit: number };

export function checkGuards(): readonly Verdict[] {
  const mix = streamOf("mix", 64 * 1024);
  const sets = streamOf("sets", 64 * 1024);
  const room = Buffer.alloc(sets.length);
  return [
    // Commands are found, not looked at: about 30 ns for each beside a copy of its 110 bytes.
    {
      what: "scanning the mix beside copying it",
      ratio: ratio(
        () => scanAll(mix),
        () => Buffer.from(mix),
      ),
      limit: 25,
    },
    // Plain SETs pass an older target's dialect untouched.
    {
      what: "planning SETs for Redis 6.0 beside a modern target",
      ratio: ratio(
        () => plan(sets, OLD, room),
        () => plan(sets, MODERN, room),
      ),
      limit: 2,
    },
    // Found, then moved together, about 50 ns for each: two passes over the bytes, and no object for a command.
    {
      what: "planning SETs beside scanning them, both in a copy",
      ratio: ratio(
        () => plan(sets, MODERN, room),
        () => {
          sets.copy(room);
          return scanAll(room);
        },
      ),
      limit: 4,
    },
  ];
}

function ratio(measured: () => unknown, beside: () => unknown): number {
  let [shortest, shortestBeside] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (let round = 0; round < ROUNDS; round++) {
    shortest = Math.min(shortest, timeOf(measured));
    shortestBeside = Math.min(shortestBeside, timeOf(beside));
  }
  return shortest / shortestBeside;
}

function timeOf(run: () => unknown): number {
  const began = process.hrtime.bigint();
  run();
  return Number(process.hrtime.bigint() - began);
}
