/** What the loader uses again: nothing of a unit may change before the target has committed it. */
import fc from "fast-check";
import { pino } from "pino";
import { expect, test } from "vitest";
import { Crc64 } from "../../../src/bytes/crc64.ts";
import { loadSnapshot } from "../../../src/delivery/write/load/snapshot-loader.ts";
import type { Target } from "../../../src/delivery/write/target/target.ts";
import type { Unit, UnitSubmitter } from "../../../src/delivery/write/unit/unit.ts";
import type { Loss, Losses } from "../../../src/delivery/write/values/losses.ts";
import { LOADING, makeRdb, type RdbPart, storedSnapshot } from "../../support/stored-snapshot.ts";

const NEVER = new AbortController().signal;
const OPCODE_EXPIRE_MS = 0xfc;
const TYPE_STRING = 0;
const TYPE_SET_INTSET = 11;

/** A target that commits when it likes, in order. */
class SlowWriter implements UnitSubmitter {
  readonly expected = undefined;
  readonly inFlightBytes = 0;
  readonly units: Buffer[] = [];
  readonly #waiting: { readonly unit: Unit; readonly bytes: Buffer }[] = [];
  readonly #commitAtOnce: () => number;
  changed = 0;

  constructor(commitAtOnce: () => number) {
    this.#commitAtOnce = commitAtOnce;
  }

  submit(unit: Unit): void {
    this.#waiting.push({ unit, bytes: Buffer.concat(unit.pieces) });
  }

  async ready(): Promise<void> {
    this.#commit(this.#commitAtOnce());
  }

  async drain(): Promise<void> {
    this.#commit(this.#waiting.length);
  }

  begin(): void {}
  append(): void {}
  commit(): void {}

  #commit(units: number): void {
    for (const { unit, bytes } of this.#waiting.splice(0, units)) {
      const now = Buffer.concat(unit.pieces);
      if (!now.equals(bytes)) this.changed++;
      this.units.push(now);
      unit.onCommitted?.();
    }
  }
}

type Keys = { readonly rdb: Buffer /** What each key may be loaded by. */; readonly forms: ReadonlyMap<string, readonly string[]> };

/** Values of bytes that tell where they come from: sets, and strings both plain and packed; a string that two chunks share goes by RESTORE, too. */
function keysOf(lengths: readonly number[]): Keys {
  const body: RdbPart[] = [];
  const forms = new Map<string, string[]>();
  for (const [index, length] of lengths.entries()) {
    const type = index % 4 === 0 ? TYPE_SET_INTSET : TYPE_STRING;
    const key = `key:${index}`;
    const pattern = `${index}.`;
    const text = Buffer.alloc(length, pattern);
    const value = index % 4 === 1 ? storedLzf(text, pattern.length) : Buffer.concat([encodeLength(length), text]);
    body.push(type, encodeLength(key.length), key, value);
    const restored = restore(key, Buffer.concat([Buffer.of(type), value])).toString("latin1");
    forms.set(key, type === TYPE_STRING ? [set(key, text.toString("latin1")), restored] : [restored]);
  }
  return { rdb: makeRdb(body, "REDIS0010"), forms };
}

/** A string as LZF packs it when every byte is the one `period` bytes before. */
function storedLzf(text: Buffer, period: number): Buffer {
  const packed: Buffer[] = [];
  const literals = (from: number, to: number) => from < to && packed.push(Buffer.of(to - from - 1), text.subarray(from, to));
  let at = Math.min(period, text.length);
  literals(0, at);
  while (text.length - at >= 9) {
    const copied = Math.min(264, text.length - at);
    packed.push(Buffer.of(0xe0, copied - 9, period - 1));
    at += copied;
  }
  literals(at, text.length);
  const body = Buffer.concat(packed);
  return Buffer.concat([Buffer.of(0xc3), encodeLength(body.length), encodeLength(text.length), body]);
}

