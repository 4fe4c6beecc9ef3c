/** BOUNDED: nobody may stand in the link port's door for long, silent or as a master that never ends its handshake. */
import { EventEmitter } from "node:events";
import type { Server } from "node:net";
import { Duplex } from "node:stream";
import { setImmediate as turn } from "node:timers/promises";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { guardDoor } from "../../../src/link/connection/front-door.ts";

beforeEach(() => vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] }));
afterEach(() => vi.useRealTimers());

/** What the server behind the door has taken, after `first` came over a new connection. */
async function knock(first: string | undefined) {
  const server = new EventEmitter();
  const taken: Duplex[] = [];
  server.on("connection", (socket: Duplex) => taken.push(socket));
  guardDoor(server as Server, () => undefined, new AbortController().signal);
  const socket = new Duplex({ read: () => undefined, write: (_bytes, _encoding, done) => done() });
  server.emit("connection", socket);
  if (first !== undefined) socket.push(Buffer.from(first));
  await turn();
  return { socket, taken };
}

test.each([
  ["who says nothing", undefined],
  ["a master that says little", "*1\r\n$4\r\nPI"],
])("BOUNDED: %s is let go after a while", async (_, first) => {
  const { socket, taken } = await knock(first);
  vi.advanceTimersByTime(4_900);
  expect(socket.destroyed).toBe(false);
  vi.advanceTimersByTime(200);
  expect([socket.destroyed, taken]).toEqual([true, []]);
});

test("who speaks goes on to the server, with its first byte, and the door forgets it", async () => {
  const { socket, taken } = await knock("GET /link");
  expect(taken).toEqual([socket]);
  expect(String(socket.read())).toBe("GET /link");
  vi.advanceTimersByTime(60_000);
  expect(socket.destroyed).toBe(false);
});
