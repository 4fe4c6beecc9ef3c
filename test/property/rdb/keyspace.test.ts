/**
 * Whatever a server holds, its snapshot decodes to the same values as before after both ways into another server: RESTORE of the raw bytes,
 * and commands. Keyspaces are drawn anew in each run; KEYSPACE_SEED repeats one, KEYSPACE_RUNS draws more, REDIS_SERVER takes another server.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import type { Redis } from "ioredis";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parseFacts, type TargetFacts } from "../../../src/delivery/write/target/target-facts.ts";
import { DumpPayloads, dumpPayload } from "../../../src/rdb/dump-payload.ts";
import type { Element } from "../../../src/rdb/elements.ts";
import type { RdbFormat } from "../../../src/rdb/format.ts";
import { type RdbEntry, RdbParser } from "../../../src/rdb/parser.ts";
import { elementsOf, knowsFieldExpiry } from "../../../src/rdb/rebuild.ts";
import { compareServers } from "../../support/digest.ts";
import { rebuildAll } from "../../support/rebuild-commands.ts";
import { RedisServer } from "../../support/redis-server.ts";
import { entriesOf, parseChunks } from "../../unit/rdb/fixtures.ts";

const SEED = Number(process.env["KEYSPACE_SEED"] ?? Date.now() % 2 ** 31);
const RUNS = Number(process.env["KEYSPACE_RUNS"] ?? 15);
const MS_PER_RUN = 2_000;
const FAR_MS = 4_102_444_800_000;

type Command = readonly (string | number | Buffer)[];
/** Commands in one database, in order. */
type Key = { readonly db: number; readonly commands: readonly Command[] };

const bytes = fc.uint8Array({ maxLength: 80 }).map((array) => Buffer.from(array));
const word = fc.oneof(
  { arbitrary: fc.string({ maxLength: 12 }).map((text) => Buffer.from(text)), weight: 4 },
  { arbitrary: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map((number) => Buffer.from(`${number}`)), weight: 2 },
  { arbitrary: fc.integer({ min: -200, max: 70_000 }).map((number) => Buffer.from(`${number}`)), weight: 2 },
  { arbitrary: bytes, weight: 2 },
  {
    arbitrary: fc.tuple(bytes, fc.integer({ min: 1, max: 900 })).map(([part, times]) => Buffer.concat(Array(times).fill(part))),
    weight: 1,
  },
);
const some = <T>(one: fc.Arbitrary<T>, max = 40) => fc.array(one, { minLength: 1, maxLength: max });
const score = fc.oneof(fc.double({ noNaN: true }), fc.integer({ min: -9, max: 9 })).map((number) => {
  if (number === Number.POSITIVE_INFINITY) return "+inf";
  return number === Number.NEGATIVE_INFINITY ? "-inf" : `${number}`;
});
const int = fc.bigInt({ min: -(2n ** 40n), max: 2n ** 40n }).map((number) => Buffer.from(`${number}`));

type Fill = (key: Buffer) => readonly Command[];
const string = word.map(
  (value): Fill =>
    (key) => [["SET", key, value]],
);
const log = some(word).map(
  (values): Fill =>
    (key) => [["PFADD", key, ...values]],
);
const list = some(word, 60).map(
  (values): Fill =>
    (key) => [["RPUSH", key, ...values]],
);
const set = fc.oneof(some(int, 60), some(word, 60)).map(
  (members): Fill =>
    (key) => [["SADD", key, ...members]],
);
const zset = some(fc.tuple(score, word)).map(
  (pairs): Fill =>
    (key) => [["ZADD", key, ...pairs.flat()]],
);
const hash = some(fc.tuple(word, word)).map(
  (pairs): Fill =>
    (key) => [["HSET", key, ...pairs.flat()]],
);
const expiringHash = fc.tuple(some(fc.tuple(word, word)), fc.nat(100_000)).map(
  ([pairs, laterMs]): Fill =>
    (key) => [
      ["HSET", key, ...pairs.flat()],
      ["HPEXPIREAT", key, FAR_MS + laterMs, "FIELDS", 1, pairs[0]![0]],
      ["HPEXPIREAT", key, FAR_MS + 1, "FIELDS", 1, pairs.at(-1)![0]],
    ],
);

/** Ids grow; groups begin anywhere, read so many, acknowledge some; entries go whether they are pending or not. */
const stream = fc
  .record({
    entries: some(fc.record({ step: fc.nat(3), fields: some(fc.tuple(word, word), 3), gone: fc.nat(4) }), 30),
    groups: fc.array(
      fc.record({
        from: fc.nat(30),
        reads: fc.array(fc.record({ who: fc.nat(2), count: fc.integer({ min: 1, max: 9 }) }), { maxLength: 3 }),
      }),
      { maxLength: 3 },
    ),
    acked: fc.nat(30),
    trimmed: fc.boolean(),
  })
  .map(
    ({ entries, groups, acked, trimmed }): Fill =>
      (key) => {
        let ms = 1;
        const ids = entries.map(({ step }, index) => {
          ms += step;
          return `${ms}-${index + 1}`;
        });
        return [
          ...entries.map(({ fields }, index): Command => ["XADD", key, ids[index]!, ...fields.flat()]),
          ...groups.flatMap(({ from, reads }, index): readonly Command[] => [
            ["XGROUP", "CREATE", key, `group ${index}`, ids[from] ?? "$"],
            ...reads.map(
              ({ who, count }): Command => [
                "XREADGROUP",
                "GROUP",
                `group ${index}`,
                `consumer ${who}`,
                "COUNT",
                count,
                "STREAMS",
                key,
                ">",
              ],
            ),
            ["XACK", key, `group ${index}`, ids[acked % ids.length]!],
          ]),
          ...ids.flatMap((id, index): readonly Command[] => (entries[index]!.gone === 0 ? [["XDEL", key, id]] : [])),
          ...(trimmed ? [["XTRIM", key, "MAXLEN", 3] satisfies Command] : []),
        ];
      },
  );

