/**
 * Which segments may go: whole ones, the oldest first, never the last. Above the byte limit they go even if a reader
 * needs them, and that is counted; by age they go only when nobody does. Pure.
 */
import type { Offset } from "../stream/position.ts";
import type { Segment } from "./segment.ts";

export type RetentionLimits = { readonly bytes: number; readonly ageMs: number };

export type RetentionInput = {
  readonly segments: readonly Pick<Segment, "first" | "bytes" | "writtenAtMs">[];
  readonly limits: RetentionLimits;
  /** Oldest offset that a known reader still needs; "everything" when its position is not known, undefined without readers. */
  readonly needed: Offset | "everything" | undefined;
  readonly nowMs: number;
};

export type RetentionPlan = {
  readonly drop: number;
  /** Of what is dropped, what a reader still needs. */
  readonly neededBytes: number;
  /** All that a reader still needs, before anything is dropped. */
  readonly heldBytes: number;
};

export function planRetention(input: RetentionInput): RetentionPlan {
  const { segments, limits, needed, nowMs } = input;
  let bytes = segments.reduce((sum, segment) => sum + segment.bytes, 0);
  const isHeld = (next: (typeof segments)[number] | undefined) =>
    needed === "everything" || (needed !== undefined && (next === undefined || needed < next.first));
  const heldBytes = segments.reduce((sum, segment, index) => sum + (isHeld(segments[index + 1]) ? segment.bytes : 0), 0);
  let drop = 0;
  let neededBytes = 0;
  for (let next = segments[1]; next !== undefined; next = segments[drop + 1]) {
    const oldest = segments[drop] as (typeof segments)[number];
    const isNeeded = isHeld(next);
    const isOld = nowMs - oldest.writtenAtMs > limits.ageMs;
    if (next.bytes === 0) break; // nothing on disk could say where the history ends
    if (bytes <= limits.bytes && (isNeeded || !isOld)) break;
    if (isNeeded) neededBytes += oldest.bytes;
    bytes -= oldest.bytes;
    drop++;
  }
  return { drop, neededBytes, heldBytes };
}
