/** What a socket has not written yet is never written over, and all of the ring comes back. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { SendRoom } from "../../../src/bytes/send-room.ts";

const RING_BYTES = 100;
const step = fc.oneof(
  fc.record({ kind: fc.constant("write" as const), bytes: fc.integer({ min: 0, max: 120 }) }),
  fc.record({ kind: fc.constant("written" as const), writes: fc.integer({ min: 0, max: 5 }) }),
);

/** A socket that takes everything, writes it when it likes, and calls back in order. */
class SlowSocket {
  readonly room = new SendRoom(RING_BYTES);
  readonly #waiting: { readonly bytes: Buffer; readonly fill: number }[] = [];
  #writes = 0;

  /** Returns whether it lies in the ring. */
  write(bytes: number): boolean {
    const room = this.room.take(bytes);
    if (room !== undefined) expect(room.length).toBe(bytes);
    const fill = this.#writes++ % 256;
    this.#waiting.push({ bytes: (room ?? Buffer.alloc(bytes)).fill(fill), fill });
    return room !== undefined;
  }

  written(writes = this.#waiting.length): void {
    for (const { bytes, fill } of this.#waiting.splice(0, writes)) {
      expect(bytes.every((byte) => byte === fill)).toBe(true);
      this.room.written();
    }
  }
}

test("however writes of any size and their ends alternate, each is as it was when the socket comes to it, and the ring is empty after the last", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const socket = new SlowSocket();
      for (const todo of steps) {
        if (todo.kind === "write") socket.write(todo.bytes);
        else socket.written(todo.writes);
      }
      socket.written();
      expect(socket.write(RING_BYTES)).toBe(true);
    }),
  );
});

test("the end of a write that had a buffer of its own gives back nothing of the ring", () => {
  const socket = new SlowSocket();
  expect([60, 60, 40, 1].map((bytes) => socket.write(bytes))).toEqual([true, false, true, false]);
  socket.written(1);
  expect([60, 1].map((bytes) => socket.write(bytes))).toEqual([true, false]);
  socket.written(1);
  expect(socket.write(1)).toBe(false);
  socket.written(1);
  expect(socket.write(40)).toBe(true);
});

test("a socket that failed may still read from everything", () => {
  const { room } = new SlowSocket();
  room.take(RING_BYTES);
  room.written(new Error("gone"));
  expect(room.take(1)).toBeUndefined();
});
