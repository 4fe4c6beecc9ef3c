/** What of a changed topology a running gateway can take over, and what needs a restart. Pure. */
import type { TopologySettings } from "./schema.ts";
import type { Topology } from "./topology.ts";

/** Settings that are read when they are used, or given to what uses them. A star is any name. */
const TAKEN_OVER = [
  "alerts",
  "log",
  "journal.retention",
  "regions.*.gateway.journal.retention",
  "link.window",
  "link.liveness",
  "link.codec",
  "link.snapshots",
  "regions.*.master.bound.lag",
  "regions.*.master.bound.keepalive",
  "regions.*.replicas.*.write.guard",
  "regions.*.replicas.*.onDivergence",
  "regions.*.replicas.*.onUnsupported",
  "regions.*.replicas.*.rebuildAbove",
].map((path) => path.split("."));

/** A region, or a stream for one, that was not there before. */
const ADDED = ["regions.*", "regions.*.replicas.*"].map((path) => path.split("."));

/** What other regions' gateways do by themselves: nothing here uses it. */
const ELSEWHERE = [
  "regions.*.master",
  "regions.*.gateway.data",
  "regions.*.gateway.admin",
  "regions.*.gateway.journal",
  "regions.*.gateway.tls",
  "regions.*.replicas.*.write",
  "regions.*.replicas.*.feed",
].map((path) => path.split("."));

export type Reload = {
  /** Settings that differ and can be taken over. */
  readonly changed: readonly string[];
  /** Settings that differ and need a restart; while there are any, nothing is taken over. */
  readonly refused: readonly string[];
};

type Difference = { readonly path: readonly string[]; readonly before: unknown; readonly after: unknown };

/** `region`: whose gateway asks. */
export function compareTopologies(before: Pick<Topology, "settings">, after: Pick<Topology, "settings">, region: string): Reload {
  const found = differences(before.settings, after.settings, []);
  const isMeant = ({ path, ...difference }: Difference) =>
    path.join(".") === "links" ? isWayKept(before.settings, after.settings, region) : isTakenOver({ path, ...difference }, region);
  const named = (wanted: boolean) => [
    ...new Set(found.filter((difference) => isMeant(difference) === wanted).map(({ path }) => path.join("."))),
  ];
  return { changed: named(true), refused: named(false) };
}

function isTakenOver({ path, before, after }: Difference, region: string): boolean {
  if (TAKEN_OVER.some((pattern) => begins(path, pattern))) return true;
  const isElsewhere = path[0] === "regions" && path[1] !== region;
  if (isElsewhere && ELSEWHERE.some((pattern) => begins(path, pattern))) return true;
  if (before === undefined && ADDED.some((pattern) => pattern.length === path.length && begins(path, pattern))) {
    return isElsewhere || !hasCertificates(after);
  }
  // Whether heartbeats are listened for is decided when the master is connected.
  return path.join(".") === `regions.${region}.master.heartbeat` && before !== "off" && after !== "off";
}

function begins(path: readonly string[], pattern: readonly string[]): boolean {
  return pattern.every((part, at) => (part === "*" ? path[at] !== undefined : path[at] === part));
}

/** Files whose renewal would have to be watched. */
function hasCertificates(replica: unknown): boolean {
  const { write, feed } = replica as { readonly write?: { readonly tls?: unknown }; readonly feed?: { readonly tls?: unknown } };
  return write?.tls !== undefined || feed?.tls !== undefined;
}

/** Only who dials uses a link's url, and goes on with the one that it has; its codec is asked for with each connection. */
function isWayKept(before: TopologySettings, after: TopologySettings, region: string): boolean {
  const dialled = [...before.links, ...after.links].filter(({ from, to }) => to === region && before.regions[from] !== undefined);
  const way = ({ links }: TopologySettings, from: string) =>
    JSON.stringify(links.find((link) => link.from === from && link.to === region)?.url);
  return dialled.every(({ from }) => way(before, from) === way(after, from));
}

/** Paths of what differs, as deep as both sides have it. */
function differences(before: unknown, after: unknown, path: readonly string[]): readonly Difference[] {
  if (isMapping(before) && isMapping(after)) {
    const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
    return [...keys].flatMap((key) => differences(before[key], after[key], [...path, key]));
  }
  return JSON.stringify(before) === JSON.stringify(after) ? [] : [{ path, before, after }];
}

function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
