/** What happens to any server, a target or a fed replica alike. */
import { setTimeout as sleep } from "node:timers/promises";
import { type Fault, fault } from "../fault.ts";

export function hangs(kind: string): Fault {
  return fault({
    kind,
    parts: ["target"],
    draw: (random) => ({ ms: random.between(200, 3_000) }),
    happen: async ({ target }, { ms }) => {
      target.pause();
      await sleep(ms);
      target.resume();
    },
  });
}

export function restarts(kind: string, mostMs: number): Fault {
  return fault({
    kind,
    parts: ["target"],
    draw: (random) => ({ downMs: random.between(0, mostMs) }),
    happen: async ({ target }, { downMs }) => {
      await target.stop();
      await sleep(downMs);
      await target.restart();
    },
  });
}
