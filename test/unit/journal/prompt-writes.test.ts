import { expect, test } from "vitest";
import { PromptWrites } from "../../../src/journal/prompt-writes.ts";

const SMALL = 1_000;

function onClock() {
  let nowMs = 0;
  const prompt = new PromptWrites({ nowMs: () => nowMs });
  return {
    prompt,
    pass: (ms: number) => {
      nowMs += ms;
    },
  };
}

test("small writes are done at once, large ones are not", () => {
  const { prompt } = onClock();
  expect([prompt.allows(SMALL), prompt.allows(1024 * 1024)]).toEqual([true, false]);
});

test("a write that was held sends the next ones to the threads for a while, even when it failed", () => {
  const { prompt, pass } = onClock();
  prompt.measure(() => pass(10));
  expect(prompt.allows(SMALL)).toBe(true);
  const slowFailure = () =>
    prompt.measure(() => {
      pass(500);
      throw new Error("no space left on device");
    });
  expect(slowFailure).toThrow("no space");
  expect(prompt.allows(SMALL)).toBe(false);
  pass(60_000);
  expect(prompt.allows(SMALL)).toBe(true);
});

test("nothing is written at once while a sync is under way, however it ends", async () => {
  const { prompt } = onClock();
  let fail: (error: Error) => void = () => undefined;
  const sync = new Promise<void>((_, reject) => {
    fail = reject;
  });
  const over = prompt.during(sync);
  expect(prompt.allows(SMALL)).toBe(false);
  fail(new Error("input/output error"));
  await expect(over).rejects.toThrow("input/output");
  expect(prompt.allows(SMALL)).toBe(true);
});
