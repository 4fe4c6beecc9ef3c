/**
 * The link port and the admin port are hammered by everybody who is not a peer, while two regions replicate: nothing is lost, the
 * stream is caught up during the flood, a peer gets in again, memory is bounded and every file descriptor comes back.
 */
import { readdir, readFile } from "node:fs/promises";
import { connect, type Socket } from "node:net";
import { expect, test } from "vitest";
import { eventually } from "../support/eventually.ts";
import { Pair } from "../support/pair.ts";
import { Workload } from "../support/workload.ts";

const MAX_GROWTH_BYTES = 200 * 1024 * 1024;
const CROWD = 500;
const RESETS = 2;
const UPGRADE =
  "GET /link HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n" +
  "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n";

/** A masked frame of zeroes, its mask zero too. `length` is what it claims. */
function frame(opcode: number, length: number | bigint, body: Buffer): Buffer {
  const head =
    length < 126
      ? Buffer.of(opcode, 0x80 | Number(length), 0, 0, 0, 0)
      : Buffer.concat([Buffer.of(opcode, 0xff), Buffer.alloc(8), Buffer.alloc(4)]);
  if (length >= 126) head.writeBigUInt64BE(BigInt.asUintN(64, BigInt(length)), 2);
  return Buffer.concat([head, body]);
}

const BINARY = 0x82;
const FIRST_FRAGMENT = 0x02;
const FRAGMENT = 0x00;
const PING = 0x89;
const COMPRESSED = 0xc2;

/** What one connection writes, piece by piece; undefined: nothing this time. */
type Assault = (turn: number) => Buffer | string | undefined;

/** All of them at once, so that each is there while the others are. */
const ON_LINK: readonly Assault[] = [
  // Headers dribbled and never finished.
  (turn) => (turn === 0 ? "GET /link HTTP/1.1\r\n" : `X-${turn}: 1\r\n`),
  // Silence.
  () => undefined,
  // Headers of 100 kB, a body without end.
  (turn) => (turn === 0 ? `GET /link HTTP/1.1\r\nX: ${"x".repeat(100_000)}` : undefined),
  (turn) => (turn === 0 ? "POST /link HTTP/1.1\r\nContent-Length: 999999999999\r\n\r\n" : "x".repeat(10_000)),
  // An upgrade, and then: silence, garbage, a frame of 2^63 bytes, the largest one in small pieces, pings, fragments, compression.
  (turn) => (turn === 0 ? UPGRADE : undefined),
  (turn) => (turn === 0 ? UPGRADE : Buffer.alloc(5000, turn * 37)),
  (turn) => (turn === 0 ? UPGRADE : frame(BINARY, 2n ** 63n, Buffer.alloc(1000))),
  (turn) => (turn === 0 ? UPGRADE : turn === 1 ? frame(BINARY, 1_000_000, Buffer.alloc(10_000)) : Buffer.alloc(10_000)),
  (turn) => (turn === 0 ? UPGRADE : Buffer.concat(Array(100).fill(frame(PING, 5, Buffer.alloc(5))))),
  (turn) =>
    turn === 0
      ? UPGRADE
      : Buffer.concat([frame(FIRST_FRAGMENT, 1, Buffer.alloc(1)), ...Array(100).fill(frame(FRAGMENT, 1, Buffer.alloc(1)))]),
  (turn) => (turn === 0 ? UPGRADE : frame(COMPRESSED, 5, Buffer.alloc(5))),
];

const ON_ADMIN: readonly Assault[] = [
  (turn) => (turn === 0 ? "GET /status HTTP/1.1\r\n" : `X-${turn}: 1\r\n`),
  () => undefined,
  (turn) => (turn === 0 ? `GET /status HTTP/1.1\r\nX: ${"x".repeat(100_000)}` : undefined),
  (turn) => (turn === 0 ? "POST /status HTTP/1.1\r\nContent-Length: 999999999999\r\n\r\n" : "x".repeat(10_000)),
  (turn) => Buffer.alloc(5000, turn * 37),
];

