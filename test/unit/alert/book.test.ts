import { expect, test } from "vitest";
import { AlertBook } from "../../../src/alert/book.ts";
import { changesBetween } from "../../../src/alert/changes.ts";
import type { AlertSample } from "../../../src/alert/sample.ts";
import { DEFAULT_SETTINGS } from "../../../src/alert/settings.ts";
import { originStatus, replicaStatus } from "../../support/sample-status.ts";

const T0 = originStatus.atMs;
const SECOND = 1_000;
const quiet: AlertSample = {
  ...originStatus,
  links: originStatus.links.filter(({ peer }) => peer === "eu-west").map((link) => ({ ...link, clock: { offsetMs: 0, errorMs: 1 } })),
};
const cut: AlertSample = { ...quiet, links: quiet.links.map(({ connectedAtMs: _, ...link }) => link) };

function bookAt(state?: AlertBook["state"]) {
  return new AlertBook({ region: "us-east", settings: DEFAULT_SETTINGS, state });
}

/** One look a second, as the gateway does. */
function look(book: AlertBook, sample: AlertSample, from: number, seconds: number) {
  const told: string[] = [];
  for (let second = from; second < from + seconds; second++) {
    const now = { ...sample, atMs: T0 + second * SECOND };
    for (const { kind, alert } of book.observe(now, [], T0 + second * SECOND)) told.push(`${kind} ${alert.rule} at ${second}`);
  }
  return told;
}

test("a cut link fires after its duration, is told once, and its end is told once", () => {
  const book = bookAt();
  expect(look(book, quiet, 0, 60)).toEqual([]);
  expect(look(book, cut, 60, 60)).toEqual(["firing link-down at 70"]);
  expect(book.firing(T0)).toMatchObject([{ rule: "link-down", severity: "warning", subject: { peer: "eu-west", direction: "sending" } }]);
  expect(look(book, quiet, 120, 60)).toEqual(["resolved link-down at 125"]);
  expect(look(book, cut, 180, 200)).toEqual(["firing link-down at 190", "firing peer-silent at 300"]);
});

test("a silenced alert is not told, still fires, and is told when the silence ends", () => {
  const book = bookAt();
  book.silence({ id: "1", rule: "link-down", untilMs: T0 + 30 * SECOND, by: "me", comment: "" }, T0);
  expect(look(book, cut, 0, 30)).toEqual([]);
  expect(book.firing(T0 + 20 * SECOND)).toMatchObject([{ rule: "link-down", silenced: true }]);
  expect(look(book, cut, 30, 10)).toEqual(["firing link-down at 30"]);
  expect(book.history.map(({ kind }) => kind)).toEqual(["silenced", "firing"]);
});

test("a restart tells nothing twice, and tells the end of what was told before it", () => {
  const book = bookAt();
  look(book, cut, 0, 20);
  const again = bookAt(JSON.parse(JSON.stringify(book.state)));
  expect(look(again, cut, 20, 30)).toEqual([]);
  expect(look(again, quiet, 50, 20)).toEqual(["resolved link-down at 55"]);
});

test("an event fires at once and stays for its hold after it happened last", () => {
  const book = bookAt();
  const { delivery, ...stream } = replicaStatus.streams[0]!;
  const sample = (divergences: number): AlertSample => ({ ...quiet, streams: [{ ...stream, delivery: { ...delivery!, divergences } }] });
  const changes = changesBetween(sample(0), sample(1));
  expect(changes).toMatchObject([{ kind: "diverged", stream: "us-east/0" }]);
  expect(book.observe(sample(1), changes, T0)).toMatchObject([{ kind: "firing", alert: { rule: "divergence", severity: "critical" } }]);
  expect(book.observe(sample(2), changesBetween(sample(1), sample(2)), T0 + 20 * 60 * SECOND)).toEqual([]);
  expect(look(book, sample(2), 49 * 60, 10)).toEqual([]);
  expect(look(book, sample(2), 50 * 60, 10)).toEqual(["resolved divergence at 3005"]);
});

test("thresholds differ by stream, and a rule that is off never fires", () => {
  const { rules } = DEFAULT_SETTINGS;
  const slow: AlertSample = {
    ...quiet,
    links: quiet.links.map((link) => ({ ...link, streams: [{ stream: "us-east/0", lag: { lagMs: 5_000, behindBytes: {} } }] })),
  };
  const strict = new AlertBook({
    region: "us-east",
    settings: { rules, streams: { "us-east/0": { lag: { threshold: 1_000, forMs: 0 } } } },
  });
  expect(look(strict, slow, 0, 3)).toEqual(["firing lag at 0"]);
  const off = { ...rules, lag: { ...rules.lag, enabled: false } };
  strict.configure({ rules: off, streams: {} });
  expect(look(strict, slow, 3, 10)).toEqual(["resolved lag at 8"]);
});

