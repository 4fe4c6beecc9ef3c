import fc from "fast-check";
import { expect, test } from "vitest";
import { Slab } from "../../../src/bytes/slab.ts";

test("what was taken is as long as asked for, and nothing else is written over it", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 400_000 }), { maxLength: 40 }), (sizes) => {
      const slab = new Slab();
      const taken = sizes.map((bytes, index) => slab.take(bytes).fill(index));
      taken.forEach((bytes, index) => {
        expect(bytes.length).toBe(sizes[index]);
        expect(bytes.every((byte) => byte === index)).toBe(true);
      });
    }),
    { numRuns: 20 },
  );
});

test("small ones share a buffer, large ones do not", () => {
  const slab = new Slab();
  const [a, b, large] = [slab.take(10_000), slab.take(10_000), slab.take(300_000)];
  expect(b!.buffer).toBe(a!.buffer);
  expect(large!.buffer).not.toBe(a!.buffer);
});
