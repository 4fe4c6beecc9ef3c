import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { atMost } from "../../../src/runtime/at-most.ts";

/** Ends when it is told to, and never by itself. */
const untilOver = (over: AbortSignal) =>
  new Promise<void>((resolve) => (over.aborted ? resolve() : over.addEventListener("abort", () => resolve(), { once: true })));

test("ends after its time, also when memory was collected meanwhile", async () => {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  const waiting = atMost(50, new AbortController().signal, untilOver);
  collect();
  await waiting;
});

test("ends with the signal, at once where that has aborted before, and with what it waits for", async () => {
  const stop = new AbortController();
  const waiting = atMost(600_000, stop.signal, untilOver);
  stop.abort();
  await waiting;
  await atMost(600_000, stop.signal, () => Promise.reject(new Error("was asked")));
  await expect(atMost(600_000, new AbortController().signal, () => Promise.reject(new Error("failed")))).rejects.toThrow("failed");
});
