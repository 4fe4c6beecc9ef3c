/** What the tests of faults have in common: a load that forgives nothing while the fault is there, and the judgement afterwards. */
import { expect } from "vitest";
import type { ServiceStatus } from "../../src/admin/status/gateway.ts";
import { eventually } from "./eventually.ts";
import type { Pair } from "./pair.ts";
import { Workload } from "./workload.ts";

export type Load = {
  /** Resolves after so many more commands. */
  readonly more: (commands: number) => Promise<void>;
};

/** Runs `fault` while the master is written to; then everything must be there exactly once, and the master has given one full sync. */
export async function underLoad(pair: Pair, seed: number, fault: (load: Load) => Promise<void>): Promise<void> {
  await using workload = await Workload.start(pair.master.client(), { seed, commandsPerSecond: 1_500 });
  const more = async (commands: number) => {
    const wanted = workload.stats.commands + commands;
    await eventually(() => workload.stats.commands >= wanted, { timeoutMs: 30_000, what: "the load" });
  };
  await streaming(pair);
  await more(1_500);
  await fault({ more });
  await more(1_500);
  await workload.stop();
  await pair.caughtUp();
  expect(await pair.problems(workload.ledgers)).toEqual([]);
  expect(await pair.master.info("sync_full")).toBe("1");
}

export async function streaming(pair: Pair): Promise<void> {
  await eventually(async () => (await pair.stream("eu-west")).phase === "streaming", { timeoutMs: 30_000, what: "the first sync" });
}

/** How often a snapshot was loaded into the target since its gateway was started. */
export function loads(pair: Pair): number {
  return pair.eu.countEvents("delivery.loading");
}

export async function delivery(pair: Pair): Promise<ServiceStatus> {
  const { services } = await pair.status("eu-west");
  return services.find(({ name }) => name === "delivery:us-east")!;
}

/** Waits until delivery stands still or pauses with the code. */
export async function deliverySays(pair: Pair, code: string, state: "halted" | "waiting"): Promise<ServiceStatus> {
  return eventually(
    async () => {
      const service = await delivery(pair);
      if (service.state === state && service.code === code) return service;
      throw new Error(`it is ${service.state} ${service.code ?? ""} ${service.message ?? ""}`);
    },
    { timeoutMs: 20_000, what: `delivery ${state} with ${code}` },
  );
}

/** The first word of what the target answered, for each attempt that waited. */
export function conditions(pair: Pair): ReadonlySet<string> {
  const waits = pair.eu.events.filter(({ event, code }) => event === "service.restarted" && code === "TARGET_BUSY");
  return new Set(waits.map(({ details }) => String((details as { readonly error?: string }).error ?? "").split(" ")[0]!));
}
