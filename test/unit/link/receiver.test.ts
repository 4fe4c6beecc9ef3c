import { expect, test } from "vitest";
import { GatewayError } from "../../../src/errors.ts";
import { type StreamFrame, StreamReceiver } from "../../../src/link/receive/receiver.ts";
import { HistoryId, type Offset } from "../../../src/stream/position.ts";
import { encodeRecord } from "../../../src/stream/record.ts";
import { encodeChunk } from "../../../src/stream/snapshot-chunk.ts";
import type { AckFrame, Frame } from "../../../src/wire/frames.ts";
import { eventually } from "../../support/eventually.ts";
import { quiet, REPLID_A, STREAM } from "../../support/link-pair.ts";
import { MemoryLog } from "../../support/memory-log.ts";

const HISTORY = HistoryId.of("1".padStart(16, "0"));
const PING = Buffer.from("*1\r\n$4\r\nPING\r\n");
const SNAPSHOT_ID = "ab".repeat(8);

/** A receiver whose origin is this test. */
class Bench implements AsyncDisposable {
  readonly sent: Frame[] = [];
  readonly log: MemoryLog;
  readonly receiver: StreamReceiver;
  readonly #stop = new AbortController();
  #running: Promise<void> = Promise.resolve();
  error: unknown;
  worked = 0;

  constructor(windowBytes = 100_000, log = new MemoryLog(STREAM)) {
    this.log = log;
    this.receiver = new StreamReceiver({
      streamLog: this.log,
      windowBytes,
      send: (frame) => this.sent.push(frame),
      onBacklog: () => undefined,
      onWork: () => this.worked++,
      log: quiet,
      clock: { nowMs: () => performance.now() },
    });
  }

