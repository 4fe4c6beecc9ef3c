/** Another snapshot of the running history, ordered while the log of that history stalls or is replaced. */
import { pino } from "pino";
import { expect, test } from "vitest";
import { systemClock } from "../../src/runtime/clock.ts";
import { SnapshotOrder, SnapshotTaker } from "../../src/source/snapshot-taker.ts";
import { SourceStats } from "../../src/source/stats.ts";
import { HistoryId, Offset, Replid, StreamId } from "../../src/stream/position.ts";
import { eventually } from "../support/eventually.ts";
import { MemoryLog } from "../support/memory-log.ts";
import { RedisServer } from "../support/redis-server.ts";
import { WanProxy } from "../support/wan-proxy.ts";
import { writeBlobs } from "../support/writes.ts";

/** A log of the master's history that has neither a snapshot nor the master's newest bytes, and a taker that waits for these. */
async function stalled(master: RedisServer, port: number) {
  const replica = await RedisServer.start({ args: ["--replicaof", `127.0.0.1 ${master.port}`] });
  await eventually(async () => (await replica.info("master_link_status")) === "up");
  await writeBlobs(master.client(), "blob", 10);
  await replica[Symbol.asyncDispose]();

  const journal = new MemoryLog(StreamId.of("us-east"));
  const replid = Replid.of((await master.info("master_replid"))!);
  const history = journal.begin({ id: "1", replid, offset: 0n });
  history.snapshot = undefined;
  const [order, stats, stop] = [new SnapshotOrder(), new SourceStats(), new AbortController()];
  const address = { host: "127.0.0.1", port };
  const options = { address, listeningPort: 1, journal, log: pino({ level: "silent" }), clock: systemClock, stats, order };
  order.place();
  const ended = new SnapshotTaker(options).run(stop.signal).catch((error: unknown) => error);
  await eventually(() => stats.fullSyncs === 1);
  return {
    journal,
    history,
    ended,
    async [Symbol.asyncDispose]() {
      stop.abort();
      await ended;
    },
  };
}

test("BOUNDED: until the log is there, the snapshot's bytes stay at the master", async () => {
  await using master = await RedisServer.start();
  await writeBlobs(master.client(), "filling", 6_000);
  // What is not read fills the line's buffers, and then the master waits.
  await using line = await WanProxy.start({ target: { port: master.port }, down: { bufferBytes: 1024 * 1024 } });
  await using taking = await stalled(master, line.port);
  let passed = -1;
  await eventually(
    () => {
      const before = passed;
      passed = line.bytes.down;
      return passed > 0 && passed === before;
    },
    { intervalMs: 300, what: "a line that is full" },
  );
  expect(passed).toBeLessThan(30_000_000);

  const end = Offset.of((await master.info("master_repl_offset"))!);
  taking.history.tail = { ...taking.history.tail, offset: end };
  taking.journal.advanced();
  await eventually(() => taking.history.snapshot?.state === "complete", { timeoutMs: 30_000 });
  expect(taking.history.snapshot?.rdbBytes).toBeGreaterThan(60_000_000);
});

test("the history is replaced meanwhile: the taker gives up and is free for the next order", async () => {
  await using master = await RedisServer.start();
  await using taking = await stalled(master, master.port);
  taking.journal.begin({ id: "2", replid: Replid.of("b".repeat(40)), offset: 0n });
  expect(await taking.ended).toMatchObject({ code: "SOURCE_NOT_READY" });
  expect(taking.journal.current?.id).toBe(HistoryId.of("2".padStart(16, "0")));
});
