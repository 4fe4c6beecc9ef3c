/** What `npm run bench:micro` compares a run with. */
import { expect, test } from "vitest";
import { compare, type Run } from "../../bench/micro/history.ts";

const run = (megabytesPerSecond: number, change: Partial<Run> = {}): Run => ({
  ...{ date: "2026-01-01T00:00:00Z", commit: "abc", node: "20.19.0", machine: { model: "one", cpus: 2 } },
  figures: { scan: { opsPerSecond: 1, megabytesPerSecond, spreadPercent: 1 } },
  ...change,
});

test("a figure stands beside the last five of the same machine and Node, its change is to their median", () => {
  const alike = [900, 100, 90, 110, 100, 105].map((figure) => run(figure));
  const others = [
    run(1, { machine: { model: "two", cpus: 2 } }),
    run(1, { machine: { model: "one", cpus: 8 } }),
    run(1, { node: "22.1.0" }),
  ];
  expect(compare(run(80, { node: "20.20.2" }), [...alike, ...others])).toEqual([
    { name: "scan", now: run(80).figures["scan"], before: [100, 90, 110, 100, 105], change: 80 / 100 - 1 },
  ]);
  expect(compare(run(80), others)[0]).toMatchObject({ before: [], change: undefined });
});
