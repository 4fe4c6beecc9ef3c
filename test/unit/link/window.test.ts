import fc from "fast-check";
import { expect, test } from "vitest";
import { GatewayError } from "../../../src/errors.ts";
import { ReceiveWindow, SendWindow } from "../../../src/link/window.ts";

test("whatever is sent, consumed, acknowledged late or not at all, honest sides stay within the window and never stall (BOUNDED)", () => {
  const step = fc.oneof(
    fc.record({ do: fc.constant("send" as const), bytes: fc.integer({ min: 1, max: 400 }), chunk: fc.boolean() }),
    fc.record({ do: fc.constant("consume" as const) }),
    fc.record({ do: fc.constant("grant" as const) }),
    fc.record({ do: fc.constant("deliver-ack" as const) }),
  );
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1000 }), fc.array(step, { maxLength: 200 }), (limitBytes, steps) => {
      const sender = new SendWindow(limitBytes);
      const receiver = new ReceiveWindow(limitBytes);
      const inbox: number[] = [];
      const acks: number[] = [];
      for (const action of steps) {
        if (action.do === "send" && (action.chunk ? sender.hasRoomForChunk(action.bytes) : sender.hasRoomForRecords(action.bytes))) {
          sender.sent(action.bytes);
          receiver.received(action.bytes);
          inbox.push(action.bytes);
          expect(sender.usedBytes <= limitBytes || sender.usedBytes === action.bytes).toBe(true);
        } else if (action.do === "consume" && inbox.length > 0) {
          receiver.consumed(inbox.shift()!);
        } else if (action.do === "grant") {
          acks.push(receiver.grant());
        } else if (action.do === "deliver-ack" && acks.length > 0) {
          sender.consumed(acks.shift()!);
        }
      }
      for (const bytes of inbox) receiver.consumed(bytes);
      expect(receiver.waitingBytes).toBe(0);
      sender.consumed(receiver.grant());
      expect(sender.usedBytes).toBe(0);
      expect(sender.hasRoomForRecords(10 * limitBytes) && sender.hasRoomForChunk(10 * limitBytes)).toBe(true);
    }),
  );
});

test("chunks leave room for records", () => {
  const sender = new SendWindow(800);
  sender.sent(650);
  expect(sender.hasRoomForChunk(100)).toBe(false);
  expect(sender.hasRoomForRecords(150)).toBe(true);
});

test.each([
  ["takes credit back", 5],
  ["claims what was not sent", 101],
])("a peer that %s is told off", (_, consumed) => {
  const sender = new SendWindow(1000);
  sender.sent(100);
  sender.consumed(10);
  expect(() => sender.consumed(consumed)).toThrow(GatewayError);
  expect(() => sender.consumed(10)).not.toThrow();
});

test("a peer that sends without credit is told off", () => {
  const receiver = new ReceiveWindow(100);
  receiver.received(60);
  expect(() => receiver.received(41)).toThrow(GatewayError);
  receiver.consumed(60);
  expect(() => receiver.received(41)).toThrow(GatewayError);
  receiver.grant();
  receiver.received(500);
});

test("what needs no credit may follow a frame that is larger than the whole window", () => {
  const window = new ReceiveWindow(100);
  window.received(108);
  window.received(0);
  expect(() => window.received(1)).toThrow("credit window");
});
