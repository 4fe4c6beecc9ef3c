/** Streams of all shapes: deleted and trimmed entries, also pending ones, several groups, idle consumers, ids at the edge, no entries at all. */
import type { Redis } from "ioredis";
import { run } from "./dataset.ts";
import { Random } from "./random.ts";

export async function loadStreams(client: Redis, options: { readonly seed: number; readonly streams: number }): Promise<void> {
  const random = new Random(options.seed);
  const pipeline = client.pipeline();
  for (let index = 0; index < options.streams; index++) {
    const key = `shape:${index}`;
    pipeline.call("XGROUP", "CREATE", key, "idle", "0", "MKSTREAM");
    let id = random.between(0, 5);
    const ids: string[] = [];
    for (let left = random.between(0, 300); left > 0; left--) {
      id += random.between(1, random.chance(0.01) ? 1e12 : 5);
      ids.push(`${id}-${random.between(0, 3)}`);
      const fields = random.chance(0.7)
        ? ["a", random.between(-1e9, 1e9), "b", random.text(5)]
        : [random.text(3), random.text(random.between(0, 90))];
      pipeline.call("XADD", key, ids.at(-1)!, ...fields);
    }
    for (const group of ["one", "two", "three"].slice(0, random.between(0, 3))) {
      pipeline.call("XGROUP", "CREATE", key, group, random.chance(0.5) ? "0" : "$");
      for (const consumer of ["x", "y"]) {
        pipeline.call("XREADGROUP", "GROUP", group, consumer, "COUNT", random.between(1, 80), "STREAMS", key, ">");
      }
      // Reading one's own history creates the reader, in every version.
      pipeline.call("XREADGROUP", "GROUP", group, "waits", "STREAMS", key, "0");
      for (const seen of ids.filter(() => random.chance(0.1))) pipeline.call("XACK", key, group, seen);
      for (const seen of ids.filter(() => random.chance(0.05))) {
        pipeline.call("XCLAIM", key, group, "y", 0, seen, "RETRYCOUNT", random.between(0, 9), "JUSTID");
      }
    }
    if (random.chance(0.5)) pipeline.call("XTRIM", key, "MAXLEN", random.between(0, 150));
    for (const gone of ids.filter(() => random.chance(0.2))) pipeline.call("XDEL", key, gone);
    if (random.chance(0.1)) pipeline.call("XADD", key, "18446744073709551615-18446744073709551614", "last", "possible");
  }
  await run(pipeline);
}
