import { expect, test } from "vitest";
import { renderTop, SORT_KEYS, type TopView } from "../../../src/cli/render-top.ts";
import { originStatus, replicaStatus } from "../../support/sample-status.ts";

const view: TopView = {
  answers: [
    { region: "us-east", status: originStatus },
    { region: "eu-west", status: replicaStatus },
    { region: "ap-south", error: "127.0.0.1:7421 does not answer" },
  ],
  sort: "lag",
  isPaused: false,
  atMs: 1_800_000_000_000,
  columns: 120,
  rows: 16,
  color: false,
};
const plain = (text: string) => text.replaceAll(new RegExp(`${String.fromCharCode(27)}\\[\\d*m`, "g"), "");

test("regions, and links with the worst first", () => {
  const lines = renderTop(view);
  expect(lines).toHaveLength(16);
  expect(lines[0]).toBe("causeway top  08:00:00 UTC  2 of 3 regions answer");
  expect(lines.slice(3, 6).map((line) => line.split(/ {2,}/).slice(0, 2))).toEqual([
    ["us-east", "ready"],
    ["eu-west", "not ready"],
    ["ap-south", "unreachable"],
  ]);
  expect(lines.slice(8, 10).map((line) => line.split(/ {2,}/).slice(0, 5))).toEqual([
    ["us-east", "ap-south", "us-east/0", "disconnected", "1 h"],
    ["us-east", "eu-west", "us-east/0", "streaming", "93 ms"],
  ]);
  expect(lines.at(-1)).toContain("q quit");
});

test("sorted by name, and paused", () => {
  const lines = renderTop({ ...view, sort: "name", isPaused: true });
  expect(lines[0]).toMatch(/PAUSED$/);
  expect(lines.slice(8, 10).map((line) => line.split(/ {2,}/)[1])).toEqual(["ap-south", "eu-west"]);
  expect(
    renderTop({ ...view, sort: "behind" })
      .slice(8, 10)
      .map((line) => line.split(/ {2,}/)[1]),
  ).toEqual(["ap-south", "eu-west"]);
});

test("what is at risk is marked where the master may have more", () => {
  const atRisk = { bytes: 21e6, unreadBytes: 21e6, atLeast: true, ms: 7_300 } as const;
  const [stream] = originStatus.streams;
  const [link, ...others] = originStatus.links;
  const [carried] = link!.streams;
  const status = {
    ...originStatus,
    streams: [{ ...stream!, atRisk: { peer: "eu-west", ...atRisk } }],
    links: [{ ...link!, streams: [{ ...carried!, lag: { ...carried!.lag!, atRisk } }] }, ...others],
  };
  const cells = renderTop({ ...view, answers: [{ region: "us-east", status }], sort: "name" }).map((line) => line.trimEnd().split(/ {2,}/));
  expect(cells.find(([first]) => first === "us-east")!.at(-1)).toBe("≥ 21.0 MB");
  expect(cells.find(([, to]) => to === "eu-west")!.at(-2)).toBe("≥ 21.0 MB");
  expect(cells.find(([, to]) => to === "ap-south")!.at(-2)).toBe("123 MB");
});

test("never more lines or wider ones than the screen has, in colour too", () => {
  for (const sort of SORT_KEYS) {
    for (const [columns, rows] of [
      [120, 40],
      [40, 8],
      [10, 3],
      [1, 1],
    ] as const) {
      const lines = renderTop({ ...view, sort, columns, rows, color: true });
      expect(lines).toHaveLength(rows);
      for (const line of lines) expect(plain(line).length).toBeLessThanOrEqual(columns);
      expect(lines.map(plain)).toEqual(renderTop({ ...view, sort, columns, rows }).map((line) => line));
    }
  }
});
