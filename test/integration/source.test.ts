/** The source against a real master: both kinds of full sync, GETACK, and what the master is told. */
import { pino } from "pino";
import { expect, test } from "vitest";
import { systemClock } from "../../src/runtime/clock.ts";
import { Source } from "../../src/source/source.ts";
import { SourceStats } from "../../src/source/stats.ts";
import type { Progress } from "../../src/stream/log.ts";
import { Offset, StreamId } from "../../src/stream/position.ts";
import { eventually } from "../support/eventually.ts";
import { MemoryLog } from "../support/memory-log.ts";
import { RedisServer } from "../support/redis-server.ts";

/** A log whose disk is as slow as the test wants: nothing beyond `durable` is durable. */
class SlowDiskLog extends MemoryLog {
  durable: Offset | undefined;

  override get progress(): Progress | undefined {
    const { progress } = { progress: super.progress };
    if (progress?.durable === undefined || this.durable === undefined) return progress;
    return { ...progress, durable: { ...progress.durable, offset: this.durable } };
  }
}

function tail(master: RedisServer, journal: MemoryLog) {
  const stop = new AbortController();
  const stats = new SourceStats();
  const address = { host: master.host, port: master.port };
  const log = pino({ level: "silent" });
  const source = new Source({
    address,
    listeningPort: 1,
    journal,
    log,
    clock: systemClock,
    stats,
    onRecord: () => undefined,
    ackIntervalMs: 50,
  });
  const ended = source.run(stop.signal).catch((error: unknown) => error);
  return {
    stats,
    async [Symbol.asyncDispose]() {
      stop.abort();
      await ended;
    },
  };
}

test.each(["yes", "no"])("full sync with repl-diskless-sync %s, then the stream to its last byte", async (diskless) => {
  await using master = await RedisServer.start({ args: ["--repl-diskless-sync", diskless] });
  for (let index = 0; index < 2_000; index++) await master.call("SET", `key:${index}`, "v".repeat(200));
  const journal = new MemoryLog(StreamId.of("us-east"));
  await using tailing = tail(master, journal);
  await eventually(() => tailing.stats.phase === "streaming");
  expect(journal.current?.snapshot?.rdbBytes).toBeGreaterThan(10_000);
  await master.call("SELECT", "3");
  await master.call("INCR", "counter");
  const end = BigInt((await master.info("master_repl_offset"))!);
  await eventually(() => journal.current!.tail.offset >= end);
  expect(await master.info("sync_full")).toBe("1");
});

test("ACK_AFTER_DURABLE: WAIT counts us only once the write is on our disk", async () => {
  await using master = await RedisServer.start();
  const journal = new SlowDiskLog(StreamId.of("us-east"));
  await using tailing = tail(master, journal);
  await eventually(() => tailing.stats.phase === "streaming");
  journal.durable = journal.current!.tail.offset;
  const client = master.client();
  await client.set("k", "v");
  expect(await client.wait(1, 500)).toBe(0);
  const written = Offset.of((await master.info("master_repl_offset"))!);
  await eventually(() => journal.current!.tail.offset >= written);
  expect(tailing.stats.acked!.offset).toBeLessThan(written);
  journal.durable = undefined;
  expect(await client.wait(1, 5_000)).toBe(1);
});
