import { expect, test } from "vitest";
import { decideStart } from "../../../src/delivery/write/start.ts";
import type { Checkpoint } from "../../../src/delivery/write/target/checkpoint.ts";
import { HistoryId, Offset } from "../../../src/stream/position.ts";
import { REPLID, StubHistory, stubSnapshot } from "../../integration/delivery/stub-log.ts";

const checkpointOf = (changes: Partial<Checkpoint>): Checkpoint => ({
  state: "streaming",
  history: HistoryId.of("b".repeat(16)),
  offset: Offset.of(900n),
  db: 0,
  replid: REPLID,
  snapshotId: undefined,
  rdbOffset: 0,
  writer: "0".repeat(16),
  readAtMs: 0,
  guardMs: 0,
  ...changes,
});

function historyWith(state: "arriving" | "complete"): StubHistory {
  const history = new StubHistory({ start: 500n });
  history.snapshot = { ...stubSnapshot(history.start), state };
  return history;
}

test("an empty target takes a snapshot while it arrives; one that has a whole copy keeps it until there is another", () => {
  const whole = checkpointOf({});
  expect(decideStart(undefined, historyWith("arriving")).kind).toBe("load");
  expect(decideStart(whole, historyWith("arriving"))).toMatchObject({ kind: "wait", why: "the snapshot is not whole yet" });
  expect(decideStart(whole, historyWith("complete")).kind).toBe("load");
});

test("a load that was interrupted goes on where it was, and begins anew with another snapshot", () => {
  const history = historyWith("arriving");
  const interrupted = checkpointOf({ state: "loading", history: history.id, snapshotId: history.snapshot!.info.id, rdbOffset: 4711 });
  expect(decideStart(interrupted, history)).toMatchObject({ kind: "load", resumeAt: 4711 });
  expect(decideStart({ ...interrupted, snapshotId: "f".repeat(16) }, history)).toMatchObject({ kind: "load", resumeAt: 0 });
});