/** Keeps CROWD connections busy with these assaults: who is thrown out comes again, until disposal. */
class Flood implements AsyncDisposable {
  connections = 0;
  readonly #port: number;
  readonly #assaults: readonly Assault[];
  readonly #sockets = new Map<Socket, { readonly assault: Assault; turn: number }>();
  readonly #timer: NodeJS.Timeout;

  constructor(port: number, assaults: readonly Assault[]) {
    this.#port = port;
    this.#assaults = assaults;
    this.#timer = setInterval(() => this.#press(), 50);
  }

  #press(): void {
    for (let left = Math.min(50, CROWD - this.#sockets.size); left > 0; left--) {
      const socket = connect(this.#port, "127.0.0.1");
      this.#sockets.set(socket, { assault: this.#assaults[this.connections++ % this.#assaults.length]!, turn: 0 });
      socket.on("error", () => undefined);
      socket.on("close", () => this.#sockets.delete(socket));
      socket.resume();
    }
    for (const [socket, state] of this.#sockets) {
      if (socket.readyState !== "open" || socket.writableLength > 0) continue;
      const piece = state.assault(state.turn++);
      if (piece !== undefined) socket.write(piece);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    for (const socket of this.#sockets.keys()) socket.destroy();
  }
}

async function rssOf(pid: number): Promise<number> {
  return Number(/VmRSS:\s+(\d+) kB/.exec(await readFile(`/proc/${pid}/status`, "utf8"))![1]) * 1024;
}

const descriptorsOf = async (pid: number): Promise<number> => (await readdir(`/proc/${pid}/fd`)).length;

test("slow, silent, oversize, garbled and endless strangers crowd both ports while replication goes on", async () => {
  await using pair = await Pair.start();
  await using load = await Workload.start(pair.master.client(), { seed: 7, commandsPerSecond: 300 });
  await pair.caughtUp();
  const { link, admin } = pair.topology.ports["us-east"]!;
  const { pid } = pair.us;
  const [rssBefore, descriptorsBefore] = [await rssOf(pid), await descriptorsOf(pid)];
  const { fullSyncs } = (await pair.stream("us-east")).master!;
  let peak = 0;
  {
    await using onLink = new Flood(link, ON_LINK);
    await using onAdmin = new Flood(admin, ON_ADMIN);
    for (let reset = 1; reset <= RESETS; reset++) {
      await eventually(() => Math.min(onLink.connections, onAdmin.connections) >= reset * CROWD, { what: "the crowd" });
      // A peer whose link is cut gets in again.
      pair.proxy.reset();
      await eventually(async () => ((await pair.status("eu-west")).links[0]?.reconnects ?? 0) >= reset, { timeoutMs: 30_000 });
      await pair.caughtUp(30_000);
      await eventually(() => pair.stream("us-east"), { what: "an answer of the admin port" });
      peak = Math.max(peak, await rssOf(pid));
    }
  }
  await load.stop();
  await pair.caughtUp();
  expect(await pair.problems(load.ledgers)).toEqual([]);
  expect(peak - rssBefore).toBeLessThan(MAX_GROWTH_BYTES);
  await eventually(async () => (await descriptorsOf(pid)) <= descriptorsBefore + 2, { timeoutMs: 30_000, what: "the file descriptors" });
  const status = await pair.status("us-east");
  expect(status.streams[0]!.master!.fullSyncs).toBe(fullSyncs);
  expect(status.listener?.refusals["crowded"]).toBeGreaterThan(0);
  expect(pair.us.countEvents("admin.crowded")).toBeGreaterThan(0);
  // Said, and not once for each of thousands.
  expect(pair.us.countEvents("link.refused")).toBeGreaterThan(0);
  expect(pair.us.countEvents("link.refused")).toBeLessThan(100);
});
