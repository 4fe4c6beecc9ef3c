/** What a master of another version RESTORE'd ends in the target as the value that it is, or is named (NEVER_SILENT). */
import { describe, expect, test } from "vitest";
import { restoreInStream } from "../../../src/delivery/write/apply/restore-in-stream.ts";
import { moduleIdOf } from "../../../src/delivery/write/values/module-values.ts";
import { DumpPayloads, dumpPayload } from "../../../src/rdb/dump-payload.ts";
import { ValueType } from "../../../src/rdb/opcodes.ts";
import type { RdbEntry } from "../../../src/rdb/parser.ts";
import { RdbParser } from "../../../src/rdb/parser.ts";
import { isOpaque } from "../../../src/rdb/rebuild.ts";
import type { Word } from "../../../src/resp/encode.ts";
import { compareServers } from "../../support/digest.ts";
import { rebuildAll } from "../../support/rebuild-commands.ts";
import { RedisServer } from "../../support/redis-server.ts";
import { entriesOf, FIXTURES, parseChunks, readFixture } from "../../unit/rdb/fixtures.ts";

/** The server of the tests; whatever it is, it has what 7.0 has. */
const SERVER = FIXTURES["redis-7.0"]!;
const DAY_MS = 86_400_000;

/** The command as a replica of the server that wrote the RDB would see it. */
function restoreOf(entry: RdbEntry, payloads: DumpPayloads): readonly Buffer[] {
  return [
    Buffer.from("RESTORE"),
    entry.key,
    Buffer.from(`${entry.expireAtMs ?? 0n}`),
    dumpPayload(entry, payloads),
    Buffer.from("REPLACE"),
    Buffer.from("ABSTTL"),
  ];
}

function source(name: string) {
  const { rdb } = readFixture(name);
  const parser = new RdbParser();
  parser.feed(rdb);
  parser.next();
  const format = parser.format!;
  return { format, entries: entriesOf(parseChunks([rdb])), payloads: new DumpPayloads(format, FIXTURES[name]!) };
}

describe.each(Object.keys(FIXTURES))("a payload of %s", (name) => {
  const { format, entries, payloads } = source(name);

  test("is restored, converted or rebuilt on Redis 7.0; a module's value is left to the target", async () => {
    await using target = await RedisServer.start();
    await using expected = await RedisServer.start();
    const client = target.client();
    const lost = new Set<string>();
    const skipped = new Set<string>();
    const sent = { asItIs: 0, otherwise: 0 };
    for (const entry of entries) {
      await client.select(entry.db);
      // It takes the place of whatever is there.
      await client.call("SET", entry.key, "older");
      const words = restoreOf(entry, payloads);
      const rendering = restoreInStream(words, { server: SERVER, guardMs: 0, modules: new Map() });
      sent[rendering ? "otherwise" : "asItIs"]++;
      if (rendering?.lost) lost.add(rendering.lost);
      // Whether it has the module only the target knows.
      if (isOpaque(entry.type)) {
        await client.call("DEL", entry.key);
        continue;
      }
      if (rendering?.skipped) skipped.add(rendering.skipped);
      for (const [verb, ...args] of rendering?.commands ?? [words as readonly Word[]]) {
        await client.call(String(verb), ...args.map((word) => (Buffer.isBuffer(word) ? word : String(word))));
      }
    }
    await rebuildAll(expected.client(), entries, { format, server: SERVER });
    expect((await compareServers(expected.client(), client)).mismatches).toEqual([]);
    const newer = payloads.footerVersion > 10;
    expect(newer ? sent.asItIs : sent.otherwise).toBe(0);
    expect([...lost].filter((what) => what !== "the expiry of hash fields")).toEqual([]);
    expect([...skipped]).toEqual(name === "redis-8.6" ? ["stream-producers"] : []);
  });

  test("passes untouched where it came from, but for the guard of its fields", () => {
    let guardedFields = 0;
    for (const entry of entries) {
      if (entry.meta.length > 0 || isOpaque(entry.type)) continue;
      const words = restoreOf(entry, payloads);
      expect(restoreInStream(words, { server: FIXTURES[name]!, guardMs: 0, modules: new Map() })).toBeUndefined();
      const guarded = restoreInStream(words, { server: FIXTURES[name]!, guardMs: DAY_MS, modules: new Map() });
      if (guarded === undefined) continue;
      guardedFields++;
      expect(guarded.commands.map(([verb]) => verb)).toContain("HPEXPIREAT");
    }
    const { hashTtlPreGaOrHash2, hashListpackTtl } = ValueType;
    expect(guardedFields > 0).toBe(entries.some(({ type }) => type >= hashTtlPreGaOrHash2 && type <= hashListpackTtl));
  });
});

test("a module's value is asked about first, and then passes, with a footer that is known there, or is left out", () => {
  let asked = 0;
  for (const [name, server] of Object.entries(FIXTURES)) {
    const { entries, payloads } = source(name);
    for (const entry of entries.filter(({ type, meta }) => isOpaque(type) && meta.length === 0)) {
      const words = restoreOf(entry, payloads);
      const answered = (takes?: boolean, to = server) => {
        const modules = new Map(takes === undefined ? [] : [[moduleIdOf(entry.value), takes]]);
        return restoreInStream(words, { server: to, guardMs: DAY_MS, modules });
      };
      expect(answered()).toEqual({ commands: [], asks: { id: moduleIdOf(entry.value), payload: words[3] } });
      expect(answered(true)).toBeUndefined();
      expect(answered(false)).toEqual({ commands: [["UNLINK", entry.key]], lost: "a module's value" });
      expect(answered(true, SERVER)?.commands[0]?.slice(0, 2)).toEqual(["RESTORE", entry.key]);
      expect(answered(undefined, FIXTURES["redis-6.0"])).toMatchObject({ lost: "a module's value" });
      asked++;
    }
  }
  expect(asked).toBeGreaterThan(0);
});

test("what is no payload passes: the target judges it", () => {
  for (const payload of ["", "short", "x".repeat(100)]) {
    const words = ["RESTORE", "k", "0", payload].map((word) => Buffer.from(word));
    expect(restoreInStream(words, { server: SERVER, guardMs: DAY_MS, modules: new Map() })).toBeUndefined();
  }
});
