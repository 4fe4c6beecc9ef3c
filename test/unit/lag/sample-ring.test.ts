import { expect, test } from "vitest";
import { SampleRing } from "../../../src/lag/sample-ring.ts";

test("a record never joins a sample that is already durable or received, however close in time", () => {
  for (const mark of ["markDurable", "markReceived"] as const) {
    const ring = new SampleRing();
    const filled = 5000;
    for (let to = 1; to <= filled; to++) ring.push(to, to * 10, to);
    ring[mark](filled, 1);
    ring.push(filled + 1, filled * 10 + 1, filled + 1);
    const marks: [to: number, isMarked: boolean][] = [];
    for (let sample = ring.shift(filled + 1); sample !== undefined; sample = ring.shift(filled + 1)) {
      marks.push([sample.to, !Number.isNaN(mark === "markDurable" ? sample.durableAtMs : sample.receivedAtMs)]);
    }
    expect(marks.at(-2)).toEqual([filled, true]);
    expect(marks.at(-1)).toEqual([filled + 1, false]);
  }
});