/** The commands of one unit, each key of its MSET as the SET that it stands for. */
function commandsOf(unit: Buffer): readonly { readonly key: string; readonly form: string }[] {
  const commands: { key: string; form: string }[] = [];
  for (let at = 0; at < unit.length; ) {
    const [words, end] = wordsAt(unit, at);
    const name = words[0]!;
    if (name === "MSET") {
      expect(at).toBe(0);
      for (let word = 1; word < words.length; word += 2) commands.push({ key: words[word]!, form: set(words[word]!, words[word + 1]!) });
    } else {
      commands.push({ key: words[1]!, form: unit.toString("latin1", at, end) });
    }
    at = end;
  }
  return commands;
}

function wordsAt(bytes: Buffer, start: number): readonly [readonly string[], number] {
  let at = start;
  const number = () => {
    const lineEnd = bytes.indexOf("\r\n", at);
    const value = Number(bytes.toString("latin1", at + 1, lineEnd));
    at = lineEnd + 2;
    return value;
  };
  const words = Array.from({ length: number() }, () => {
    const length = number();
    at += length + 2;
    return bytes.toString("latin1", at - length - 2, at - 2);
  });
  return [words, at];
}

function restore(key: string, value: Buffer): Buffer {
  const body = Buffer.concat([value, Buffer.of(10, 0)]);
  const sum = Buffer.alloc(8);
  const crc = new Crc64();
  crc.update(body);
  crc.writeLE(sum, 0);
  const head = `*5\r\n$7\r\nRESTORE\r\n$${key.length}\r\n${key}\r\n$1\r\n0\r\n$${body.length + 8}\r\n`;
  return Buffer.concat([Buffer.from(head), body, sum, Buffer.from("\r\n$7\r\nREPLACE\r\n")]);
}

function encodeLength(length: number): Buffer {
  if (length < 64) return Buffer.of(length);
  if (length < 16_384) return Buffer.of(0x40 | (length >> 8), length & 255);
  return Buffer.of(0x80, 0, length >> 16, (length >> 8) & 255, length & 255);
}

const lengths = fc.array(fc.oneof({ weight: 6, arbitrary: fc.nat(400) }, fc.nat(20_000), fc.nat(70_000)), {
  minLength: 50,
  maxLength: 400,
});

async function load(
  rdb: Buffer,
  writer: SlowWriter,
  options: {
    readonly chunkBytes?: number;
    readonly versionNumber?: number;
    readonly maxBulkBytes?: number;
    readonly rebuildAboveBytes?: number;
  } = {},
): Promise<readonly string[]> {
  const { chunkBytes = rdb.length, versionNumber = 700, maxBulkBytes = 512 * 1024 * 1024, rebuildAboveBytes = 32 * 1024 * 1024 } = options;
  const lost: string[] = [];
  const add = ({ what, why, key }: Loss) => lost.push(`${what}: ${why}: ${key}`);
  const facts = { product: "redis", version: "x", versionNumber, databases: 16, keyspace: new Map() };
  await loadSnapshot(
    {
      log: pino({ enabled: false }),
      snapshot: storedSnapshot(rdb, { chunkBytes }),
      writer,
      target: { facts, control: { call: async () => [] }, maxBulkBytes } as unknown as Target,
      resumeAt: 0,
      targetWasEmpty: true,
      losses: { stops: false, beginFile: () => undefined, add } as unknown as Losses,
      rebuildAboveBytes,
      buildKey: "causeway:build",
      guardMs: 0,
      checkpointAt: (rdbOffset) => ({ ...LOADING, rdbOffset }),
      onSkipped: () => undefined,
      onProgress: () => undefined,
    },
    NEVER,
  );
  return lost;
}

