import fc from "fast-check";
import { expect, test } from "vitest";
import { RawRing } from "../../../src/bytes/raw-ring.ts";
import { Offset } from "../../../src/stream/position.ts";

const RING_BYTES = 100;
const step = fc.oneof(
  fc.record({ kind: fc.constant("take" as const), bytes: fc.integer({ min: 0, max: 120 }) }),
  fc.record({ kind: fc.constant("release" as const), records: fc.integer({ min: 0, max: 5 }) }),
);

test("APPLIED_ONCE: room is not given out again before what lies in it was committed", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const ring = new RawRing<Offset>(RING_BYTES);
      let live: { readonly to: Offset; readonly room: Buffer; readonly fill: number }[] = [];
      let to = 0n;
      for (const [index, todo] of steps.entries()) {
        if (todo.kind === "take") {
          to += BigInt(todo.bytes);
          const room = ring.take(todo.bytes, Offset.of(to));
          if (room === undefined) continue;
          expect(room.length).toBe(todo.bytes);
          live.push({ to: Offset.of(to), room: room.fill(index), fill: index % 256 });
        } else {
          const committed = live[Math.min(todo.records, live.length) - 1]?.to;
          if (committed === undefined) continue;
          ring.release(committed);
          live = live.filter((record) => record.to > committed);
        }
        for (const { room, fill } of live) expect(room.every((byte) => byte === fill)).toBe(true);
      }
    }),
  );
});

test("room that was released is used again, and none is given while there is none", () => {
  const ring = new RawRing<Offset>(RING_BYTES);
  const first = ring.take(60, Offset.of(60n));
  expect(ring.take(60, Offset.of(120n))).toBeUndefined();
  ring.release(Offset.of(59n));
  expect(ring.take(60, Offset.of(120n))).toBeUndefined();
  ring.release(Offset.of(60n));
  expect(ring.take(60, Offset.of(120n))?.byteOffset).toBe(first?.byteOffset);
  expect(ring.take(RING_BYTES + 1, Offset.of(300n))).toBeUndefined();
});
