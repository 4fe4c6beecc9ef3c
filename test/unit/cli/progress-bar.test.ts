import { expect, test } from "vitest";
import { ProgressBar, renderProgress } from "../../../src/cli/progress-bar.ts";
import { captureTerminal } from "../../support/capture-terminal.ts";

test("a bar where the end is known, and a count where it is not", () => {
  expect(renderProgress({ bytes: 2_500_000_000, totalBytes: 10_000_000_000, bytesPerSecond: 100_000_000 })).toBe(
    "[######..................] 25 %  2.5 GB of 10.0 GB  100 MB/s  1 m 15 s left",
  );
  expect(renderProgress({ bytes: 5_000_000, totalBytes: undefined, bytesPerSecond: 2_500_000 })).toBe("5.0 MB  2.5 MB/s");
  expect(renderProgress({ bytes: 0, totalBytes: 0, bytesPerSecond: undefined })).toBe("0 B of 0 B");
  expect(renderProgress({ bytes: 20, totalBytes: 10, bytesPerSecond: undefined })).toContain("] 100 %");
});

test("it is drawn at most ten times a second, erased at the end, and only on a terminal", () => {
  let nowMs = 1_000_000;
  const clock = { nowMs: () => nowMs };
  const drawn = (errorIsTty: boolean) => {
    const terminal = { ...captureTerminal(), errorIsTty };
    const bar = new ProgressBar({ terminal, clock });
    for (let bytes = 0; bytes < 250; bytes++, nowMs++) bar.show(bytes, 250);
    bar.clear();
    return terminal.err().split("\r\u001b[K");
  };
  expect(drawn(true).map((line) => line.slice(0, 3))).toEqual(["", "[..", "[##", "[##", ""]);
  expect(drawn(false)).toEqual([""]);
});
