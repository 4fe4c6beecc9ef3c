import { expect, test } from "vitest";
import { loadingStatus, SnapshotRate, sendingStatus, snapshotStatus } from "../../../src/admin/collect/transfers.ts";
import { DeliveryStats } from "../../../src/delivery/write/delivery-stats.ts";
import { Offset } from "../../../src/stream/position.ts";

const arriving = (rdbBytes: number, totalBytes?: number) =>
  ({ id: "a".repeat(16), offset: Offset.of(7), state: "arriving", chunks: 1, rdbBytes, totalBytes }) as const;

test("a snapshot that arrives has the speed of the last seconds, and of no other snapshot", () => {
  const rate = new SnapshotRate();
  rate.observe({ ...arriving(9_000), id: "b".repeat(16) }, 0);
  rate.observe(arriving(1_000), 1_000);
  expect(snapshotStatus(arriving(1_000), rate, 1_000).arriving).toEqual({ bytes: 1_000, bytesPerSecond: 0 });
  rate.observe(arriving(3_000), 2_000);
  expect(snapshotStatus(arriving(3_000), rate, 2_000).arriving).toEqual({ bytes: 3_000, bytesPerSecond: 2_000 });
  const known = snapshotStatus(arriving(3_000, 10_000), rate, 2_000).arriving;
  expect(known).toEqual({ bytes: 3_000, totalBytes: 10_000, bytesPerSecond: 2_000, leftMs: 3_500 });
  expect(snapshotStatus({ ...arriving(3_000), state: "complete" }, rate, 2_000)).not.toHaveProperty("arriving");
});

test("what the peer had before this connection counts as sent, and not for the speed", () => {
  const sending = { waiting: false, bytes: 600, totalBytes: 1_000, since: { atMs: 10_000, bytes: 400 } };
  expect(sendingStatus(sending, 12_000)).toEqual({ waiting: false, bytes: 600, totalBytes: 1_000, bytesPerSecond: 100, leftMs: 4_000 });
  const waiting = { ...sending, waiting: true, bytes: 400, totalBytes: undefined };
  expect(sendingStatus(waiting, 12_000)).toEqual({ waiting: true, bytes: 400, bytesPerSecond: 0 });
});

test("loading is told in bytes and keys, while it lasts", () => {
  const stats = new DeliveryStats();
  expect(loadingStatus(stats, 0)).toBeUndefined();
  stats.phase = "loading";
  stats.loadingFrom = { atMs: 1_000, bytes: 500 };
  const counts = { keysLoaded: 1, keysRemoved: 0, functionsLoaded: 0 };
  stats.loading = { ...counts, keysRead: 30, totalKeys: undefined, bytes: 700, totalBytes: 1_000 };
  expect(loadingStatus(stats, 2_000)).toEqual({ bytes: 700, totalBytes: 1_000, bytesPerSecond: 200, leftMs: 1_500, keys: 30 });
  stats.loading = { ...stats.loading, totalKeys: 40 };
  expect(loadingStatus(stats, 2_000)).toMatchObject({ keys: 30, totalKeys: 40 });
  stats.phase = "streaming";
  expect(loadingStatus(stats, 2_000)).toBeUndefined();
});