test("a region behind a relay that is late has an alert of its own: the relay itself is well", () => {
  const streams = (farMs: number) => [
    { stream: "us-east/0", lag: { lagMs: 5, behindBytes: {} } },
    { stream: "us-east/0", region: "eu-north", lag: { lagMs: farMs, behindBytes: {} } },
  ];
  const at = (farMs: number): AlertSample => ({ ...quiet, links: quiet.links.map((link) => ({ ...link, streams: streams(farMs) })) });
  const book = bookAt();
  expect(look(book, at(60_000), 0, 40)).toEqual(["firing lag at 30"]);
  expect(book.firing(T0 + 40 * SECOND).map(({ subject, text }) => [subject.peer, text])).toEqual([
    ["eu-north", `eu-north is 60.0 s behind with us-east/0, which it gets from ${quiet.links[0]!.peer}`],
  ]);
  expect(look(book, at(5), 40, 30)).toEqual([expect.stringMatching(/^resolved lag/)]);
});

test("what runs out is told before it does", () => {
  const book = bookAt();
  const full: AlertSample = {
    ...quiet,
    streams: quiet.streams.map((stream) => ({
      ...stream,
      journal: { ...stream.journal, disk: { freeBytes: 5, totalBytes: 100 } },
      master: { ...stream.master!, backlog: { leftBytes: 1_000_000, bytesPerSecond: 100_000 } },
    })),
  };
  expect(look(book, full, 0, 120).toSorted()).toEqual(["firing backlog-exhaustion at 60", "firing journal-disk-low at 30"]);
});

test("a disk that takes nothing is told within seconds, as critical, whatever is free on it", () => {
  const full: AlertSample = { ...quiet, streams: quiet.streams.map((one) => ({ ...one, journal: { ...one.journal, diskFull: true } })) };
  const book = bookAt();
  expect(look(book, full, 0, 60)).toEqual(["firing journal-disk-full at 3"]);
  expect(book.firing(T0)).toMatchObject([{ severity: "critical", subject: { stream: "us-east/0" } }]);
  expect(look(book, quiet, 60, 10)).toEqual(["resolved journal-disk-full at 65"]);
});

test("a log that cannot be written is told, and what was lost; one that was lost for a moment is only counted", () => {
  const lost: AlertSample = { ...quiet, log: { lostLines: 7, failure: "no space left on device" } };
  const book = bookAt();
  expect(look(book, lost, 0, 5)).toEqual([]);
  expect(look(book, { ...quiet, log: { lostLines: 7 } }, 5, 30)).toEqual([]);
  expect(look(book, lost, 35, 20)).toEqual(["firing log-lost at 45"]);
  expect(book.firing(T0)).toMatchObject([
    { severity: "warning", text: expect.stringMatching(/us-east.*no space left on device; 7 lines/) },
  ]);
  expect(look(book, { ...quiet, log: { lostLines: 9 } }, 55, 10)).toEqual(["resolved log-lost at 60"]);
});

test("a region that receives is told before its journal drops what its target has not got, and a relay also of whom it passes the stream on to", () => {
  const GIB = 2 ** 30;
  const [stream] = replicaStatus.streams;
  const [link] = quiet.links;
  const at = (neededBytes: number, behindBytes: number): AlertSample => ({
    ...{ ...quiet, services: [] },
    links: [
      { ...link!, peer: "eu-north", streams: [{ stream: stream!.id, lag: { lagMs: 5, behindBytes: { durable: behindBytes } } }] },
      { ...link!, peer: "of another stream", streams: [] },
    ],
    streams: [
      {
        ...{ ...stream!, compressionRatio: 2, throughput: { bytesPerSecond: 2 * 2 ** 20 } },
        journal: { ...stream!.journal, retentionBytes: 10 * GIB, neededBytes },
      },
    ],
  });
  const firing = (sample: AlertSample) => {
    const book = bookAt();
    look(book, sample, 0, 61);
    return book.firing(T0 + 61 * SECOND).map(({ rule, subject, text }) => [rule, subject, text]);
  };
  expect(firing(at(GIB, GIB))).toEqual([]);
  const delivered = [
    "retention-exhaustion",
    { stream: stream!.id },
    `what is to be delivered here of ${stream!.id} is kept 17 min more at this rate`,
  ];
  expect(firing(at(9 * GIB, GIB))).toEqual([delivered]);
  const passedOn = [
    "retention-exhaustion",
    { stream: stream!.id, peer: "eu-north" },
    `what eu-north needs of ${stream!.id} is kept 17 min more at this rate`,
  ];
  expect(firing(at(GIB, 18 * GIB))).toEqual([passedOn]);
});
