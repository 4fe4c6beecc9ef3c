/** What happens in an episode, decided by the seed alone before it begins. */
import type { Random } from "../../support/random.ts";
import type { Fault, Parameters } from "./fault.ts";

export type PlannedFault = { readonly fault: Fault; readonly parameters: Parameters; readonly atMs: number };
export type Plan = { readonly seed: number; readonly faults: readonly PlannedFault[] };

const MAX_FAULTS = 4;
const LATEST_MS = 2_000;

/** Kinds that were not drawn for longer come first: minutes are enough to see all of them. */
export class Planner {
  readonly #random: Random;
  readonly #catalogue: readonly Fault[];
  #deck: Fault[] = [];

  constructor(random: Random, catalogue: readonly Fault[]) {
    this.#random = random;
    this.#catalogue = catalogue;
  }

  next(): Plan {
    const random = this.#random;
    const seed = random.between(1, 2 ** 30);
    const faults = Array.from({ length: random.between(1, MAX_FAULTS) }, () => {
      const fault = this.#draw();
      return { fault, parameters: fault.draw(random), atMs: random.between(0, LATEST_MS) };
    });
    return { seed, faults: faults.sort((a, b) => a.atMs - b.atMs) };
  }

  #draw(): Fault {
    if (this.#deck.length === 0) this.#deck = [...this.#catalogue];
    const [drawn] = this.#deck.splice(this.#random.between(0, this.#deck.length - 1), 1);
    return drawn!;
  }
}

export function describe({ fault, parameters, atMs }: PlannedFault): string {
  const details = Object.entries(parameters).map(([name, value]) => `${name}=${value}`);
  return `${fault.kind} (${[`at ${atMs} ms`, ...details].join(", ")})`;
}
