/** What `check` says about a target before anything runs. Reads only. */
import type { StreamId } from "../../stream/position.ts";
import { type Checkpoint, checkpointKey } from "./checkpoint.ts";
import type { TargetAddress } from "./raw-socket.ts";
import { Target } from "./target.ts";
import { admit, canEvictCheckpoint, keysIn, type TargetFacts } from "./target-facts.ts";

export type TargetPreflight = {
  readonly facts: TargetFacts;
  readonly keys: number;
  /** Where delivery would go on; undefined: it would begin with a snapshot. */
  readonly checkpoint: Checkpoint | undefined;
  /** One sentence each. */
  readonly warnings: readonly string[];
};

export type TargetPreflightOptions = { readonly target: TargetAddress; readonly stream: StreamId; readonly adopt: boolean };

/** Throws exactly what delivery would: TARGET_CONNECTION, TARGET_BUSY, TARGET_REFUSED, TARGET_NOT_EMPTY, TARGET_REJECTED. */
export async function preflightTarget(options: TargetPreflightOptions): Promise<TargetPreflight> {
  const target = await Target.open(options.target);
  try {
    const { facts } = target;
    const checkpointText = await target.readCheckpoint(checkpointKey(options.stream));
    const checkpoint = admit({ facts, checkpointText, adopt: options.adopt });
    return { facts, keys: keysIn(facts), checkpoint, warnings: warningsOf(facts) };
  } finally {
    target.close();
  }
}

function warningsOf(facts: TargetFacts): readonly string[] {
  const warnings: string[] = [];
  if (canEvictCheckpoint(facts)) {
    warnings.push(`maxmemory-policy ${facts.maxmemoryPolicy} can evict keys and the checkpoint: use noeviction or a volatile-* policy`);
  }
  if (facts.clusterEnabled) warnings.push("the target is a cluster node: only keys of its own slots can be written");
  return warnings;
}
