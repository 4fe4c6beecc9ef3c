/** Of several runs of the same: the middle one, or the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const [below, above] = [sorted[Math.floor((sorted.length - 1) / 2)]!, sorted[Math.floor(sorted.length / 2)]!];
  return below === above ? below : (below + above) / 2;
}

/** Number by number, of objects of one shape; what is wrong adds up. */
export function medianOf<Run extends { readonly wrong: number }>(runs: readonly Run[]): Run {
  return { ...(medianOfEach(runs) as Run), wrong: runs.reduce((sum, { wrong }) => sum + wrong, 0) };
}

function medianOfEach(values: readonly unknown[]): unknown {
  const [first] = values;
  if (typeof first === "number") return median(values as number[]);
  if (typeof first !== "object" || first === null) return first;
  const of = (key: string) => medianOfEach(values.map((value) => (value as Record<string, unknown>)[key]));
  return Object.fromEntries(Object.keys(first).map((key) => [key, of(key)]));
}
