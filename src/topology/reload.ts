/** What of a changed topology a running gateway can take over, and what needs a restart. Pure. */
import type { Topology } from "./topology.ts";

/** The parts that are read when they are used. */
const TAKEN_OVER: readonly string[] = ["alerts", "log"];

export type Reload = {
  /** Settings that differ and can be taken over. */
  readonly changed: readonly string[];
  /** Settings that differ and need a restart; while there are any, nothing is taken over. */
  readonly refused: readonly string[];
};

export function compareTopologies(before: Pick<Topology, "settings">, after: Pick<Topology, "settings">): Reload {
  const paths = differences(before.settings, after.settings, []);
  const isTakenOver = (path: readonly string[]) => TAKEN_OVER.includes(path[0]!);
  const named = (wanted: boolean) => [...new Set(paths.filter((path) => isTakenOver(path) === wanted).map((path) => path.join(".")))];
  return { changed: named(true), refused: named(false) };
}

/** Paths of what differs, as deep as both sides have it. */
function differences(before: unknown, after: unknown, path: readonly string[]): readonly (readonly string[])[] {
  if (isMapping(before) && isMapping(after)) {
    const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
    return [...keys].flatMap((key) => differences(before[key], after[key], [...path, key]));
  }
  return JSON.stringify(before) === JSON.stringify(after) ? [] : [path];
}

function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
