/** BOUNDED: however many come to a port, those that have not shown who they are never exceed the limit, and a flood costs its own address. */
import { EventEmitter } from "node:events";
import type { Server, Socket } from "node:net";
import { expect, test } from "vitest";
import { Crowd } from "../../../src/runtime/crowd.ts";

class Door {
  readonly server = new EventEmitter();
  readonly crowd: Crowd;
  readonly #inside = new Set<Socket>();
  evicted = 0;
  #port = 0;

  constructor(most: number) {
    this.crowd = new Crowd({ most, onEvicted: () => this.evicted++ });
    this.crowd.watch(this.server as Server);
  }

  enter(remoteAddress: string | undefined): Socket {
    const socket = new EventEmitter() as Socket;
    const destroy = () => {
      this.#inside.delete(socket);
      socket.emit("close", false);
      return socket;
    };
    Object.assign(socket, { remoteAddress, remotePort: ++this.#port, destroy });
    this.#inside.add(socket);
    this.server.emit("connection", socket);
    return socket;
  }

  has(socket: Socket): boolean {
    return this.#inside.has(socket);
  }

  get inside(): number {
    return this.#inside.size;
  }
}

test("BOUNDED: one goes for each that comes, and it is one of the address that holds the most", () => {
  const door = new Door(10);
  const peer = door.enter("192.0.2.1");
  for (let left = 1000; left > 0; left--) door.enter("203.0.113.9");
  expect([door.inside, door.crowd.size, door.evicted]).toEqual([10, 10, 991]);
  expect(door.has(peer)).toBe(true);
});

test("BOUNDED: who has shown who it is does not count and is not in danger; who leaves gives its place back", () => {
  const door = new Door(3);
  const peers = Array.from({ length: 3 }, () => door.enter("203.0.113.9"));
  for (const peer of peers) door.crowd.vouch(peer);
  expect(door.crowd.size).toBe(0);
  for (let round = 0; round < 5; round++) {
    const strangers = Array.from({ length: 3 }, () => door.enter("203.0.113.9"));
    expect(door.crowd.size).toBe(3);
    for (const stranger of strangers) stranger.destroy();
  }
  for (const peer of peers) peer.destroy();
  expect([door.evicted, door.crowd.size]).toEqual([0, 0]);
  const gone = door.enter(undefined);
  expect([door.has(gone), door.crowd.size]).toEqual([false, 0]);
});
