/** What the target says about itself, and whether delivery may begin there. Pure. */
import { GatewayError } from "../../../errors.ts";
import { type Checkpoint, parseCheckpoint } from "./checkpoint.ts";

export type TargetFacts = {
  /** "redis" also for relatives that do not name themselves. */
  readonly product: "redis" | "valkey";
  /** `7.0.15`; of Valkey its own version, not the Redis version that it claims. */
  readonly version: string;
  /** Major * 100 + minor of `version`: 700, 802. */
  readonly versionNumber: number;
  /** master or slave, as INFO says. */
  readonly role: string;
  /** How many databases may be selected. */
  readonly databases: number;
  readonly maxmemory: number;
  readonly maxmemoryPolicy: string;
  readonly clusterEnabled: boolean;
  readonly loading: boolean;
  /** Since its start, in whole seconds; 0 where INFO does not say. */
  readonly uptimeMs: number;
  readonly aofEnabled: boolean;
  /** Keys per database, as INFO keyspace told when the target was opened. */
  readonly keyspace: ReadonlyMap<number, number>;
};

/** KEEPTTL, and MULTI that a busy script does not turn away. */
const OLDEST_VERSION = 600;

/** `info` is the whole answer to INFO; `databases` is asked separately. */
export function parseFacts(info: string, databases: number): TargetFacts {
  const fields = new Map<string, string>();
  const keyspace = new Map<number, number>();
  for (const line of info.split("\r\n")) {
    const colon = line.indexOf(":");
    if (colon < 0) continue;
    const name = line.slice(0, colon);
    const value = line.slice(colon + 1);
    const keys = /^db\d+$/.test(name) ? /keys=(\d+)/.exec(value) : null;
    if (keys) keyspace.set(Number(name.slice(2)), Number(keys[1]));
    else fields.set(name, value);
  }
  const valkey = fields.get("valkey_version");
  const version = valkey ?? fields.get("redis_version") ?? "0.0.0";
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return {
    product: valkey === undefined ? "redis" : "valkey",
    version,
    versionNumber: major * 100 + minor,
    role: fields.get("role") ?? "unknown",
    databases,
    maxmemory: Number(fields.get("maxmemory") ?? 0),
    maxmemoryPolicy: fields.get("maxmemory_policy") ?? "noeviction",
    clusterEnabled: fields.get("cluster_enabled") === "1",
    loading: fields.get("loading") === "1",
    aofEnabled: fields.get("aof_enabled") === "1",
    uptimeMs: Number(fields.get("uptime_in_seconds") ?? 0) * 1000,
    keyspace,
  };
}

export function keysIn(facts: TargetFacts): number {
  let keys = 0;
  for (const count of facts.keyspace.values()) keys += count;
  return keys;
}

/** The checkpoint has no TTL, so only policies that look at every key can evict it. */
export function canEvictCheckpoint(facts: TargetFacts): boolean {
  return facts.maxmemory > 0 && facts.maxmemoryPolicy.startsWith("allkeys-");
}

export type Admission = {
  readonly facts: TargetFacts;
  /** What the checkpoint key holds; "" means missing. */
  readonly checkpointText: string;
  /** A person has said that this target is ours whatever it holds. */
  readonly adopt: boolean;
  /** A person has said that the target is to be promoted, whatever it refused before. */
  readonly promotes?: boolean;
};

/**
 * Decides whether this target may be written. Returns the position to go on from, or undefined: begin with a snapshot.
 * Throws TARGET_REFUSED, TARGET_NOT_EMPTY, CHECKPOINT_CONFLICT, TARGET_REJECTED (diverged) or TARGET_BUSY (a demoted target, loading).
 */
export function admit({ facts, checkpointText, adopt, promotes = false }: Admission): Checkpoint | undefined {
  if (facts.loading) throw new GatewayError("TARGET_BUSY", "the target is loading its data set");
  if (facts.role !== "master") {
    // Ours, but demoted: its failover is under way. Any other replica is the wrong server.
    if (checkpointText !== "")
      throw new GatewayError("TARGET_BUSY", "the target has become a replica; waiting for it to be a master again");
    throw new GatewayError("TARGET_REFUSED", "the target is a read-only replica of another server; name a master as target");
  }
  if (facts.versionNumber < OLDEST_VERSION) {
    throw new GatewayError("TARGET_REFUSED", `the target's version ${facts.version} is older than 6.0`);
  }
  if (checkpointText === "") {
    if (!adopt && keysIn(facts) > 0) {
      throw new GatewayError(
        "TARGET_NOT_EMPTY",
        `the target holds ${keysIn(facts)} keys and no checkpoint of this stream; they would be replaced. Empty it, or adopt it if that is meant`,
      );
    }
    return undefined;
  }
  const checkpoint = parseCheckpoint(checkpointText);
  if (checkpoint.state !== "diverged" || promotes) return checkpoint;
  if (adopt) return undefined;
  throw new GatewayError(
    "TARGET_REJECTED",
    "the target refused a command of the stream before and is marked as diverged; adopt it to load a new snapshot",
    {
      details: { offset: checkpoint.offset },
    },
  );
}
