/** What the origin knows of a peer's copy decides where the peer goes on, and with what. */
import { expect, test } from "vitest";
import type { Plan } from "../../../src/link/send/origin-view.ts";
import { PeerCopy } from "../../../src/link/send/peer-copy.ts";
import { Offset } from "../../../src/stream/position.ts";
import type { Held } from "../../../src/wire/frames.ts";
import { REPLID_A, REPLID_B, STREAM } from "../../support/link-pair.ts";
import { type MemoryHistory, MemoryLog } from "../../support/memory-log.ts";

const PING_BYTES = 14;
const NEWER = "7".repeat(16);

/** A log whose history begins at 0, with so many records of one PING and no snapshot but its first. */
function logOf(pings: number): { readonly log: MemoryLog; readonly history: MemoryHistory } {
  const log = new MemoryLog(STREAM);
  const history = log.begin({ id: "1", replid: REPLID_A, offset: 0n });
  for (let count = 0; count < pings; count++) history.writePings(1);
  return { log, history };
}

const holding = (history: MemoryHistory, bytes: number, more: Partial<Held> = {}) =>
  new PeerCopy([{ history: history.id, offset: Offset.of(bytes), replid: REPLID_A, ...more }]);

async function start(copy: PeerCopy, log: MemoryLog): Promise<Plan> {
  const plan = await copy.plan(log);
  if (typeof plan !== "object") throw new Error(plan);
  copy.begin(plan);
  return plan;
}

function send(copy: PeerCopy, history: MemoryHistory, records: number): void {
  for (const record of history.records.slice(0, records)) copy.prepare(record, record === history.records[0]);
  copy.sent?.commit();
}

/** A second snapshot of the history, at its end. */
async function anotherSnapshot(history: MemoryHistory, chunks = 0, id = NEWER) {
  const writer = history.beginSnapshot({ id, offset: history.tail.offset, replid: REPLID_A, db: 0 });
  for (let index = 0; index < chunks; index++) writer.stored.push(Buffer.alloc(1));
  await writer.complete();
  return writer;
}

test("NO_GAP: a peer that stands where the stream has no boundary does not go on there again", async () => {
  const { log, history } = logOf(2);
  const copy = holding(history, PING_BYTES + 1);
  expect(await start(copy, log)).toMatchObject({ from: BigInt(PING_BYTES + 1) });
  expect(() => copy.prepare(history.records[1]!, true)).toThrow(expect.objectContaining({ code: "JOURNAL_GAP" }));
  expect(await copy.plan(log)).toBe("request");
});

test("NO_GAP: a hole in the log is no sign that the peer went another way", async () => {
  const { log, history } = logOf(3);
  const copy = holding(history, 0);
  await start(copy, log);
  copy.prepare(history.records[0]!, true);
  copy.sent?.commit();
  expect(() => copy.prepare(history.records[2]!, false)).toThrow(expect.objectContaining({ code: "JOURNAL_GAP" }));
  expect(await copy.plan(log)).toMatchObject({ history, from: BigInt(PING_BYTES) });
});

test("a snapshot that is wanted goes beside the records once it is whole and the peer has those up to it, and goes once", async () => {
  const { log, history } = logOf(2);
  const copy = holding(history, 0);
  await start(copy, log);
  copy.want(Offset.of(PING_BYTES));
  expect(copy.canHaveWanted(log.current)).toBe(false);
  await anotherSnapshot(history);
  expect(copy.canHaveWanted(log.current)).toBe(false);
  send(copy, history, 2);
  expect(copy.canHaveWanted(log.current)).toBe(true);
  expect(await start(copy, log)).toMatchObject({
    from: history.tail.offset,
    snapshot: { stored: history.snapshot, firstChunk: 0, beside: true },
  });
  expect(copy.canHaveWanted(log.current)).toBe(false);
  copy.snapshotSent();
  expect(await copy.plan(log)).not.toHaveProperty("snapshot");
  copy.want(Offset.of(0));
  expect(copy.canHaveWanted(log.current)).toBe(false);
  await anotherSnapshot(history, 0, "8".repeat(16));
  expect(await start(copy, log)).toHaveProperty("snapshot");
  copy.snapshotSent();
  await anotherSnapshot(history, 0, "9".repeat(16));
  expect(copy.canHaveWanted(log.current)).toBe(false);
});

test("an older snapshot than the one that is wanted is of no use", async () => {
  const { log, history } = logOf(2);
  const copy = holding(history, 2 * PING_BYTES);
  copy.want(Offset.of(1));
  expect(await start(copy, log)).not.toHaveProperty("snapshot");
  expect(copy.canHaveWanted(log.current)).toBe(false);
});

test("a snapshot that was begun beside the records goes on at its next chunk, unasked, until it is whole or given up", async () => {
  const { log, history } = logOf(1);
  await anotherSnapshot(history, 5);
  const copy = holding(history, PING_BYTES, { beside: { id: NEWER, chunks: 2 } });
  expect(await start(copy, log)).toMatchObject({ snapshot: { firstChunk: 2, beside: true } });
  copy.chunkSent();
  expect(await start(copy, log)).toMatchObject({ snapshot: { firstChunk: 3, beside: true } });
  copy.snapshotAborted();
  expect(copy.sent?.offset).toBe(history.tail.offset);
  expect(await copy.plan(log)).not.toHaveProperty("snapshot");
});

test("a history that was sent to its end is left for the one that arrives, and is held until that is whole", async () => {
  const { log, history } = logOf(1);
  const copy = holding(history, PING_BYTES);
  await start(copy, log);
  const fresh = log.begin({ id: "2", replid: REPLID_B, offset: 7n, complete: false });
  expect(await start(copy, log)).toMatchObject({ history: fresh, from: 7n, snapshot: { firstChunk: 0, beside: false } });
  expect([copy.wholeUpTo(history.id), copy.wholeUpTo(fresh.id)]).toEqual([BigInt(PING_BYTES), undefined]);
  copy.chunkSent();
  expect(await start(copy, log)).toMatchObject({ history: fresh, snapshot: { firstChunk: 1 } });
  copy.snapshotSent();
  expect([copy.wholeUpTo(history.id), copy.wholeUpTo(fresh.id)]).toEqual([undefined, 7n]);
});

test("a history whose first snapshot is given up is no longer held", async () => {
  const { log, history } = logOf(0);
  const copy = new PeerCopy([]);
  await start(copy, log);
  copy.chunkSent();
  copy.snapshotAborted();
  expect([copy.sent, copy.wholeUpTo(history.id)]).toEqual([undefined, undefined]);
  expect(await copy.plan(log)).toMatchObject({ history, snapshot: { firstChunk: 0 } });
});

test("a history that was left inside a transaction is not gone on with", async () => {
  const { log, history } = logOf(1);
  history.writePings(1, { open: true });
  const copy = holding(history, 0);
  await start(copy, log);
  send(copy, history, 2);
  const fresh = log.begin({ id: "2", replid: REPLID_B, offset: 7n, complete: false });
  expect(await copy.plan(log)).toMatchObject({ history, from: BigInt(PING_BYTES) });
  copy.leave(history.id);
  expect(await copy.plan(log)).toMatchObject({ history: fresh });
});
