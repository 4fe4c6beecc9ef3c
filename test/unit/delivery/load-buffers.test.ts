/** What the loader uses again: nothing of a unit may change before the target has committed it. */
import fc from "fast-check";
import { pino } from "pino";
import { expect, test } from "vitest";
import { Crc64 } from "../../../src/bytes/crc64.ts";
import type { Losses } from "../../../src/delivery/write/losses.ts";
import { loadSnapshot } from "../../../src/delivery/write/snapshot-loader.ts";
import type { Target } from "../../../src/delivery/write/target.ts";
import type { Unit, UnitSubmitter } from "../../../src/delivery/write/unit.ts";
import { LOADING, makeRdb, type RdbPart, storedSnapshot } from "../../support/stored-snapshot.ts";

const NEVER = new AbortController().signal;
const OPCODE_EXPIRE_MS = 0xfc;
const TYPE_STRING = 0;
const TYPE_SET_INTSET = 11;

/** A target that commits when it likes, in order. */
class SlowWriter implements UnitSubmitter {
  readonly expected = undefined;
  readonly inFlightBytes = 0;
  readonly commands: Buffer[] = [];
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
      this.commands.push(now);
      unit.onCommitted?.();
    }
  }
}

/** Each key with what may be said for it. Values are of bytes that tell where they come from; a string that two chunks share goes by RESTORE, too. */
function rdbOf(lengths: readonly number[]): { readonly rdb: Buffer; readonly commands: readonly (readonly Buffer[])[] } {
  const body: RdbPart[] = [];
  const commands: Buffer[][] = [];
  for (const [index, length] of lengths.entries()) {
    const type = index % 3 === 0 ? TYPE_SET_INTSET : TYPE_STRING;
    const key = `key:${index}`;
    const text = Buffer.alloc(length, `${index}.`);
    const value = Buffer.concat([encodeLength(length), text]);
    body.push(type, encodeLength(key.length), key, value);
    const restored = restore(key, Buffer.concat([Buffer.of(type), value]));
    commands.push(type === TYPE_STRING ? [Buffer.from(set(key, text.toString("latin1"))), restored] : [restored]);
  }
  return { rdb: makeRdb(body, "REDIS0010"), commands };
}

/** How many of the commands `bytes` begins with. */
function matching(bytes: Buffer, commands: readonly (readonly Buffer[])[]): number {
  let at = 0;
  for (const [index, forms] of commands.entries()) {
    const form = forms.find((each) => bytes.subarray(at, at + each.length).equals(each));
    if (form === undefined) return index;
    at += form.length;
  }
  return at === bytes.length ? commands.length : -1;
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
  options: { readonly chunkBytes?: number; readonly versionNumber?: number } = {},
): Promise<void> {
  const { chunkBytes = rdb.length, versionNumber = 700 } = options;
  const facts = { product: "redis", version: "x", versionNumber, databases: 16, keyspace: new Map() };
  await loadSnapshot(
    {
      log: pino({ enabled: false }),
      snapshot: storedSnapshot(rdb, { chunkBytes }),
      writer,
      target: { facts, control: { call: async () => [] }, maxBulkBytes: 512 * 1024 * 1024 } as unknown as Target,
      resumeAt: 0,
      targetWasEmpty: true,
      losses: { stops: false, beginFile: () => undefined } as unknown as Losses,
      rebuildAboveBytes: 32 * 1024 * 1024,
      buildKey: "causeway:build",
      guardMs: 0,
      checkpointAt: (rdbOffset) => ({ ...LOADING, rdbOffset }),
      onSkipped: () => undefined,
      onProgress: () => undefined,
    },
    NEVER,
  );
}

test("APPLIED_ONCE: no byte of a unit changes before it is committed, however late that is, and every command is what it should be", async () => {
  const plan = fc.record({
    sizes: lengths,
    pace: fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 20 }),
    chunkBytes: fc.integer({ min: 2_000, max: 100_000 }),
  });
  await fc.assert(
    fc.asyncProperty(plan, async ({ sizes, pace, chunkBytes }) => {
      const { rdb, commands } = rdbOf(sizes);
      let turn = 0;
      const writer = new SlowWriter(() => pace[turn++ % pace.length]!);
      await load(rdb, writer, { chunkBytes });
      expect(writer.changed).toBe(0);
      expect(matching(Buffer.concat(writer.commands), commands)).toBe(commands.length);
    }),
    { numRuns: 30 },
  );
});

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
  expect(Buffer.concat(writer.commands).toString("latin1")).toBe(
    set("a", "-1") + set("b", "12345") + set("c", "-2147483648", "4102444800123") + set("d", "", "1") + set("e", "x", `${2n ** 62n}`),
  );
  // PXAT came with 6.2.
  const older = new SlowWriter(() => 0);
  await load(rdb, older, { versionNumber: 600 });
  const names = Buffer.concat(older.commands)
    .toString("latin1")
    .match(/SET|RESTORE/g);
  expect(names).toEqual(["SET", "SET", "RESTORE", "RESTORE", "RESTORE"]);
});

function set(key: string, value: string, expiry?: string): string {
  const words = ["SET", key, value, ...(expiry === undefined ? [] : ["PXAT", expiry])];
  return `*${words.length}\r\n${words.map((word) => `$${word.length}\r\n${word}\r\n`).join("")}`;
}
