/** A server that runs only what Redis 6.0 knows ends with the same keys as one that ran the newer commands. */
import { expect, test } from "vitest";
import { dialectOf, render } from "../../../src/delivery/write/apply/dialect.ts";
import { encodeCommand, type Word } from "../../../src/resp/encode.ts";
import { compareServers } from "../../support/digest.ts";
import { Random } from "../../support/random.ts";
import { RedisServer } from "../../support/redis-server.ts";

const OLD = { product: "redis", version: "6.0.16", versionNumber: 600 } as const;
const FAR_MS = 4_102_444_800_000;
const COMMANDS = 800;

type Make = (random: Random) => Word[];

const key = (kind: string, random: Random) => `${kind}:${random.between(1, 6)}`;
const member = (random: Random) => `m${random.between(1, 40)}`;
const side = (random: Random) => random.pick(["LEFT", "right"] as const);

const MAKES: readonly Make[] = [
  (r) => ["SET", key("s", r), member(r), "PXAT", FAR_MS + r.between(1, 9_999)],
  (r) => ["PEXPIREAT", key("s", r), FAR_MS + r.between(1, 9_999), r.pick(["NX", "GT", "LT"] as const)],
  (r) => ["COPY", key("s", r), key("s", r), "REPLACE"],
  (r) => ["COPY", key("z", r), key("z", r), "DB", 2, "REPLACE"],
  (r) => ["RPUSH", key("l", r), member(r), member(r), member(r)],
  (r) => ["LPOP", key("l", r), r.between(1, 4)],
  (r) => ["RPOP", key("l", r), r.between(1, 4)],
  (r) => ["LMOVE", key("l", r), key("l", r), side(r), side(r)],
  (r) => ["ZADD", key("z", r), r.next() * 100, member(r), r.between(-9, 9), member(r)],
  (r) => ["ZADD", key("z", r), r.pick(["GT", "LT"] as const), "CH", r.next() * 100, member(r), r.between(0, 99), member(r)],
  (r) => ["ZADD", key("z", r), "XX", r.pick(["GT", "LT"] as const), r.between(0, 99), member(r)],
  (r) => ["ZADD", key("z", r), r.pick(["GT", "LT"] as const), "INCR", r.between(-9, 9), member(r)],
  (r) => ["ZRANGESTORE", key("z", r), key("z", r), r.between(0, 5), r.between(3, 30)],
  (r) => ["ZRANGESTORE", key("z", r), key("z", r), "(10", "80", "BYSCORE", "LIMIT", r.between(0, 3), 20],
  (r) => ["ZRANGESTORE", key("z", r), key("z", r), "+inf", "5", "BYSCORE", "REV"],
  (r) => ["ZADD", key("lex", r), 0, member(r), 0, member(r)],
  (r) => ["ZRANGESTORE", key("lex", r), key("lex", r), "[m1", "+", "BYLEX"],
  (r) => ["ZDIFFSTORE", key("z", r), 2, key("z", r), key("z", r)],
  (r) => ["GEOADD", key("g", r), r.next() * 300 - 150, r.next() * 160 - 80, member(r), 13.4, 52.5, "Berlin"],
  (r) => ["GEOSEARCHSTORE", key("g", r), key("g", r), "FROMLONLAT", 10, 20, "BYRADIUS", 8_000, "km"],
  (r) => ["GEOSEARCHSTORE", key("g", r), key("g", r), "BYRADIUS", 4_000, "km", "FROMMEMBER", "Berlin", "COUNT", 5, "ASC"],
  (r) => ["GEOSEARCHSTORE", key("d", r), key("g", r), "FROMLONLAT", 10, 20, "BYRADIUS", 8_000, "km", "STOREDIST"],
  (r) => ["XADD", key("x", r), "NOMKSTREAM", "MINID", "=", r.between(1, 40), "*", "f", member(r)],
  (r) => ["XADD", key("x", r), `${nextId()}-1`, "f", member(r)],
  (r) => ["XADD", key("x", r), "MAXLEN", "=", 30, `${nextId()}-1`, "f", member(r)],
  (r) => ["XTRIM", key("x", r), "MINID", "=", `${r.between(1, COMMANDS)}-1`],
  (r) => ["XGROUP", "CREATE", key("x", r), "group", "0", "ENTRIESREAD", 3],
  (r) => ["XGROUP", "CREATECONSUMER", key("x", r), "group", member(r)],
];

let lastId = 0;
const nextId = () => ++lastId;