const keyspace = (server: TargetFacts) =>
  fc.record({
    keys: fc
      .array(
        fc.record({
          name: word,
          db: fc.nat(3),
          fill: fc.oneof(string, log, list, set, zset, hash, stream, ...(knowsFieldExpiry(server) ? [expiringHash] : [])),
          expires: fc.option(fc.nat(1_000_000)),
        }),
        { minLength: 1, maxLength: 30 },
      )
      .map((keys): readonly Key[] =>
        // A name is of one type.
        [...new Map(keys.map((key) => [`${key.db} ${key.name.toString("hex")}`, key])).values()].map(({ name, db, fill, expires }) => ({
          db,
          commands: [...fill(name), ...(expires === null ? [] : [["PEXPIREAT", name, FAR_MS + expires] satisfies Command])],
        })),
      ),
    /** Small ones make large encodings of small data. */
    limits: fc.record({
      "hash-max-ziplist-entries": fc.constantFrom(0, 3, 128),
      "zset-max-ziplist-entries": fc.constantFrom(0, 3, 128),
      "set-max-intset-entries": fc.constantFrom(0, 512),
      "set-max-listpack-entries": fc.constantFrom(0, 128),
      "list-max-ziplist-size": fc.constantFrom(-2, 1, 5),
      "list-compress-depth": fc.constantFrom(0, 1),
      "stream-node-max-entries": fc.constantFrom(1, 4, 100),
      rdbcompression: fc.constantFrom("yes", "no"),
    }),
  });

const servers: RedisServer[] = [];
let facts: TargetFacts;
beforeAll(async () => {
  for (let count = 0; count < 3; count++) servers.push(await RedisServer.start());
  facts = parseFacts(await servers[0]!.client().info(), 16);
});
afterAll(async () => {
  for (const server of servers) await server[Symbol.asyncDispose]();
});

test("random keyspaces of every type are the same after RESTORE and after being rebuilt", {
  timeout: 10_000 + RUNS * MS_PER_RUN,
}, async () => {
  console.info(`KEYSPACE_SEED=${SEED} on ${facts.product} ${facts.version}`);
  const [master, restored, rebuilt] = servers as [RedisServer, RedisServer, RedisServer];
  await fc.assert(
    fc.asyncProperty(keyspace(facts), async ({ keys, limits }) => {
      for (const server of servers) await server.client().flushall();
      await configure(master.client(), limits);
      await send(master.client(), keys);
      const { format, entries } = await snapshotOf(master);

      await configure(restored.client(), limits);
      const payloads = new DumpPayloads(format, facts);
      const restores = entries.map(
        (entry): Key => ({
          db: entry.db,
          commands: [["RESTORE", entry.key, `${entry.expireAtMs ?? 0n}`, dumpPayload(entry, payloads), "ABSTTL"]],
        }),
      );
      await send(restored.client(), restores);
      expect(await rebuildAll(rebuilt.client(), entries, { format, server: facts })).toEqual([]);

      const decoded = decodedOf(entries, format);
      for (const server of [restored, rebuilt]) {
        const copy = await snapshotOf(server);
        expect(decodedOf(copy.entries, copy.format)).toEqual(decoded);
        const { mismatches, keys: compared } = await compareServers(master.client(), server.client());
        expect(mismatches).toEqual([]);
        expect(compared).toBe(entries.length);
      }
    }),
    { seed: SEED, numRuns: RUNS },
  );
});

async function configure(client: Redis, limits: Readonly<Record<string, string | number>>): Promise<void> {
  for (const [name, value] of Object.entries(limits)) {
    // Each version has some of them.
    await client.config("SET", name, `${value}`).catch((error: Error) => {
      if (!/unsupported config|unknown option/i.test(error.message)) throw error;
    });
  }
}

async function send(client: Redis, keys: readonly Key[]): Promise<void> {
  const pipeline = client.pipeline();
  for (const { db, commands } of keys) {
    pipeline.select(db);
    for (const [name, ...args] of commands) pipeline.call(String(name), ...args);
  }
  for (const [error] of (await pipeline.exec()) ?? []) if (error) throw error;
}

async function snapshotOf(server: RedisServer): Promise<{ readonly format: RdbFormat; readonly entries: readonly RdbEntry[] }> {
  await server.call("SAVE");
  const file = await readFile(join(server.dir, "dump.rdb"));
  const parser = new RdbParser();
  parser.feed(file);
  parser.next();
  return { format: parser.format!, entries: entriesOf(parseChunks([file])) };
}

/** By database and name: expiry and elements, in the order that means something. */
function decodedOf(entries: readonly RdbEntry[], format: RdbFormat): ReadonlyMap<string, unknown> {
  const decoded = entries.map((entry): [string, unknown] => {
    const elements = [...elementsOf(entry, format)].map(readable);
    const isOrdered = !elements.some((text) => /^"?(?:member|scored|field)/.test(text));
    return [`${entry.db} ${entry.key.toString("hex")}`, [`${entry.expireAtMs}`, ...(isOrdered ? elements : elements.toSorted())]];
  });
  return new Map(decoded.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

function readable(element: Element): string {
  const values = Object.entries(element).map(([name, value]: [string, unknown]) => {
    if (name === "score") return Number(`${value as Buffer}`.replace("inf", "Infinity")) || 0;
    return Buffer.isBuffer(value)
      ? value.toString("hex")
      : JSON.stringify(value, (_, inner) => (typeof inner === "bigint" ? `${inner}` : inner));
  });
  return values.join(" ");
}
