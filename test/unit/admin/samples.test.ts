import { expect, test } from "vitest";
import { Samples } from "../../../src/admin/samples.ts";
import { pointOf } from "../../../src/admin/series.ts";
import { originStatus } from "../../support/sample-status.ts";

const at = (second: number) => ({ ...originStatus, atMs: originStatus.atMs + second * 1000 });

test("the last 15 minutes in order, however long it runs; what was not known is null", () => {
  const samples = new Samples();
  samples.take({ ...at(0), streams: [] });
  for (let second = 1; second < 1000; second++) samples.take(at(second));
  const { atMs, series } = samples.history();
  expect([atMs.length, atMs[0], atMs.at(-1)]).toEqual([900, at(100).atMs, at(999).atMs]);
  expect(series["lag:us-east/0:eu-west"]).toEqual(Array(900).fill(92.5));
  expect(new Set(Object.values(series).map((column) => column.length))).toEqual(new Set([900]));

  samples.take({ ...at(1000), streams: [] });
  expect(samples.history().series["journal:us-east/0"]!.slice(-2)).toEqual([3_000_000, null]);
});

test("a watcher gets the newest at once and then each; a slow one gets the newest, not every one", async () => {
  const samples = new Samples();
  samples.take(at(0));
  const stop = new AbortController();
  const watcher = samples.watch(stop.signal);
  const next = async () => (await watcher.next()).value?.status.atMs;
  expect(await next()).toBe(at(0).atMs);
  const waiting = next();
  samples.take(at(1));
  expect(await waiting).toBe(at(1).atMs);
  for (const second of [2, 3, 4]) samples.take(at(second));
  expect(await next()).toBe(at(4).atMs);
  const last = watcher.next();
  stop.abort();
  expect(await last).toEqual({ done: true, value: undefined });
});

test("the rate on the wire is what was sent in between; a new connection counts from zero", () => {
  const sent = (sentBytes: number) => originStatus.links.map((link) => ({ ...link, sentBytes }));
  const before = { ...at(0), links: sent(1_000_000) };
  const rate = (sentBytes: number) => pointOf({ ...at(2), links: sent(sentBytes) }, before)["wire:sending:eu-west"];
  expect([rate(1_500_000), rate(3_000)]).toEqual([250_000, 1_500]);
  expect(pointOf(before, undefined)["wire:sending:eu-west"]).toBeUndefined();
});
