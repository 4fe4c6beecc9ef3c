import { getEventListeners } from "node:events";
import { expect, test } from "vitest";
import { SnapshotOrder } from "../../../src/source/snapshot-taker.ts";

test("an order stands until it is fulfilled, and waiting for many leaves no listener behind", async () => {
  const order = new SnapshotOrder();
  const { signal } = new AbortController();
  for (let round = 0; round < 5; round++) {
    const placed = order.placed(signal);
    expect(getEventListeners(signal, "abort")).toHaveLength(1);
    order.place();
    await placed;
    await order.placed(signal);
    order.fulfil();
  }
  expect(getEventListeners(signal, "abort")).toHaveLength(0);
});

test("a stop ends the wait", async () => {
  const stop = new AbortController();
  const placed = new SnapshotOrder().placed(stop.signal);
  stop.abort();
  await placed;
});
