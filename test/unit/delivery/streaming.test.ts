import pino from "pino";
import { expect, test } from "vitest";
import type { Checkpoint } from "../../../src/delivery/write/checkpoint.ts";
import { DeliveryStats } from "../../../src/delivery/write/delivery-stats.ts";
import { UNIT_COMMANDS } from "../../../src/delivery/write/plan.ts";
import { RawRing } from "../../../src/delivery/write/raw-ring.ts";
import { Streaming } from "../../../src/delivery/write/streaming.ts";
import type { UnitWriter } from "../../../src/delivery/write/unit-writer.ts";
import { encodeCommand } from "../../../src/resp/encode.ts";
import { systemClock } from "../../../src/runtime/clock.ts";
import { HistoryId, Offset } from "../../../src/stream/position.ts";
import { REPLID, StubHistory } from "../../integration/delivery/stub-log.ts";

test("APPLIED_ONCE: each unit of a record commits the offset at which it ends, not the record's", async () => {
  const history = new StubHistory();
  const start = history.tail.offset;
  const command = encodeCommand("INCR", "n");
  const commands = UNIT_COMMANDS * 2 + 100;
  history.write(Buffer.concat(Array.from({ length: commands }, () => command)));
  const from: Checkpoint = {
    ...{ state: "streaming", history: HistoryId.of("a".repeat(16)), offset: start, db: 0, replid: REPLID },
    ...{ snapshotId: undefined, rdbOffset: 0, writer: "", readAtMs: 0 },
  };
  const stop = new AbortController();
  const ends: { readonly sentBytes: number; readonly offset: Offset }[] = [];
  let sentBytes = 0;
  const writer = {
    ...{ full: false, inFlightBytes: 0, expected: from, begin: () => undefined },
    append: (pieces: readonly Buffer[]) => {
      for (const piece of pieces) sentBytes += piece.length;
    },
    commit: ({ offset }: Checkpoint) => {
      ends.push({ sentBytes, offset });
      if (offset === history.tail.offset) stop.abort();
    },
  };
  const stats = new DeliveryStats();
  const log = pino({ level: "silent" });
  const options = {
    history,
    from,
    room: new RawRing(),
    checkpointKey: "k",
    databases: 16,
    stats,
    log,
    clock: systemClock,
    onApplied: () => undefined,
  };
  await new Streaming({ ...options, writer: writer as unknown as UnitWriter }).run(stop.signal);
  expect(ends).toHaveLength(3);
  for (const end of ends) expect(end.offset).toBe(Offset.plus(start, end.sentBytes));
});
