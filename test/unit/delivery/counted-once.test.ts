import fc from "fast-check";
import { expect, test } from "vitest";
import { CountedOnce } from "../../../src/delivery/write/values/counted-once.ts";

test("however attempts begin anew and break off, each thing is new once, and again in another snapshot", () => {
  const things = [1, 1, 2, 5, 5, 9].map((endsAt, index) => ({ endsAt, name: `thing ${index}` }));
  const attempts = fc.array(fc.record({ from: fc.nat(things.length), count: fc.nat(things.length) }), { minLength: 1 });
  fc.assert(
    fc.property(attempts, (plan) => {
      const counted = new CountedOnce();
      for (const within of ["one", "another"]) {
        const seen: string[] = [];
        let furthest = 0;
        for (const { from, count } of plan) {
          // An attempt goes on from what is committed, which is never beyond what was looked at.
          const first = Math.min(from, furthest);
          const looked = things.slice(first, first + count);
          furthest = Math.max(furthest, first + looked.length);
          for (const { name, endsAt } of looked) if (counted.isNew(name, { within, endsAt })) seen.push(name);
        }
        expect(seen).toEqual(things.slice(0, furthest).map(({ name }) => name));
      }
    }),
  );
});