test("APPLIED_ONCE: no byte of a unit changes before it is committed, however late that is, and every command is what it should be", async () => {
  const plan = fc.record({
    sizes: lengths,
    pace: fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 20 }),
    chunkBytes: fc.integer({ min: 2_000, max: 100_000 }),
  });
  await fc.assert(
    fc.asyncProperty(plan, async ({ sizes, pace, chunkBytes }) => {
      const { rdb, forms } = keysOf(sizes);
      let turn = 0;
      const writer = new SlowWriter(() => pace[turn++ % pace.length]!);
      await load(rdb, writer, { chunkBytes });
      expect(writer.changed).toBe(0);
      const keys: string[] = [];
      for (const unit of writer.units) {
        const commands = commandsOf(unit);
        for (const { key, form } of commands) expect(forms.get(key)).toContain(form);
        // In a unit the order is free: it commits as a whole.
        keys.push(...commands.map(({ key }) => key).toSorted((a, b) => Number(a.slice(4)) - Number(b.slice(4))));
      }
      expect(keys).toEqual([...forms.keys()]);
    }),
    { numRuns: 30 },
  );
});

test("what LZF packed and is not what it says to be stops the load instead of becoming another value", async () => {
  const rdb = makeRdb([TYPE_STRING, 1, "a", 0xc3, 5, 20, Buffer.of(0, 97, 0xe0, 9, 0)], "REDIS0010");
  await expect(load(rdb, new SlowWriter(() => 0))).rejects.toMatchObject({ code: "RDB_MALFORMED" });
});

test.each([
  ["larger than what is restored at once", {}, "RESTORE", []],
  ["longer than one argument", { maxBulkBytes: 10_000 }, "RPUSH", ["1 (list): module metadata of a key: k"]],
])(
  "NEVER_SILENT: what modules attached to a key goes with a value, and is named where that cannot be: %s",
  async (_, limits, name, named) => {
    const meta = [0xf3, 1, "meta", 5, encodeLength(8), "attached", 0];
    const items = Array.from({ length: 300 }, () => [encodeLength(100), Buffer.alloc(100, "x")]).flat();
    const writer = new SlowWriter(() => 0);
    const lost = await load(makeRdb([...meta, 1, encodeLength(1), "k", encodeLength(300), ...items]), writer, {
      ...{ versionNumber: 806, rebuildAboveBytes: 20_000 },
      ...limits,
    });
    const sent = Buffer.concat(writer.units).toString("latin1");
    expect(sent).toContain(`\r\n${name}\r\n`);
    expect(sent.includes("attached")).toBe(name === "RESTORE");
    expect(lost).toEqual(named);
  },
);

test("numbers travel as the text that they stand for, and expiries of any size", async () => {
  const entry = (key: string, value: readonly RdbPart[], expireAtMs?: bigint): readonly RdbPart[] => {
    const expiry = Buffer.alloc(8);
    if (expireAtMs !== undefined) expiry.writeBigInt64LE(expireAtMs);
    return [...(expireAtMs === undefined ? [] : [OPCODE_EXPIRE_MS, expiry]), TYPE_STRING, key.length, key, ...value];
  };
  const rdb = makeRdb(
    [
      ...entry("a", [0xc0, 0xff]),
      ...entry("b", [0xc1, 0x39, 0x30]),
      ...entry("c", [0xc2, 0, 0, 0, 0x80], 4_102_444_800_123n),
      ...entry("d", [0], -5n),
      ...entry("e", [1, "x"], 2n ** 62n),
    ],
    "REDIS0009",
  );
  const writer = new SlowWriter(() => 0);
  await load(rdb, writer);
  expect(Buffer.concat(writer.units).toString("latin1")).toBe(
    resp("MSET", "a", "-1", "b", "12345") + set("c", "-2147483648", "4102444800123") + set("d", "", "1") + set("e", "x", `${2n ** 62n}`),
  );
  // PXAT came with 6.2.
  const older = new SlowWriter(() => 0);
  await load(rdb, older, { versionNumber: 600 });
  const names = Buffer.concat(older.units)
    .toString("latin1")
    .match(/MSET|RESTORE/g);
  expect(names).toEqual(["MSET", "RESTORE", "RESTORE", "RESTORE"]);
});

function set(key: string, value: string, expiry?: string): string {
  return resp("SET", key, value, ...(expiry === undefined ? [] : ["PXAT", expiry]));
}

function resp(...words: readonly string[]): string {
  return `*${words.length}\r\n${words.map((word) => `$${word.length}\r\n${word}\r\n`).join("")}`;
}
