/** The results of earlier runs, kept in the repository: absolute figures, which mean something beside those of the same machine model only. Pure. */

/** Slower than the median of what it is compared with by more than this is marked. */
export const REGRESSION = 0.15;
/** How many earlier runs a figure is compared with. */
const COMPARED = 5;

export type Figure = {
  /** From the median round. */
  readonly opsPerSecond: number;
  readonly megabytesPerSecond: number;
  /** ± of the mean, in per cent, as tinybench computes it. */
  readonly spreadPercent: number;
};

export type Run = {
  readonly date: string;
  readonly commit: string;
  readonly node: string;
  readonly machine: { readonly model: string; readonly cpus: number };
  readonly figures: Readonly<Record<string, Figure>>;
};

export type Comparison = {
  readonly name: string;
  readonly now: Figure;
  readonly before: readonly number[];
  readonly change: number | undefined;
};

/** Each figure of `run` beside the last ones of the same machine and the same major version of Node; `change` is to their median. */
export function compare(run: Run, history: readonly Run[]): readonly Comparison[] {
  const alike = history.filter(
    ({ machine, node }) => machine.model === run.machine.model && machine.cpus === run.machine.cpus && major(node) === major(run.node),
  );
  return Object.entries(run.figures).map(([name, now]) => {
    const before = alike.flatMap(({ figures }) => figures[name]?.megabytesPerSecond ?? []).slice(-COMPARED);
    const usual = before.toSorted((a, b) => a - b)[Math.floor(before.length / 2)];
    return { name, now, before, change: usual === undefined ? undefined : now.megabytesPerSecond / usual - 1 };
  });
}

function major(node: string): string {
  return node.split(".")[0]!;
}
