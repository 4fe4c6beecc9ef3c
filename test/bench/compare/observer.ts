/**
 * An independent observer of lag, in a process of its own: writes a probe on the master every 20 ms and sees it appear on the replica.
 * Both ends are one clock. The time includes the way to the master, the same for every system.
 */
import { setTimeout as delay } from "node:timers/promises";
import { Redis } from "ioredis";

export type ObserverOrder = { readonly master: number; readonly replica: number };
export type Lag = {
  readonly samples: number;
  readonly minMs: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly p999Ms: number;
};

const INTERVAL_MS = 20;
const PROBE = "bench:probe";
/** Probes still under way when the load has ended are waited for: those would be the slowest ones. */
const LAST_PROBE_MS = 60_000;

process.once("message", async (order: ObserverOrder) => {
  const stop = new AbortController();
  process.once("message", () => stop.abort());
  process.send!(await observe(order, stop.signal));
  process.disconnect();
});

async function observe(order: ObserverOrder, signal: AbortSignal): Promise<Lag> {
  const [writer, reader] = [new Redis(order.master), new Redis(order.replica)];
  const lags: number[] = [];
  let written = 0;
  let last = "0-0";
  const first = await writer.xadd(PROBE, "MAXLEN", "~", 1_000, "*", "at", "start");
  const reading = (async () => {
    for (let seen = 0; !signal.aborted || seen < written; ) {
      const answer = await reader.xread("BLOCK", 200, "STREAMS", PROBE, last);
      const now = performance.now();
      for (const [id, fields] of answer?.[0]?.[1] ?? []) {
        last = id;
        const at = Number(fields[1]);
        if (Number.isNaN(at) || !isAfter(id, first!)) continue;
        lags.push(now - at);
        seen++;
      }
    }
  })();
  while (!signal.aborted) {
    const at = performance.now();
    await writer.xadd(PROBE, "MAXLEN", "~", 1_000, "*", "at", at);
    written++;
    await delay(Math.max(0, INTERVAL_MS - (performance.now() - at)));
  }
  await Promise.race([reading.catch(() => undefined), delay(LAST_PROBE_MS)]);
  writer.disconnect();
  reader.disconnect();
  lags.sort((a, b) => a - b);
  const at = (share: number) => lags[Math.min(lags.length - 1, Math.floor(lags.length * share))] ?? Number.NaN;
  return { samples: lags.length, minMs: at(0), p50Ms: at(0.5), p99Ms: at(0.99), p999Ms: at(0.999) };
}

function isAfter(id: string, other: string): boolean {
  const [ms, seq] = id.split("-").map(Number) as [number, number];
  const [otherMs, otherSeq] = other.split("-").map(Number) as [number, number];
  return ms > otherMs || (ms === otherMs && seq > otherSeq);
}
