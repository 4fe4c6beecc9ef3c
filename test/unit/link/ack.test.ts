import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { advanceLink, advanceStream } from "../../../src/link/phase.ts";
import { AckPacer, ackOf } from "../../../src/link/receive/ack.ts";
import { PeerAcks } from "../../../src/link/send/peer-acks.ts";
import type { Progress } from "../../../src/stream/log.ts";
import { HistoryId, Offset, StreamId } from "../../../src/stream/position.ts";

const history = HistoryId.of("0000000000000001");
const stream = StreamId.of("us-east");
const mark = (offset: number, atMs: number) => ({ offset: Offset.of(offset), atMs });
const log = (progress: Progress | undefined, tail = 100) =>
  ({ stream, progress, current: { id: history, tail: { offset: Offset.of(tail) } } }) as Parameters<typeof ackOf>[0];

test("no stage is acknowledged ahead of the one before it (ACK_AFTER_DURABLE)", () => {
  const progress = { history, received: mark(100, 1), durable: mark(50, 2), applied: mark(80, 1) };
  expect(ackOf(log(progress), 7)).toEqual({
    kind: "ack",
    stream,
    history,
    received: mark(100, 1),
    durable: mark(50, 2),
    applied: mark(50, 2),
    consumedBytes: 7,
  });
});

test("nothing is applied for the peer while nothing is durable", () => {
  expect(ackOf(log({ history, received: mark(100, 1), applied: mark(80, 1) }), 0)).not.toHaveProperty("applied");
});

test("what was cut off the log is not acknowledged", () => {
  expect(ackOf(log({ history, received: mark(100, 1), durable: mark(100, 2) }, 60), 0)).toMatchObject({
    received: mark(60, 1),
    durable: { offset: 60n },
  });
});

test("what regions behind us have goes along, by our clock and only of the history that the ack speaks of", () => {
  const acks = new PeerAcks();
  const clock = { rttMs: 2, offsetMs: 1_000, errorMs: 1 };
  acks.note({ peer: "eu-north", stream, history, received: mark(40, 5_000), applied: mark(30, 6_000), clock });
  acks.note({ peer: "eu-south", stream, history: HistoryId.of("0000000000000002"), received: mark(40, 5_000), clock });
  const { behind } = ackOf(log({ history, received: mark(100, 1) }), 0, (one) => acks.behind(one));
  expect(behind).toEqual([{ region: "eu-north", received: mark(40, 4_000), applied: mark(30, 5_000) }]);
});

test("without progress only credit is given", () => {
  expect(ackOf(log(undefined), 9)).toEqual({ kind: "ack", stream, consumedBytes: 9 });
});

beforeEach(() => vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] }));
afterEach(() => vi.useRealTimers());

test("one ack says what settles within 3 ms, then at most one per 10 ms, at once when all is applied, and none after the end", () => {
  let nowMs = 1000;
  const sent: number[] = [];
  const pacer = new AckPacer({ nowMs: () => nowMs, send: () => sent.push(nowMs) });
  const pass = (ms: number) => {
    nowMs += ms;
    vi.advanceTimersByTime(ms);
  };
  pacer.due();
  expect(sent).toEqual([]);
  pass(2);
  expect(sent).toEqual([]);
  pass(1);
  expect(sent).toEqual([1003]);
  pacer.due();
  pacer.due();
  pass(9);
  expect(sent).toHaveLength(1);
  pass(1);
  expect(sent).toEqual([1003, 1013]);
  pass(20);
  pacer.due();
  pacer.due(true);
  expect(sent).toEqual([1003, 1013, 1033]);
  pass(1);
  pacer.due();
  pacer.due(true);
  expect(sent).toHaveLength(3);
  pass(2);
  expect(sent).toEqual([1003, 1013, 1033, 1036]);
  pass(50);
  expect(sent).toHaveLength(4);
  pacer.due();
  pacer.stop();
  pass(50);
  expect(sent).toHaveLength(4);
});

test("phases move only as the tables allow", () => {
  expect(advanceLink("proving", "open")).toBe("open");
  expect(() => advanceLink("connecting", "open")).toThrow(/illegal/);
  expect(() => advanceLink("closed", "open")).toThrow(/illegal/);
  expect(advanceStream("snapshotting", "streaming")).toBe("streaming");
  expect(() => advanceStream("streaming", "snapshotting")).toThrow(/illegal/);
});
