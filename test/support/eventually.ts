/** Polls until `check` neither throws nor returns false; at the deadline it rejects with what `check` said last. */
import { setTimeout as delay } from "node:timers/promises";

export type EventuallyOptions = { readonly timeoutMs?: number; readonly intervalMs?: number; readonly what?: string };

export async function eventually<T>(check: () => T | Promise<T>, options: EventuallyOptions = {}): Promise<T> {
  const { timeoutMs = 15_000, intervalMs = 20, what = "the condition" } = options;
  const deadline = performance.now() + timeoutMs;
  let last: unknown = new Error("it was never checked to the end");
  do {
    try {
      const result = await within(check(), Math.max(1, deadline - performance.now()));
      if (result !== false) return result;
      last = new Error("it is still false");
    } catch (cause) {
      last = cause;
    }
    await delay(intervalMs);
  } while (performance.now() < deadline);
  const said = last instanceof Error ? last.message : String(last);
  throw new Error(`${what} did not come true within ${timeoutMs} ms; last failure: ${said}`, { cause: last });
}

/** A check that never answers counts as failed. */
async function within<T>(work: T | Promise<T>, timeoutMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error("a check did not answer in time")), timeoutMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