  async run(): Promise<this> {
    this.#running = this.receiver.run(this.#stop.signal).catch((error) => {
      this.error = error;
    });
    await eventually(() => expect(this.sent[0]?.kind).toBe("subscribe"));
    return this;
  }

  /** The next connection, with the same log. */
  again(): Promise<this> {
    return new Bench(undefined, this.log).run() as Promise<this>;
  }

  push(...frames: readonly StreamFrame[]): this {
    for (const frame of frames) this.receiver.push(frame);
    return this;
  }

  get lastAck(): AckFrame | undefined {
    return this.sent.findLast((frame) => frame.kind === "ack");
  }

  async refuses(message: RegExp, code = "FRAME_MALFORMED"): Promise<void> {
    await eventually(() => expect(this.error).toMatchObject({ code, message: expect.stringMatching(message) }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }
}

function pingAt(from: bigint): Buffer {
  const header = {
    from: from as Offset,
    to: (from + 14n) as Offset,
    replid: REPLID_A,
    db: 0,
    dbAfter: 0,
    commands: 1,
    readAtMs: 1,
    open: false,
  };
  return encodeRecord(header, PING);
}

const records = (...items: readonly Buffer[]): StreamFrame => ({ kind: "records", stream: STREAM, records: items });
const start = (from: bigint): StreamFrame => ({ kind: "start", stream: STREAM, history: HISTORY, from: from as Offset, firstChunk: 0 });
const fresh: StreamFrame = {
  kind: "start",
  stream: STREAM,
  history: HISTORY,
  from: 50n as Offset,
  firstChunk: 0,
  snapshot: { id: SNAPSHOT_ID, offset: 50n as Offset, replid: REPLID_A, db: 0 },
};
const chunk = (index: number, rdbOffset: number, damage = 0): StreamFrame => {
  const bytes = encodeChunk(index, rdbOffset, Buffer.alloc(10, index));
  bytes[bytes.length - 1]! ^= damage;
  return { kind: "snapshot-chunk", stream: STREAM, snapshotId: SNAPSHOT_ID, chunk: bytes };
};

test("the subscription names the last boundary, not an open end, of both histories", async () => {
  await using bench = new Bench();
  const current = bench.log.begin({ id: "1", replid: REPLID_A, offset: 0n });
  current.writePings(2);
  current.writePings(2, { open: true });
  const arriving = bench.log.begin({ id: "2", replid: REPLID_A, offset: 7n, chunks: 3, complete: false });
  arriving.writePings(1, { open: true });
  await bench.run();
  expect(bench.sent[0]).toMatchObject({
    held: [
      { history: arriving.id, offset: 7n, snapshot: { chunks: 3 } },
      { history: HISTORY, offset: 28n },
    ],
  });
});

test("a record that leaves a gap or repeats is refused and not stored (NO_GAP)", async () => {
  for (const from of [15n, 0n]) {
    await using bench = await new Bench().run();
    const history = bench.log.begin({ id: "1", replid: REPLID_A, offset: 0n });
    bench.push(start(0n), records(pingAt(0n), pingAt(from)));
    await bench.refuses(/does not begin where our log ends/);
    expect(history.records).toHaveLength(1);
  }
});

test("NO_GAP: a start that goes on elsewhere than where our log ends is refused, and what it names is not touched", async () => {
  for (const from of [14n, 42n]) {
    await using bench = await new Bench().run();
    const history = bench.log.begin({ id: "1", replid: REPLID_A, offset: 0n });
    history.writePings(2);
    bench.push(start(from));
    await bench.refuses(/does not begin where our log ends/);
    expect(history.tail.offset).toBe(28n);
  }
  for (const wrong of [{ firstChunk: 1 }, { firstChunk: 3 }, { from: 49n as Offset }, { from: 51n as Offset }]) {
    await using bench = await new Bench().run();
    bench.push(fresh, chunk(0, 0), chunk(1, 10), { ...fresh, firstChunk: 2, ...wrong } as StreamFrame);
    await bench.refuses(/does not begin where our log ends/);
    expect(bench.log.arriving).toMatchObject({ tail: { offset: 50n }, snapshot: { chunks: 2 } });
  }
});

/** Of a history that is delivered: the snapshot comes beside its records. */
const beside = { ...fresh, from: 56n as Offset, beside: true } as StreamFrame & { kind: "start" };

/** Has received two chunks of a snapshot beside the records, and then lost its connection. */
async function cutBeside(): Promise<Bench> {
  const bench = new Bench();
  bench.log.begin({ id: "1", replid: REPLID_A, offset: 0n }).writePings(4);
  await bench.run();
  bench.push(beside, chunk(0, 0), chunk(1, 10));
  await eventually(() => expect(bench.log.current?.unfinished?.chunks).toBe(2));
  await bench[Symbol.asyncDispose]();
  return bench;
}

test("a snapshot beside the records is gone on with after a cut, and counts once it is whole", async () => {
  await using bench = await (await cutBeside()).again();
  expect(bench.sent[0]).toMatchObject({ held: [{ history: HISTORY, offset: 56n, beside: { id: SNAPSHOT_ID, chunks: 2 } }] });
  expect(bench.sent[0]).not.toHaveProperty("held.0.snapshot");
  bench.push({ ...beside, firstChunk: 2 }, chunk(2, 20), { kind: "snapshot-end", stream: STREAM, snapshotId: SNAPSHOT_ID });
  await eventually(() => expect(bench.log.current?.snapshot).toMatchObject({ state: "complete", chunks: 3, info: { id: SNAPSHOT_ID } }));
});

test.each([
  ["records alone", { from: 56n as Offset }],
  ["a snapshot of another history", { ...fresh, history: HistoryId.of("2".padStart(16, "0")) }],
  ["another one beside them", { ...beside, snapshot: { ...beside.snapshot!, id: "cd".repeat(8) } }],
  ["its first chunk", beside],
])("what came of a snapshot beside the records is dropped when an origin goes on with %s", async (_, frame) => {
  await using bench = await (await cutBeside()).again();
  const begun = bench.log.current?.unfinished;
  bench.push({ ...start(56n), ...frame } as StreamFrame);
  await eventually(() => expect(begun?.state).toBe("aborted"));
  await eventually(() => expect(bench.receiver.stats.history).toBe((frame as { history?: string }).history ?? HISTORY));
  expect(bench.error).toBeUndefined();
});

test("NO_GAP: a snapshot beside the records that goes on at another chunk is refused", async () => {
  await using bench = await (await cutBeside()).again();
  bench.push({ ...beside, firstChunk: 3 });
  await bench.refuses(/does not begin where our log ends/);
});

test("work is a record or chunk that was stored, or a head that we have: neither a start nor what is refused", async () => {
  await using bench = await new Bench().run();
  const history = bench.log.begin({ id: "1", replid: REPLID_A, offset: 0n });
  bench.push(start(0n));
  await eventually(() => expect(bench.receiver.stats.phase).toBe("streaming"));
  bench.receiver.noteHead({ history: HISTORY, offset: 14n as Offset });
  bench.receiver.noteHead({ history: HistoryId.of("2".padStart(16, "0")), offset: 0n as Offset });
  expect(bench.worked).toBe(0);
  bench.receiver.noteHead({ history: HISTORY, offset: 0n as Offset });
  expect(bench.worked).toBe(1);
  bench.push(records(pingAt(0n)));
  await eventually(() => expect([history.tail.offset, bench.worked]).toEqual([14n, 2]));
  bench.push(records(pingAt(15n)));
  await bench.refuses(/does not begin where our log ends/);
  expect(bench.worked).toBe(2);

  await using other = await new Bench().run();
  other.push(fresh, chunk(0, 0));
  await eventually(() => expect(other.worked).toBe(1));
  other.receiver.noteHead({ history: HISTORY, offset: 50n as Offset });
  expect(other.worked).toBe(1);
});

test("a damaged record or chunk is refused and not stored", async () => {
  await using one = await new Bench().run();
  const history = one.log.begin({ id: "1", replid: REPLID_A, offset: 0n });
  const damaged = pingAt(0n);
  damaged[damaged.length - 1]! ^= 1;
  one.push(start(0n), records(damaged));
  await one.refuses(/checksum/, "RECORD_MALFORMED");
  expect(history.records).toHaveLength(0);
  await using other = await new Bench().run();
  other.push(fresh, chunk(0, 0), chunk(1, 10, 1));
  await other.refuses(/checksum/, "RECORD_MALFORMED");
  expect(other.log.arriving?.snapshot?.chunks).toBe(1);
});

test.each<[string, readonly StreamFrame[], RegExp]>([
  ["a chunk out of order", [fresh, chunk(1, 0)], /chunk is out of place/],
  ["a chunk of another place of the RDB", [fresh, chunk(0, 0), chunk(1, 11)], /chunk is out of place/],
  ["chunks without a snapshot", [chunk(0, 0)], /not on its way/],
  ["the end of another snapshot", [fresh, { kind: "snapshot-end", stream: STREAM, snapshotId: "cd".repeat(8) }], /not on its way/],
  ["records before a start", [records(pingAt(0n))], /before a start/],
  ["a start in a history that is not held", [start(0n)], /does not begin where our log ends/],
  ["a start in the middle of an unknown snapshot", [{ ...fresh, firstChunk: 2 } as StreamFrame], /does not begin where our log ends/],
])("%s is refused", async (_, frames, message) => {
  await using bench = await new Bench().run();
  bench.push(...frames);
  await bench.refuses(message);
  expect(bench.log.current).toBeUndefined();
});

test("credit is given for what the log took and had room for, and not before (BOUNDED)", async () => {
  await using bench = await new Bench().run();
  bench.log.begin({ id: "1", replid: REPLID_A, offset: 0n });
  bench.log.full = true;
  const bytes = pingAt(0n).length;
  bench.push(start(0n), records(pingAt(0n)), records(pingAt(14n)));
  await eventually(() => expect(bench.lastAck?.received?.offset).toBe(14n));
  expect(bench.lastAck?.consumedBytes).toBe(0);
  expect(bench.receiver.waitingBytes).toBe(2 * bytes);
  bench.log.full = false;
  await eventually(() => expect(bench.lastAck).toMatchObject({ consumedBytes: 2 * bytes, durable: { offset: 28n } }));
});

test("an origin that sends without credit is refused", async () => {
  await using bench = await new Bench(250).run();
  bench.log.begin({ id: "1", replid: REPLID_A, offset: 0n });
  bench.log.full = true;
  bench.push(start(0n), records(pingAt(0n)), records(pingAt(14n)));
  expect(() => bench.push(records(pingAt(28n)))).toThrow(/credit window/);
});

test("a history counts only once its snapshot is whole (SNAPSHOT_BEFORE_POSITION)", async () => {
  await using bench = await new Bench().run();
  bench.push(fresh, chunk(0, 0), records(pingAt(50n)), chunk(1, 10));
  await eventually(() => expect(bench.log.arriving).toMatchObject({ tail: { offset: 64n }, snapshot: { chunks: 2 } }));
  expect(bench.log.current).toBeUndefined();
  expect(bench.lastAck?.history).toBeUndefined();
  bench.push({ kind: "snapshot-end", stream: STREAM, snapshotId: SNAPSHOT_ID });
  await eventually(() => expect(bench.lastAck).toMatchObject({ history: HISTORY, durable: { offset: 64n } }));
});

test("SNAPSHOT_BEFORE_POSITION: a snapshot that the log finds wrong ends the link, and its position is nowhere", async () => {
  await using bench = await new Bench().run();
  bench.push(fresh, chunk(0, 0), records(pingAt(50n)));
  await eventually(() => bench.log.arriving?.tail.offset === 64n);
  bench.log.arriving!.snapshot!.complete = async () => {
    throw new GatewayError("RDB_MALFORMED", "the sum is wrong");
  };
  bench.push({ kind: "snapshot-end", stream: STREAM, snapshotId: SNAPSHOT_ID });
  await bench.refuses(/the sum is wrong/, "RDB_MALFORMED");
  expect([bench.log.current, bench.lastAck?.history]).toEqual([undefined, undefined]);
});
