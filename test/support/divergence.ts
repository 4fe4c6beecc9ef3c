/** A command that a target refused, of so many bytes. */
import type { Divergence } from "../../src/delivery/write/unit/unit.ts";
import { HistoryId, Offset, Replid } from "../../src/stream/position.ts";

export function refusedCommand(bytes: number): Divergence {
  const checkpoint = {
    ...{
      state: "streaming" as const,
      history: HistoryId.of("a".repeat(16)),
      offset: Offset.of(1),
      db: 0,
      replid: Replid.of("b".repeat(40)),
    },
    ...{ snapshotId: undefined, rdbOffset: 0, writer: "1".repeat(16), readAtMs: 0, guardMs: 0 },
  };
  return { checkpoint, index: 0, command: "INCR", error: "WRONGTYPE", bytes: Buffer.alloc(bytes, "x"), explanation: undefined };
}