test.each([1, 2])(
  "random commands of 6.2 and 7.0 (seed %i)",
  async (seed) => {
    await using newer = await RedisServer.start();
    await using older = await RedisServer.start();
    const [a, b] = [newer.client(), older.client()];
    const dialect = dialectOf(OLD);
    const random = new Random(seed);
    lastId = 0;
    const rendered = new Set<string>();
    for (let count = 0; count < COMMANDS; count++) {
      const words = random.pick(MAKES)(random).map(String);
      // The master writes the id that it gave.
      const [name, ...args] = words.map((word) => (word === "*" ? `${nextId()}-0` : word)) as [string, ...string[]];
      const reply = await a.call(name, ...args).catch((error: Error) => error);
      // What failed or had no effect is not in the stream.
      if (reply instanceof Error || reply === null || (reply === 0 && !/STORE|ADD$/.test(name))) continue;
      const rendering = render(dialect, encodeCommand(name, ...args));
      if (rendering) rendered.add(name);
      for (const [one, ...rest] of rendering?.commands ?? [[name, ...args]]) {
        await b.call(String(one), ...rest.map((word) => (Buffer.isBuffer(word) ? word : String(word))));
      }
    }
    expect([...rendered].sort()).toEqual(
      "COPY GEOSEARCHSTORE LMOVE LPOP PEXPIREAT RPOP SET XADD XGROUP XTRIM ZADD ZDIFFSTORE ZRANGESTORE".split(" "),
    );
    const { mismatches, keys } = await compareServers(a, b);
    // 6.0 does not remember what a stream has lost, and nobody has told this server.
    expect(mismatches.filter(({ key }) => !key.startsWith('"x:'))).toEqual([]);
    expect(keys).toBeGreaterThan(20);
    for (let index = 1; index <= 6; index++) {
      expect(await b.call("XRANGE", `x:${index}`, "-", "+")).toEqual(await a.call("XRANGE", `x:${index}`, "-", "+"));
    }
  },
  60_000,
);

/** A stream of 1-1 to 9-1, of which a group has 1-1 to 6-1 pending. */
test.each([
  ["XADD s KEEPREF MAXLEN = 4 10-1 f v", ["7-1", "8-1", "9-1", "10-1"], 6, undefined],
  ["XADD s MAXLEN 6 DELREF 10-1 f v", ["5-1", "6-1", "7-1", "8-1", "9-1", "10-1"], 2, undefined],
  ["XADD s NOMKSTREAM DELREF MINID = 3 10-1 f v", ["3-1", "4-1", "5-1", "6-1", "7-1", "8-1", "9-1", "10-1"], 4, undefined],
  ["XADD s MAXLEN 0 DELREF 10-1 f v", [], 0, undefined],
  ["XTRIM s MAXLEN = 8 DELREF", ["2-1", "3-1", "4-1", "5-1", "6-1", "7-1", "8-1", "9-1"], 5, undefined],
  ["XTRIM s MINID 3-1 KEEPREF", ["3-1", "4-1", "5-1", "6-1", "7-1", "8-1", "9-1"], 6, undefined],
  ["XTRIM s MAXLEN 1 ACKED", undefined, 6, "a trim of acknowledged entries"],
] as const)("%s of 8.2, in the words of 8.0 and of 6.0", async (line, left, pending, lost) => {
  await using server = await RedisServer.start();
  const client = server.client();
  for (const target of [{ ...OLD, version: "8.0.2", versionNumber: 800 }, OLD]) {
    await client.flushall();
    for (let ms = 1; ms < 10; ms++) await client.xadd("s", `${ms}-1`, "f", "v");
    await client.xgroup("CREATE", "s", "g", "0");
    await client.xreadgroup("GROUP", "g", "c", "COUNT", 6, "STREAMS", "s", ">");
    const rendering = render(dialectOf(target), encodeCommand(...(line.split(" ") as [string, ...string[]])));
    expect(rendering?.lost).toBe(lost);
    for (const [one, ...rest] of rendering?.commands ?? []) {
      await client.call(String(one), ...rest.map((word) => (Buffer.isBuffer(word) ? word : String(word))));
    }
    if (left) expect((await client.xrange("s", "-", "+")).map(([id]) => id)).toEqual(left);
    expect((await client.xpending("s", "g"))[0]).toBe(pending);
  }
});

test("XADD ACKED of 8.2 keeps what might have been trimmed, and says so", () => {
  const command = encodeCommand("XADD", "s", "ACKED", "MAXLEN", "=", "4", "10-1", "f", "v");
  const rendering = render(dialectOf({ ...OLD, version: "8.0.2", versionNumber: 800 }), command);
  expect(rendering?.commands.map((words) => words.map(String).join(" "))).toEqual(["XADD s 10-1 f v"]);
  expect(rendering?.lost).toBe("a trim of acknowledged entries");
});
