/** A master that hangs for longer than we listen to silence: the connection is given up, and the next one continues. */
import { pino } from "pino";
import { expect, test } from "vitest";
import { systemClock } from "../../src/runtime/clock.ts";
import { Source } from "../../src/source/source.ts";
import { SourceStats } from "../../src/source/stats.ts";
import { StreamId } from "../../src/stream/position.ts";
import { eventually } from "../support/eventually.ts";
import { MemoryLog } from "../support/memory-log.ts";
import { RedisServer } from "../support/redis-server.ts";

test("DEBUG SLEEP longer than the read timeout", async () => {
  await using master = await RedisServer.start({ args: ["--enable-debug-command", "yes", "--repl-ping-replica-period", "1"] });
  const journal = new MemoryLog(StreamId.of("us-east"));
  const stats = new SourceStats();
  const stop = new AbortController();
  const address = { host: master.host, port: master.port };
  const common = { address, listeningPort: 1, journal, log: pino({ level: "silent" }), clock: systemClock, stats };
  let streamed = 0;
  const onStreaming = () => {
    streamed++;
  };
  const attach = () =>
    new Source({ ...common, onRecord: () => undefined, onStreaming, silenceMs: 2_500 }).run(stop.signal).catch((error: unknown) => error);
  const first = attach();
  await eventually(() => stats.phase === "streaming");
  const history = journal.current!.id;

  const sleeping = master.client().call("DEBUG", "SLEEP", "6");
  expect(await first).toMatchObject({ code: "SOURCE_CONNECTION", message: expect.stringContaining("silent") });
  expect(stats.lastError?.message).toContain("silent");
  // The system accepts connections for it; only its answer would count.
  expect(await attach()).toMatchObject({ code: "SOURCE_CONNECTION" });
  await sleeping;
  const last = attach();
  await eventually(() => stats.phase === "streaming");
  await master.call("SET", "k", "v");
  const end = BigInt((await master.info("master_repl_offset"))!);
  await eventually(() => journal.current!.tail.offset >= end);
  expect([journal.current!.id, stats.fullSyncs, stats.partialSyncs, streamed]).toEqual([history, 1, 1, 2]);
  stop.abort();
  await last;
});
