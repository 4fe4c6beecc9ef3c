/** A master that is none: it answers the handshake and then sends what it likes. The source ends with a typed error and has stored nothing wrong. */
import { type AddressInfo, createServer, type Socket } from "node:net";
import { expect, test } from "vitest";
import { encodeCommand } from "../../src/resp/encode.ts";
import { systemClock } from "../../src/runtime/clock.ts";
import { MasterConnection } from "../../src/source/master-connection.ts";
import { Source } from "../../src/source/source.ts";
import { SourceStats } from "../../src/source/stats.ts";
import { eventually } from "../support/eventually.ts";
import { quiet, REPLID_A, STREAM } from "../support/link-pair.ts";
import { MemoryLog } from "../support/memory-log.ts";
import { makeRdb, rdbString } from "../support/stored-snapshot.ts";

class FakeMaster implements AsyncDisposable {
  readonly sockets = new Set<Socket>();
  readonly #server = createServer((socket) => {
    this.sockets.add(socket);
    socket.on("error", () => undefined);
    socket.on("data", (data) => this.#answer(socket, data.toString("latin1")));
  });
  readonly #afterPsync: (socket: Socket) => void;

  private constructor(afterPsync: (socket: Socket) => void) {
    this.#afterPsync = afterPsync;
  }

  static async listen(afterPsync: (socket: Socket) => void): Promise<FakeMaster> {
    const master = new FakeMaster(afterPsync);
    await new Promise<void>((resolve) => master.#server.listen(0, "127.0.0.1", resolve));
    return master;
  }

  get address() {
    return { host: "127.0.0.1", port: (this.#server.address() as AddressInfo).port };
  }

  #answer(socket: Socket, command: string): void {
    if (command.includes("PSYNC")) this.#afterPsync(socket);
    else if (!command.includes("ACK")) socket.write(command.includes("PING") ? "+PONG\r\n" : "+OK\r\n");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** Writes `head` and then `piece` again and again until nobody listens. */
function endlessly(socket: Socket, piece: Buffer, head = ""): void {
  socket.write(head);
  const more = () => {
    while (!socket.destroyed && socket.write(piece));
  };
  socket.on("drain", more);
  more();
}

const MIB = 1024 * 1024;
const FULL = `+FULLRESYNC ${REPLID_A} 100\r\n`;
const DIGITS = Buffer.alloc(65_536, "9");
const rdbOf = (db: string) => makeRdb([0xfa, rdbString("repl-stream-db"), rdbString(db)]);
const transferOf = (rdb: Buffer) => Buffer.concat([Buffer.from(`${FULL}$${rdb.length}\r\n`), rdb]);

test.each<[what: string, code: string, resumes: boolean, send: (socket: Socket) => void]>([
  ["garbage after +CONTINUE", "RESP_MALFORMED", true, (socket) => socket.write("+CONTINUE\r\n\x00\x01garbage\xff")],
  ["a negative count after +CONTINUE", "RESP_MALFORMED", true, (socket) => socket.write("+CONTINUE\r\n*-1\r\n")],
  ["a word of 2^62 bytes", "RESP_MALFORMED", true, (socket) => socket.write("+CONTINUE\r\n*1\r\n$4611686018427387904\r\n")],
  ["a number without end", "RESP_MALFORMED", true, (socket) => endlessly(socket, DIGITS, "+CONTINUE\r\n*")],
  ["+CONTINUE to somebody who has nothing", "RESP_MALFORMED", false, (socket) => socket.write("+CONTINUE\r\n")],
  ["an answer to PSYNC without end", "RESP_MALFORMED", false, (socket) => endlessly(socket, DIGITS)],
  ["an offset beyond 2^63", "RECORD_MALFORMED", false, (socket) => socket.write(`+FULLRESYNC ${REPLID_A} 9999999999999999999\r\n`)],
  ["an RDB of 2^62 bytes", "RESP_MALFORMED", false, (socket) => socket.write(`${FULL}$4611686018427387904\r\n`)],
  ["an RDB of -1 bytes", "RESP_MALFORMED", false, (socket) => socket.write(`${FULL}$-1\r\n`)],
  ["an RDB header without end", "RESP_MALFORMED", false, (socket) => endlessly(socket, DIGITS, `${FULL}$`)],
  ["an RDB that ends early", "SOURCE_CONNECTION", false, (socket) => socket.end(`${FULL}$1000\r\nREDIS0011`)],
  ["an RDB for database 1e99", "RDB_MALFORMED", false, (socket) => socket.write(transferOf(rdbOf("1e99")))],
  ["an RDB for database -7", "RDB_MALFORMED", false, (socket) => socket.write(transferOf(rdbOf("-7")))],
  ["something else than an RDB", "RDB_MALFORMED", false, (socket) => socket.write(transferOf(Buffer.alloc(300_000, "x")))],
])("%s: %s", async (_, code, resumes, send) => {
  await using master = await FakeMaster.listen(send);
  const journal = new MemoryLog(STREAM);
  const history = resumes ? journal.begin({ id: "1", replid: REPLID_A, offset: 100n }) : undefined;
  const options = { address: master.address, listeningPort: 1, log: quiet, clock: systemClock, stats: new SourceStats() };
  const source = new Source({ ...options, journal, onRecord: () => undefined });
  await expect(source.run(AbortSignal.timeout(30_000))).rejects.toMatchObject({ code });
  // SNAPSHOT_BEFORE_POSITION: what did not arrive whole is nowhere.
  expect(journal.current).toBe(history);
  if (history) expect(history.tail.offset).toBe(100n);
});

test("BOUNDED: a master that sends 32 MiB while nobody has asked for it is not read until somebody does", async () => {
  const flood = Buffer.alloc(32 * 1024 * 1024, "z");
  await using master = await FakeMaster.listen(() => undefined);
  const connection = await MasterConnection.open({ address: master.address, clock: systemClock }, AbortSignal.timeout(30_000));
  try {
    const socket = await eventually(() => [...master.sockets][0] ?? false);
    if (!socket) throw new Error("nobody came");
    // In pieces: Node counts a write as unsent until all of it has gone.
    for (let at = 0; at < flood.length; at += 65_536) socket.write(flood.subarray(at, at + 65_536));
    let unsent: readonly number[] = [-1];
    await eventually(() => {
      unsent = [socket.writableLength, ...unsent.slice(0, 39)];
      return unsent.length === 40 && new Set(unsent).size === 1;
    });
    expect(unsent[0]).toBeGreaterThan(0);
    let bytes = 0;
    await connection.converse<void>((chunk, done) => {
      bytes += chunk.length;
      if (bytes === flood.length) done(undefined, Buffer.alloc(0));
    }, AbortSignal.timeout(30_000));
    expect(bytes).toBe(flood.length);
  } finally {
    connection.close();
  }
});

test("BOUNDED: while the journal has no room the master is not read; once there is, it is", async () => {
  const command = encodeCommand("SET", "k", Buffer.alloc(8_000, "v"));
  await using master = await FakeMaster.listen((socket) => endlessly(socket, command, "+CONTINUE\r\n"));
  const journal = new MemoryLog(STREAM);
  journal.begin({ id: "1", replid: REPLID_A, offset: 100n });
  journal.full = true;
  const stats = new SourceStats();
  const options = { address: master.address, listeningPort: 1, log: quiet, clock: systemClock, stats, journal };
  const stop = new AbortController();
  const running = new Source({ ...options, onRecord: () => undefined }).run(stop.signal);
  let read: readonly number[] = [-1];
  await eventually(() => {
    read = [stats.bytesRead, ...read.slice(0, 19)];
    return stats.pauses > 0 && read.length === 20 && new Set(read).size === 1;
  });
  expect(read[0]).toBeLessThan(MIB);
  journal.full = false;
  await eventually(() => stats.bytesRead > 4 * MIB);
  stop.abort();
  await running.catch(() => undefined);
});

test("a record says when it was read by the wall clock as it is then, also when that has jumped: relative TTLs count from there", async () => {
  let wallMs = 1_700_000_000_000;
  await using master = await FakeMaster.listen((socket) => socket.write("+CONTINUE\r\n"));
  const journal = new MemoryLog(STREAM);
  const history = journal.begin({ id: "1", replid: REPLID_A, offset: 100n });
  const clock = { nowMs: systemClock.nowMs, wallMs: () => wallMs };
  const stats = new SourceStats();
  const options = { address: master.address, listeningPort: 1, log: quiet, clock, stats, journal };
  const read: number[] = [];
  const stop = new AbortController();
  const running = new Source({ ...options, onRecord: ({ readAtMs }) => read.push(readAtMs) }).run(stop.signal);
  await eventually(() => stats.phase === "streaming");
  const [socket] = master.sockets;
  const command = encodeCommand("SETEX", "k", 100, "v");
  for (const jumpMs of [0, -3_600_000, 7_200_000]) {
    wallMs += jumpMs;
    const { offset } = history.tail;
    socket!.write(command);
    await eventually(() => history.tail.offset > offset);
    expect(read.at(-1)).toBe(wallMs);
  }
  stop.abort();
  await running.catch(() => undefined);
});
