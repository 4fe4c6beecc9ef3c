import { expect, test } from "vitest";
import { formatBytes, formatCount, formatDuration, formatMs } from "../../../src/admin/dashboard/format.js";
import { paint, renderTable } from "../../../src/cli/table.ts";

test.each([
  [undefined, "-"],
  [0, "0 B"],
  [999, "999 B"],
  [1000, "1.0 kB"],
  [999_499, "999 kB"],
  [999_500, "1.0 MB"],
  [2_500_000, "2.5 MB"],
  [-5, "0 B"],
])("%s bytes are %s", (bytes, text) => expect(formatBytes(bytes)).toBe(text));

test("counts, milliseconds and durations", () => {
  expect([17_300, 12, 1e6].map(formatCount)).toEqual(["17.3k", "12", "1.0M"]);
  expect([0, 0.04, -3.2, 92.5, 7_540, 12_000].map(formatMs)).toEqual(["0.0 ms", "0.0 ms", "-3.2 ms", "93 ms", "7.5 s", "12 s"]);
  expect([0, 999, 61_000, 3_600_000, 90_061_000, -1].map(formatDuration)).toEqual(["0 s", "0 s", "1 m 1 s", "1 h", "1 d 1 h", "0 s"]);
});

test("a table aligns by what is visible", () => {
  const columns = [{ title: "A" }, { title: "B", align: "right" as const }];
  expect(
    renderTable(
      columns,
      [
        ["long", "1"],
        [{ text: "x", tone: "bad" }, "22"],
      ],
      false,
    ),
  ).toEqual(["A      B", "long   1", "x     22"]);
  expect(renderTable(columns, [[{ text: "x", tone: "bad" }, "22"]], true)[1]).toBe(`${paint("x", "bad", true)}  22`);
});
