import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { eventually } from "../../support/eventually.ts";
import { WanProxy } from "../../support/wan-proxy.ts";

let server: Server;
let port: number;
/** What the far side got, and when the first byte of it came. */
let received: Buffer[];
let farSockets: Socket[];
let onFarSocket: (socket: Socket) => void;

const receivedBytes = (): Buffer => Buffer.concat(received);

beforeEach(async () => {
  received = [];
  farSockets = [];
  onFarSocket = (socket) => socket.on("data", (chunk: Buffer) => received.push(chunk));
  server = createServer((socket) => {
    farSockets.push(socket);
    socket.on("error", () => undefined);
    onFarSocket(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  port = (server.address() as { port: number }).port;
});

afterEach(() => {
  for (const socket of farSockets) socket.destroy();
  server.close();
});

async function dial(proxy: WanProxy): Promise<Socket> {
  const socket = connect({ port: proxy.port, host: proxy.host, noDelay: true });
  socket.on("error", () => undefined);
  await once(socket, "connect");
  return socket;
}

test("bytes keep their order under jitter and none is lost", async () => {
  await using proxy = await WanProxy.start({ target: { port }, up: { delayMs: 2, jitterMs: 15 } });
  const socket = await dial(proxy);
  const sent: Buffer[] = [];
  for (let index = 0; index < 200; index++) {
    const piece = Buffer.from(`${index},`);
    sent.push(piece);
    socket.write(piece);
    if (index % 10 === 0) await delay(1);
  }
  socket.end();
  const wanted = Buffer.concat(sent);
  await eventually(() => receivedBytes().length === wanted.length);
  expect(receivedBytes().equals(wanted)).toBe(true);
  expect(proxy.bytes.up).toBe(wanted.length);
});

test("nothing arrives before its delay, in either direction", async () => {
  onFarSocket = (socket) => socket.pipe(socket);
  await using proxy = await WanProxy.start({ target: { port }, rttMs: 60 });
  const socket = await dial(proxy);
  for (let round = 0; round < 5; round++) {
    const sentAtMs = performance.now();
    socket.write("ping");
    await once(socket, "data");
    expect(performance.now() - sentAtMs).toBeGreaterThanOrEqual(60);
  }
});

test("bandwidth is a floor on the time a transfer takes", async () => {
  await using proxy = await WanProxy.start({ target: { port }, up: { bytesPerSecond: 1_000_000 } });
  const socket = await dial(proxy);
  const sentAtMs = performance.now();
  socket.write(Buffer.alloc(200_000));
  await eventually(() => receivedBytes().length === 200_000);
  expect(performance.now() - sentAtMs).toBeGreaterThanOrEqual(195);
});

test("what is under way is bounded: a receiver that does not read stops the sender", async () => {
  onFarSocket = (socket) => socket.pause();
  await using proxy = await WanProxy.start({ target: { port }, up: { bufferBytes: 256 * 1024 } });
  const socket = await dial(proxy);
  const piece = Buffer.alloc(1024 * 1024);
  // Kernel buffers take some megabytes at either side; a proxy without a bound would take it all.
  let written = 0;
  while (written < 256 && socket.write(piece, () => undefined)) written++;
  for (let index = 0; index < 255; index++) socket.write(piece);
  await eventually(() => farSockets.length === 1);
  await delay(300);
  expect(socket.writableLength).toBeGreaterThan(128 * 1024 * 1024);
  expect(proxy.bytes.up).toBeLessThan(64 * 1024 * 1024);
});

test("a blackhole keeps connections open, passes nothing, and delivers what it held when healed", async () => {
  await using proxy = await WanProxy.start({ target: { port } });
  const socket = await dial(proxy);
  socket.write("before,");
  await eventually(() => receivedBytes().toString() === "before,");
  proxy.cut("blackhole");
  socket.write("during,");
  const late = await dial(proxy);
  late.write("late,");
  await delay(100);
  expect(receivedBytes().toString()).toBe("before,");
  expect(socket.destroyed).toBe(false);
  expect(farSockets.length).toBe(1);
  proxy.heal();
  await eventually(() => receivedBytes().length === "before,during,late,".length);
  expect(receivedBytes().toString()).toMatch(/^before,(during,late,|late,during,)$/);
});

test("a reset closes both ends and refuses new connections until healed", async () => {
  await using proxy = await WanProxy.start({ target: { port } });
  const socket = await dial(proxy);
  await eventually(() => farSockets.length === 1);
  proxy.cut("reset");
  await eventually(() => socket.destroyed && farSockets[0]!.destroyed);
  const refused = connect({ port: proxy.port, host: proxy.host });
  refused.on("error", () => undefined);
  await eventually(() => refused.destroyed);
  expect(farSockets.length).toBe(1);
  proxy.heal();
  const again = await dial(proxy);
  again.write("again");
  await eventually(() => receivedBytes().toString() === "again");
});

test("a cut after N bytes lets exactly N through and the next connection works", async () => {
  await using proxy = await WanProxy.start({ target: { port } });
  proxy.cutAfter(1_000, "up");
  const socket = await dial(proxy);
  socket.write(Buffer.alloc(600));
  socket.write(Buffer.alloc(600));
  await eventually(() => socket.destroyed);
  await eventually(() => receivedBytes().length === 1_000);
  const again = await dial(proxy);
  again.write(Buffer.alloc(5_000));
  await eventually(() => receivedBytes().length === 6_000);
});

test("an end passes on, after the bytes before it, and the other half stays open", async () => {
  onFarSocket = (socket) => {
    socket.on("data", (chunk: Buffer) => received.push(chunk));
    socket.on("end", () => socket.end("answer"));
  };
  server.close();
  server = createServer({ allowHalfOpen: true }, (socket) => {
    farSockets.push(socket);
    onFarSocket(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  port = (server.address() as { port: number }).port;
  await using proxy = await WanProxy.start({ target: { port }, rttMs: 10 });
  const socket = connect({ port: proxy.port, host: proxy.host, allowHalfOpen: true });
  socket.end("question");
  const [answer] = await once(socket, "data");
  expect(String(answer)).toBe("answer");
  expect(receivedBytes().toString()).toBe("question");
  await eventually(() => proxy.connections === 0);
});

test("a target that is not there is a reset for the client", async () => {
  server.close();
  await once(server, "close");
  await using proxy = await WanProxy.start({ target: { port } });
  const socket = await dial(proxy);
  await eventually(() => socket.destroyed);
});

test("a one-way blackhole swallows one direction of old and new connections until healed", async () => {
  onFarSocket = (socket) => socket.on("data", (chunk: Buffer) => received.push(chunk)).write("hello");
  await using proxy = await WanProxy.start({ target: { port } });
  proxy.cut("blackhole", ["up"]);
  const socket = await dial(proxy);
  socket.write("lost for now");
  expect(String((await once(socket, "data"))[0])).toBe("hello");
  farSockets[0]!.write("still");
  expect(String((await once(socket, "data"))[0])).toBe("still");
  expect(receivedBytes().length).toBe(0);
  proxy.heal();
  await eventually(() => receivedBytes().toString() === "lost for now");
});

test("a half-open connection stays open and mute, even after a heal; the next one works", async () => {
  await using proxy = await WanProxy.start({ target: { port } });
  const mute = await dial(proxy);
  await eventually(() => farSockets.length === 1);
  proxy.halfOpen();
  mute.write("never,");
  proxy.heal();
  const next = await dial(proxy);
  next.write("next");
  await eventually(() => receivedBytes().toString() === "next");
  farSockets[0]!.destroy();
  next.write(",and on");
  await eventually(() => receivedBytes().toString() === "next,and on");
  expect(mute.destroyed).toBe(false);
});

test("a stalled piece comes late", async () => {
  await using proxy = await WanProxy.start({ target: { port }, up: { stallRate: 1, stallMs: 120 } });
  const socket = await dial(proxy);
  const sentAtMs = performance.now();
  socket.write("first,");
  await eventually(() => receivedBytes().toString() === "first,");
  expect(performance.now() - sentAtMs).toBeGreaterThanOrEqual(120);
});

test("an address that moves resets what it carried and leads elsewhere", async () => {
  const elsewhere = createServer((socket) => socket.on("error", () => undefined).end("elsewhere"));
  await new Promise<void>((resolve) => elsewhere.listen(0, "127.0.0.1", resolve));
  await using proxy = await WanProxy.start({ target: { port } });
  const before = await dial(proxy);
  await eventually(() => farSockets.length === 1);
  proxy.moveTo((elsewhere.address() as { port: number }).port);
  await eventually(() => before.destroyed);
  const after = await dial(proxy);
  expect(String((await once(after, "data"))[0])).toBe("elsewhere");
  elsewhere.close();
});
