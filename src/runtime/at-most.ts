/**
 * Waits for something, but at most so long and until the signal aborts. A timer of its own: Node 20 collects an AbortSignal.timeout that
 * only an AbortSignal.any refers to, and then nothing would wake us.
 */
export async function atMost(ms: number, signal: AbortSignal, wait: (over: AbortSignal) => Promise<void>): Promise<void> {
  if (signal.aborted) return;
  const over = new AbortController();
  const end = () => over.abort();
  const timer = setTimeout(end, ms);
  signal.addEventListener("abort", end, { once: true });
  try {
    await wait(over.signal);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", end);
  }
}
