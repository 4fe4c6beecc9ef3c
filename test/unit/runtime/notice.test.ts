import { getEventListeners } from "node:events";
import { expect, test } from "vitest";
import { Notice } from "../../../src/runtime/notice.ts";

test("a waiter leaves nothing behind, whether it was woken or its signal aborted", async () => {
  const notice = new Notice();
  const stop = new AbortController();
  for (let round = 0; round < 3; round++) {
    const woken = [notice.wait(stop.signal), notice.wait()];
    expect(notice.waiting).toBe(2);
    notice.wake();
    await Promise.all(woken);
  }
  expect(getEventListeners(stop.signal, "abort")).toHaveLength(0);
  const aborted = notice.wait(stop.signal);
  stop.abort();
  await aborted;
  expect(notice.waiting).toBe(0);
  await notice.wait(stop.signal);
});

test("who waits again inside its wake waits for the next one", async () => {
  const notice = new Notice();
  const again = notice.wait().then(() => notice.wait());
  notice.wake();
  await Promise.resolve();
  await Promise.resolve();
  expect(notice.waiting).toBe(1);
  notice.wake();
  await again;
});
