/** Plain writes of a known amount, for faults that need bytes rather than variety. */
import { randomBytes } from "node:crypto";
import type { Redis } from "ioredis";
import type { Ledger } from "./ledger.ts";

/** `count` values that do not compress, 10 kB each. */
export async function writeBlobs(client: Redis, prefix: string, count: number): Promise<void> {
  const BATCH = 50;
  for (let from = 0; from < count; from += BATCH) {
    const pipeline = client.pipeline();
    for (let index = from; index < Math.min(count, from + BATCH); index++) pipeline.set(`${prefix}:${index}`, randomBytes(10_000));
    await pipeline.exec();
  }
}

/** The next `count` ids of the ledger. A ledger goes on over several servers, a workload does not. */
export async function writeIds(client: Redis, ledger: Ledger, count = 100): Promise<void> {
  const pipeline = client.pipeline();
  for (let index = 0; index < count; index++) ledger.add(pipeline);
  for (const [error] of (await pipeline.exec()) ?? []) if (error) throw error;
}
