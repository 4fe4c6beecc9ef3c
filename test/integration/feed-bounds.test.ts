/** What replicas and strangers can cost the feed: connections made by hand, on a log in memory. */
import { connect, type Socket } from "node:net";
import { pino } from "pino";
import { expect, test } from "vitest";
import { Feed } from "../../src/delivery/feed/feed.ts";
import { FeedStats } from "../../src/delivery/feed/feed-stats.ts";
import { systemClock } from "../../src/runtime/clock.ts";
import { Offset, Replid, StreamId } from "../../src/stream/position.ts";
import { encodeRecord } from "../../src/stream/record.ts";
import { eventually } from "../support/eventually.ts";
import { freePort } from "../support/free-port.ts";
import { type MemoryHistory, MemoryLog } from "../support/memory-log.ts";

const REPLID = Replid.of("a".repeat(40));
const MOST = 64;
const MIB = 2 ** 20;

type Visitor = { readonly socket: Socket; heard: string; heardBytes: number; isGone: boolean };

async function feeding() {
  const port = await freePort();
  const journal = new MemoryLog(StreamId.of("us-east"));
  const stats = new FeedStats();
  const stop = new AbortController();
  const running = new Feed({
    ...{ host: "127.0.0.1", port, login: { username: "default" }, journal, stats, clock: systemClock, log: pino({ level: "silent" }) },
    supply: { take: () => Promise.reject(new Error("nobody gives one")), request: () => undefined },
  }).run(stop.signal);
  await eventually(() => stats.listening);
  const visitors: Visitor[] = [];
  return {
    journal,
    stats,
    visitors,
    /** Says this, if anything, and remembers how the answer begins. */
    visit(says = ""): Visitor {
      const visitor: Visitor = { socket: connect(port, "127.0.0.1"), heard: "", heardBytes: 0, isGone: false };
      visitor.socket
        .on("data", (bytes: Buffer) => {
          visitor.heardBytes += bytes.length;
          if (visitor.heard.length < 100) visitor.heard += bytes.toString("latin1", 0, 100);
        })
        .on("error", () => undefined)
        .on("close", () => (visitor.isGone = true));
      if (says !== "") visitor.socket.write(says);
      visitors.push(visitor);
      return visitor;
    },
    async [Symbol.asyncDispose]() {
      for (const { socket } of visitors) socket.destroy();
      stop.abort();
      await running;
    },
  };
}

const begin = (journal: MemoryLog) => journal.begin({ id: "1", replid: REPLID, offset: 1000n });
const RESUME = `PSYNC ${REPLID} 1001\r\n`;

function append(history: MemoryHistory, payload: Buffer): void {
  const { offset: from, replid } = history.tail;
  const span = { from, to: Offset.plus(from, payload.length), replid, db: 0, dbAfter: 0, commands: 1, readAtMs: 1, open: false };
  history.append(encodeRecord(span, payload));
}

test("BOUNDED: at most 64 replicas are fed; who comes then is told so and counted, and nobody loses his place", async () => {
  await using feed = await feeding();
  begin(feed.journal);
  await eventually(() => feed.journal.current !== undefined);
  for (let index = 0; index < MOST; index++) feed.visit(RESUME);
  await eventually(() => expect(feed.stats.replicas()).toHaveLength(MOST));
  const late = feed.visit(RESUME);
  await eventually(() => expect(late.heard).toBe("-ERR max number of replicas reached\r\n"));
  expect([feed.stats.refusals, feed.stats.replicas().length, feed.stats.disconnects]).toEqual([1, MOST, 0]);
});

test("BOUNDED: replicas that wait for a snapshot which does not come are no more than those that are fed", async () => {
  await using feed = await feeding();
  for (let index = 0; index < MOST; index++) feed.visit("PSYNC ? -1\r\n");
  await eventually(() => expect(feed.visitors.every(({ heard }) => heard.startsWith("\n"))).toBe(true));
  const late = feed.visit("PSYNC ? -1\r\n");
  await eventually(() => expect(late.heard).toContain("-ERR max number of replicas reached"));
  feed.visitors[0]!.socket.destroy();
  await eventually(async () => {
    const next = feed.visit("PSYNC ? -1\r\n");
    await eventually(() => expect(next.heard).not.toBe(""));
    return !next.heard.startsWith("-ERR");
  });
});

test("BOUNDED: of strangers that say nothing the 65th costs another one its place, never a replica", async () => {
  await using feed = await feeding();
  begin(feed.journal);
  const replica = feed.visit(RESUME);
  await eventually(() => expect(feed.stats.replicas()).toHaveLength(1));
  for (let index = 0; index < 100; index++) feed.visit();
  await eventually(() => expect(feed.visitors.filter(({ isGone }) => isGone)).toHaveLength(100 - MOST));
  expect([feed.stats.refusals, replica.isGone, feed.stats.replicas().length]).toEqual([100 - MOST, false, 1]);
});

test("BOUNDED: a replica that reads nothing is waited for: its bytes stay in the journal", async () => {
  await using feed = await feeding();
  const history = begin(feed.journal);
  const [slow, fast] = [feed.visit(RESUME), feed.visit(RESUME)];
  await eventually(() => expect(feed.stats.replicas()).toHaveLength(2));
  slow.socket.pause();
  const slowAddress = `127.0.0.1:${slow.socket.localPort}`;
  const payload = Buffer.alloc(MIB, "*1\r\n$4\r\nPING\r\n");
  for (let index = 0; index < 32; index++) append(history, payload);
  await eventually(() => expect(fast.heardBytes).toBeGreaterThan(32 * MIB));
  const sent = feed.stats.replicas().find(({ address }) => address === slowAddress)!.sent;
  expect(sent - 1000n).toBeLessThan(BigInt(16 * MIB));
  slow.socket.resume();
  await eventually(() => expect(slow.heardBytes).toBe(fast.heardBytes));
});

test("what waits for a replica that reads nothing is sent as it was", async () => {
  await using feed = await feeding();
  const history = begin(feed.journal);
  const slow = feed.visit(RESUME);
  await eventually(() => expect(slow.heard).toContain("+CONTINUE"));
  const heard: Buffer[] = [];
  slow.socket.pause().on("data", (bytes: Buffer) => heard.push(bytes));
  // Small ones, of which several wait for the socket at once, and more of them than the machine's own buffers hold.
  const payloads = Array.from({ length: 4096 }, (_, index) => Buffer.alloc(4096, `${index} `));
  for (const payload of payloads) append(history, payload);
  await eventually(() => expect(feed.stats.replicas()[0]!.sent).toBeGreaterThan(MIB));
  slow.socket.resume();
  await eventually(() => heard.reduce((sum, { length }) => sum + length, 0) === 16 * MIB);
  expect(Buffer.concat(heard).equals(Buffer.concat(payloads))).toBe(true);
});
