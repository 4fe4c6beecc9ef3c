import { expect, test } from "vitest";
import { SentRecords } from "../../../src/link/send/sent-records.ts";
import { HistoryId, Offset } from "../../../src/stream/position.ts";
import { makeRecord, REPLID, STREAM } from "../../support/journal-kit.ts";

const HISTORY = HistoryId.of("1".padStart(16, "0"));
const sentTo = (offset: number) => new SentRecords(HISTORY, { offset: Offset.of(offset), replid: REPLID }, undefined);
const record = (from: number, to: number, open = false) => makeRecord(Offset.of(from), to - from, { open });

test("NO_GAP: what does not go on from what was sent is not sent", () => {
  const sent = sentTo(100);
  expect(() => sent.prepare(record(101, 110), true)).toThrow(expect.objectContaining({ code: "JOURNAL_GAP" }));
  sent.prepare(record(100, 110), true);
  for (const [from, to] of [
    [111, 120],
    [109, 120],
    [100, 110],
  ] as const) {
    expect(() => sent.prepare(record(from, to), false)).toThrow(expect.objectContaining({ code: "JOURNAL_GAP" }));
  }
  expect(sent.prepare(record(110, 120), false)).toEqual(record(110, 120));
});

test("NO_GAP: only the first record of a cursor may be one that the peer has", () => {
  expect(sentTo(100).prepare(record(90, 100), true)).toBeUndefined();
  expect(() => sentTo(100).prepare(record(90, 100), false)).toThrow(expect.objectContaining({ code: "JOURNAL_GAP" }));
});

test("TRANSACTIONS_STAY_WHOLE: the peer stands at the last boundary, however much of an open unit it was sent", () => {
  const sent = sentTo(100);
  for (const next of [record(100, 110), record(110, 120, true), record(120, 130, true)]) sent.prepare(next, false);
  sent.commit();
  expect([sent.offset, sent.boundary.offset, sent.furthest]).toEqual([130n, 110n, 130n]);
  sent.prepare(record(130, 140), false);
  sent.commit();
  expect(sent.boundary.offset).toBe(140n);
});

test("ACK_AFTER_DURABLE: what was only prepared was not sent; what was once sent stays the limit after a new start", () => {
  const sent = sentTo(100);
  sent.prepare(record(100, 110), true);
  expect(sent.furthest).toBe(100n);
  sent.commit();
  expect(new SentRecords(HISTORY, { offset: Offset.of(105), replid: REPLID }, sent).furthest).toBe(110n);
  expect(new SentRecords(HistoryId.of("2".padStart(16, "0")), { offset: Offset.of(5), replid: REPLID }, sent).furthest).toBe(5n);
});

test("ACK_AFTER_DURABLE: what is acknowledged ahead of the stage before it, or of what was sent, is a lie, for the peer and for who is behind it", () => {
  const sent = sentTo(100);
  sent.prepare(record(100, 110), true);
  sent.commit();
  const at = (offset: number) => ({ offset: Offset.of(offset), atMs: 0 });
  const ack = { kind: "ack", stream: STREAM, history: HISTORY, consumedBytes: 0 } as const;
  for (const honest of [{}, { received: at(110) }, { received: at(110), durable: at(110), applied: at(105) }]) {
    sent.check({ ...ack, ...honest, behind: [{ region: "eu-north", ...honest }] });
  }
  for (const lie of [
    { received: at(111) },
    { durable: at(105) },
    { received: at(105), durable: at(106) },
    { received: at(110), durable: at(105), applied: at(106) },
    { received: at(110), applied: at(105) },
    { received: at(110), behind: [{ region: "eu-north", received: at(111) }] },
  ]) {
    expect(() => sent.check({ ...ack, ...lie }), JSON.stringify(Object.keys(lie))).toThrow(
      expect.objectContaining({ code: "FRAME_MALFORMED" }),
    );
  }
});
