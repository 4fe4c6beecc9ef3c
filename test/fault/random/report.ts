/** Counts over a run: what was injected, what was survived. */
import type { Episode } from "./episode.ts";
import type { DeliveryKind } from "./world.ts";

type Name = { readonly seed: number; readonly delivery: DeliveryKind };

export type Summary = Name & {
  readonly minutes: number;
  readonly episodes: number;
  readonly faults: Readonly<Record<string, { readonly injected: number; readonly survived: number }>>;
  readonly fullSyncs: { readonly allowed: number; readonly needless: number };
  readonly keysCompared: number;
  readonly violations: number;
};

export class Report {
  readonly #name: Name;
  readonly #startedAtMs = performance.now();
  readonly #faults: Map<string, { injected: number; survived: number }>;
  readonly #fullSyncs = { allowed: 0, needless: 0 };
  #episodes = 0;
  #keysCompared = 0;
  #violations = 0;

  constructor(name: Name, kinds: readonly string[]) {
    this.#name = name;
    this.#faults = new Map(kinds.map((kind) => [kind, { injected: 0, survived: 0 }]));
  }

  add(episode: Episode): void {
    this.#episodes++;
    this.#keysCompared += episode.keysCompared;
    this.#fullSyncs[episode.allowsFullSync ? "allowed" : "needless"] += episode.fullSyncs;
    this.#violations += episode.problems.length;
    for (const { fault } of episode.injected) {
      const count = this.#faults.get(fault.kind)!;
      count.injected++;
      if (episode.problems.length === 0) count.survived++;
    }
  }

  get summary(): Summary {
    return {
      ...this.#name,
      minutes: Number(((performance.now() - this.#startedAtMs) / 60_000).toFixed(1)),
      episodes: this.#episodes,
      faults: Object.fromEntries(this.#faults),
      fullSyncs: this.#fullSyncs,
      keysCompared: this.#keysCompared,
      violations: this.#violations,
    };
  }
}

export function renderTable({ seed, delivery, minutes, episodes, faults, fullSyncs, keysCompared, violations }: Summary): string {
  const rows = Object.entries(faults).map(([kind, { injected, survived }]) => [kind, `${injected}`, `${survived}`]);
  const total = (index: number) => `${rows.reduce((sum, row) => sum + Number(row[index]), 0)}`;
  const all = [["fault", "injected", "survived"], ...rows, ["all", total(1), total(2)]];
  const width = Math.max(...all.map(([kind]) => kind!.length));
  const lines = all.map(([kind, injected, survived]) => `${kind!.padEnd(width)}  ${injected!.padStart(8)}  ${survived!.padStart(8)}`);
  return [
    ...lines,
    "",
    `seed ${seed}, ${delivery} delivery: ${episodes} episodes in ${minutes} minutes, ${keysCompared} keys compared, full syncs: ${fullSyncs.allowed} allowed, ${fullSyncs.needless} needless`,
    violations === 0 ? "no violation" : `${violations} violations`,
  ].join("\n");
}
