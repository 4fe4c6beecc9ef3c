/** Fields that several parts of the read model have alike. */
import type { Offset } from "../../stream/position.ts";

type StageOffsets = { readonly received: Offset | undefined; readonly durable: Offset | undefined; readonly applied: Offset | undefined };

export function offsets(stages: StageOffsets): { readonly received?: string; readonly durable?: string; readonly applied?: string } {
  return Object.fromEntries(Object.entries(stages).flatMap(([stage, offset]) => (offset === undefined ? [] : [[stage, `${offset}`]])));
}

export function lastError(error: { readonly message: string; readonly atMs: number } | undefined) {
  return error && { lastError: error.message, lastErrorAtMs: error.atMs };
}
