/** Sends what `rebuild` makes of an RDB to a server, key by key. */
import type { Redis } from "ioredis";
import type { RdbEntry } from "../../src/rdb/parser.ts";
import { isOpaque, KEY, type RebuildOptions, rebuild } from "../../src/rdb/rebuild.ts";
import type { Word } from "../../src/resp/encode.ts";

const PIPELINE_COMMANDS = 1_000;

/** Answers the keys that no commands make. Every error reply throws. */
export async function rebuildAll(client: Redis, entries: readonly RdbEntry[], options: RebuildOptions): Promise<readonly string[]> {
  const left: string[] = [];
  let pipeline = client.pipeline();
  const flush = async () => {
    for (const [error] of (await pipeline.exec()) ?? []) if (error) throw error;
    pipeline = client.pipeline();
  };
  for (const entry of entries) {
    if (isOpaque(entry.type)) {
      left.push(entry.key.toString("latin1"));
      continue;
    }
    pipeline.select(entry.db);
    for (const command of rebuild(entry, options)) {
      const [name, ...words] = command.map((word) => (word === KEY ? entry.key : (word as Word)));
      pipeline.call(String(name), ...words.map((word) => (Buffer.isBuffer(word) ? word : String(word))));
      if (pipeline.length >= PIPELINE_COMMANDS) await flush();
    }
    if (entry.expireAtMs !== undefined) pipeline.call("PEXPIREAT", entry.key, `${entry.expireAtMs}`);
  }
  await flush();
  return left;
}
