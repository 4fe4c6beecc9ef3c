import { randomBytes } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { KeySet } from "../../../src/delivery/write/load/key-set.ts";

const keyOf = (index: number) => Buffer.from(`key:${index}`);

test("lacks exactly the keys that were not added, per database", () => {
  const pair = fc.tuple(fc.nat(3), fc.uint8Array({ maxLength: 6 }));
  fc.assert(
    fc.property(fc.array(pair), fc.array(pair), (added, asked) => {
      const set = new KeySet({ seed: randomBytes(8) });
      for (const [db, key] of added) set.add(db, Buffer.from(key));
      const texts = new Set(added.map(([db, key]) => `${db} ${key}`));
      for (const [db, key] of [...added, ...asked]) expect(set.lacks(db, Buffer.from(key))).toBe(!texts.has(`${db} ${key}`));
      expect(set.size).toBe(texts.size);
    }),
  );
});

test("grows and forgets nothing", () => {
  const set = new KeySet({ seed: randomBytes(8) });
  for (let index = 0; index < 300_000; index++) set.add(0, keyOf(index));
  expect(set.size).toBe(300_000);
  expect(set.slices).toBe(1);
  let wrong = 0;
  for (let index = 0; index < 600_000; index++) if (set.lacks(0, keyOf(index)) !== index >= 300_000) wrong++;
  expect(wrong).toBe(0);
});

test.each([0, 5_000, 20_000])(
  "BOUNDED: beyond its limit it works slice by slice, and every stale key is found once at least (%i expected)",
  (hint) => {
    const set = new KeySet({ seed: randomBytes(8), maxSlots: 1 << 12 });
    set.reserve(hint);
    const kept = 20_000;
    const total = 22_000;
    const found = new Set<number>();
    let slices = 0;
    do {
      for (let index = 0; index < kept; index++) set.add(0, keyOf(index));
      expect(set.size).toBeLessThan(1 << 12);
      for (let index = 0; index < total; index++) if (set.lacks(0, keyOf(index))) found.add(index);
      slices++;
    } while (set.nextSlice());
    expect(slices).toBeGreaterThan(4);
    expect(slices).toBeLessThan(17);
    expect([...found].sort((a, b) => a - b)).toEqual(Array.from({ length: total - kept }, (_, index) => kept + index));
  },
);

test.each([100_000, 150_000, 250_000])(
  "BOUNDED: 11 bytes for each of %i keys that were announced, and none of them makes it grow",
  (keys) => {
    const set = new KeySet({ seed: randomBytes(8) });
    set.reserve(keys);
    for (let index = 0; index < keys; index++) set.add(0, keyOf(index));
    expect(set.size).toBe(keys);
    expect(set.bytes).toBeLessThan(11 * keys);
  },
);
