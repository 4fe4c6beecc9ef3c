import { expect, test } from "vitest";
import { decideResume, type Origin, type OriginHistory } from "../../../src/link/send/resume.ts";
import { HistoryId, Offset, type Replid } from "../../../src/stream/position.ts";
import type { Held } from "../../../src/wire/frames.ts";

const A = "a".repeat(40) as Replid;
const B = "b".repeat(40) as Replid;
const H1 = HistoryId.of("0000000000000001");
const H2 = HistoryId.of("0000000000000002");
const at = (offset: number) => Offset.of(offset);

function history(id: HistoryId, overrides: Partial<OriginHistory> = {}): OriginHistory {
  return { id, start: at(100), tail: at(500), snapshot: undefined, replidsAtHeld: [A], ...overrides };
}

function held(history: HistoryId, offset: number, overrides: Partial<Held> = {}): Held {
  return { history, offset: at(offset), replid: A, ...overrides };
}

const snapshot = (offset: number, chunks = 5) => ({ id: "aaaaaaaaaaaaaaaa", offset: at(offset), chunks });
const unfinished = (chunks: number) => ({ snapshot: { id: "aaaaaaaaaaaaaaaa", chunks } });
const origin = (current?: OriginHistory, arriving?: OriginHistory): Origin => ({ current, arriving });
const fresh = (id: HistoryId, offset: number) => ({
  kind: "snapshot",
  history: id,
  from: at(offset),
  snapshotId: "aaaaaaaaaaaaaaaa",
  firstChunk: 0,
});

test.each<[string, readonly Held[], Origin, object]>([
  ["inside the current history: records", [held(H1, 300)], origin(history(H1)), { kind: "records", history: H1, from: at(300) }],
  ["at its start: records", [held(H1, 100)], origin(history(H1)), { kind: "records", history: H1, from: at(100) }],
  ["at its tail: records", [held(H1, 500)], origin(history(H1)), { kind: "records", history: H1, from: at(500) }],
  ["before its start: a snapshot", [held(H1, 99)], origin(history(H1, { snapshot: snapshot(200) })), fresh(H1, 200)],
  ["beyond its tail: wait", [held(H1, 501)], origin(history(H1, { snapshot: snapshot(200) })), { kind: "wait" }],
  [
    "another replid there: a snapshot beyond it",
    [held(H1, 300, { replid: B })],
    origin(history(H1, { snapshot: snapshot(301) })),
    fresh(H1, 301),
  ],
  [
    "another replid there, only an earlier snapshot: ask",
    [held(H1, 300, { replid: B })],
    origin(history(H1, { snapshot: snapshot(300) })),
    { kind: "request" },
  ],
  ["a peer that holds nothing: a snapshot", [], origin(history(H1, { snapshot: snapshot(200) })), fresh(H1, 200)],
  ["nothing there either: ask", [], origin(), { kind: "request" }],
  ["no snapshot: ask", [], origin(history(H1)), { kind: "request" }],
  ["another history: a snapshot", [held(H2, 300)], origin(history(H1, { snapshot: snapshot(200) })), fresh(H1, 200)],
  [
    "an unfinished snapshot of ours: go on at its chunk and record",
    [held(H2, 300, unfinished(3)), held(H1, 200)],
    origin(history(H1), history(H2, { snapshot: snapshot(100) })),
    { kind: "snapshot", history: H2, from: at(300), snapshotId: "aaaaaaaaaaaaaaaa", firstChunk: 3 },
  ],
  [
    "an unfinished snapshot that is complete here by now: the same",
    [held(H1, 300, unfinished(5))],
    origin(history(H1, { snapshot: snapshot(100) })),
    { kind: "snapshot", history: H1, from: at(300), snapshotId: "aaaaaaaaaaaaaaaa", firstChunk: 5 },
  ],
  [
    "an unfinished snapshot further than ours: from its first chunk",
    [held(H1, 300, unfinished(6))],
    origin(history(H1, { snapshot: snapshot(100) })),
    fresh(H1, 100),
  ],
  [
    "an unfinished snapshot that we have forgotten: the whole history that the peer still holds",
    [held(H2, 300, unfinished(3)), held(H1, 200)],
    origin(history(H1)),
    { kind: "records", history: H1, from: at(200) },
  ],
  [
    "behind in the current history while a newer one arrives: the rest of it first",
    [held(H1, 499)],
    origin(history(H1), history(H2, { snapshot: snapshot(7) })),
    { kind: "records", history: H1, from: at(499) },
  ],
  [
    "at its end while a newer one arrives: that one",
    [held(H1, 500)],
    origin(history(H1), history(H2, { snapshot: snapshot(7) })),
    fresh(H2, 7),
  ],
  ["ahead while a newer one arrives: that one", [held(H1, 501)], origin(history(H1), history(H2, { snapshot: snapshot(7) })), fresh(H2, 7)],
])("%s", (_, peer, ours, expected) => {
  expect(decideResume(peer, ours)).toEqual(expected);
});
