/** Frames lie in a ring until the socket has them: what waits for a slow peer is never written over. */
import { once } from "node:events";
import type { AddressInfo, Socket } from "node:net";
import { expect, test } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { LinkConnection, WEBSOCKET_OPTIONS } from "../../src/link/connection/connection.ts";
import { systemClock } from "../../src/runtime/clock.ts";
import { StreamId } from "../../src/stream/position.ts";
import type { RecordsFrame } from "../../src/wire/frames.ts";
import { eventually } from "../support/eventually.ts";

const FRAMES = 150;
const STREAM = StreamId.of("eu-west");

/** Of sizes that fill the ring unevenly, some larger than it. */
function frame(index: number): RecordsFrame {
  const bytes = index % 50 === 49 ? 1_040_000 : 1_000 + ((index * 7_919) % 200_000);
  return { kind: "records", stream: STREAM, records: [Buffer.alloc(bytes, index)] };
}

test("frames that wait for a peer that does not read arrive as they were", async () => {
  await using server = await listen();
  const dialed = new WebSocket(`ws://127.0.0.1:${server.port}`, WEBSOCKET_OPTIONS);
  const [[accepted]] = await Promise.all([once(server.server, "connection") as Promise<[WebSocket]>, once(dialed, "open")]);
  const received: RecordsFrame[] = [];
  const receiver = new LinkConnection({ ws: dialed, socket: socketOf(dialed), clock: systemClock });
  receiver.onFrame((got) => got.kind === "records" && received.push(got));
  const sender = new LinkConnection({ ws: accepted, socket: socketOf(accepted), clock: systemClock });

  receiver.pause();
  for (let index = 0; index < FRAMES; index++) {
    sender.send(frame(index));
    // Its room is not that of the records.
    sender.send({ kind: "pong", id: index, pingSentAtMs: 0, receivedAtMs: 0, sentAtMs: 0 });
    // Some are sent from the ring while earlier ones are still on their way.
    if (index % 10 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  expect(sender.bufferedBytes).toBeGreaterThan(2_000_000);
  receiver.resume();
  await eventually(() => received.length === FRAMES);

  for (const [index, got] of received.entries()) expect(got.records[0]!.equals(frame(index).records[0]!), `frame ${index}`).toBe(true);
  sender.bye("done");
  receiver.bye("done");
  await Promise.all([sender.closed, receiver.closed]);
});

async function listen() {
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1", ...WEBSOCKET_OPTIONS });
  await once(server, "listening");
  return { server, port: (server.address() as AddressInfo).port, [Symbol.asyncDispose]: async () => void server.close() };
}

function socketOf(ws: WebSocket): Socket {
  return (ws as unknown as { readonly _socket: Socket })._socket;
}
