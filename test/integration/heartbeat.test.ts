/** Heartbeats through a real master: measured, refused by the ACL, and a server that does not replicate them. */
import { readFileSync } from "node:fs";
import { pino } from "pino";
import { expect, test } from "vitest";
import { MasterDelay } from "../../src/lag/master-delay.ts";
import { systemClock } from "../../src/runtime/clock.ts";
import { HeartbeatSender } from "../../src/source/heartbeat-sender.ts";
import type { MasterAddress } from "../../src/source/master-connection.ts";
import { Source } from "../../src/source/source.ts";
import { SourceStats } from "../../src/source/stats.ts";
import { HeartbeatCode } from "../../src/stream/heartbeat.ts";
import { StreamId } from "../../src/stream/position.ts";
import { eventually } from "../support/eventually.ts";
import { MemoryLog } from "../support/memory-log.ts";
import { RedisServer } from "../support/redis-server.ts";

/** `hurryMs`: how much sooner than the gateway a heartbeat is given up. */
function tail(address: MasterAddress, { hurryMs = 0, clock = systemClock } = {}) {
  const stop = new AbortController();
  const stats = new SourceStats();
  const master = new MasterDelay();
  const code = new HeartbeatCode("0123456789abcdef");
  const said: string[] = [];
  const log = pino({ level: "warn" }, { write: (line: string) => said.push(line) });
  const source = new Source({
    ...{ address, listeningPort: 1, journal: new MemoryLog(StreamId.of("us-east")), log, clock, stats },
    heartbeat: { code, onReturned: (sentAtMs, offset) => master.onReturned(sentAtMs, offset) },
    onRecord: (record) => void master.executedAtMs(record),
    onStreaming: () => master.forget(),
  });
  const sender = new HeartbeatSender({
    ...{ address, intervalMs: 50, code, log, clock, stats },
    onSent: (sentAtMs) => master.onSent(sentAtMs),
    onForgotten: () => master.forget(),
    isUnreturned: () => master.isUnreturned(clock.nowMs() + hurryMs, stats.readSinceMs),
  });
  const ended = Promise.allSettled([source.run(stop.signal), sender.run(stop.signal)]);
  return {
    stats,
    master,
    said,
    async [Symbol.asyncDispose]() {
      stop.abort();
      await ended;
    },
  };
}

test("a heartbeat returns in the stream and touches no key", async () => {
  await using server = await RedisServer.start();
  await using tailing = tail({ host: server.host, port: server.port });
  await eventually(() => tailing.master.returned > 3);
  expect(tailing.master.delayMs).toBeGreaterThanOrEqual(0);
  expect(tailing.stats.heartbeatTrouble).toBeUndefined();
  expect(await server.call("DBSIZE")).toBe(0);
});

test("a heartbeat that has returned is not waited for, whatever the clock says below a microsecond; one that does not is", async () => {
  await using server = await RedisServer.start();
  const nowMs = () => Math.floor(systemClock.nowMs()) + 1 / 4096;
  await using tailing = tail({ host: server.host, port: server.port }, { clock: { ...systemClock, nowMs } });
  await eventually(() => tailing.master.returned > 3);
  await eventually(() => tailing.master.stalledMs(nowMs() + 60_000, undefined) === 0);
  server.pause();
  try {
    await eventually(() => tailing.master.stalledMs(nowMs(), undefined) > 200);
  } finally {
    server.resume();
  }
});

test("the rights of deploy/SECURITY.md, and the one for heartbeats, are enough, and reach no other channel", async () => {
  const document = readFileSync(new URL("../../deploy/SECURITY.md", import.meta.url), "utf8");
  const [, minimal] = /^ACL SETUSER causeway-source (.*)$/m.exec(document)!;
  const [, heartbeat] = /`(\+publish &[^`]+)`/.exec(document)!;
  await using server = await RedisServer.start();
  await server.call("ACL", "SETUSER", "causeway-source", ...`${minimal} ${heartbeat}`.split(" "));
  const login = { username: "causeway-source", password: "source-secret" };
  await using tailing = tail({ host: server.host, port: server.port, ...login });
  await eventually(() => tailing.master.returned > 3);
  expect([tailing.stats.heartbeatTrouble, tailing.said]).toEqual([undefined, []]);
  await expect(server.client(login).publish("another", "x")).rejects.toThrow(/NOPERM/);
  await expect(server.client(login).get("key")).rejects.toThrow(/NOPERM/);
});

test("NEVER_SILENT: where the ACL forbids PUBLISH that is said once, and nothing is measured", async () => {
  await using server = await RedisServer.start();
  await server.call("ACL", "SETUSER", "causeway", "on", ">secret", "+psync", "+replconf", "+ping");
  await using tailing = tail({ host: server.host, port: server.port, username: "causeway", password: "secret" });
  await eventually(() => tailing.stats.heartbeatTrouble !== undefined);
  expect(tailing.stats.phase).toBe("streaming");
  expect(tailing.stats.heartbeatTrouble).toContain("NOPERM");
  expect(tailing.said).toHaveLength(1);
  expect(tailing.said[0]).not.toContain("secret");
  expect(tailing.master.stalledMs(systemClock.nowMs() + 60_000, undefined)).toBe(0);
});

test("a replica takes the heartbeat and does not replicate it: unknown, not late", async () => {
  await using server = await RedisServer.start();
  await using replica = await RedisServer.start();
  await replica.call("REPLICAOF", server.host, server.port);
  await eventually(async () => (await replica.info("master_link_status")) === "up");
  await using tailing = tail({ host: replica.host, port: replica.port }, { hurryMs: 4_800 });
  await eventually(() => tailing.stats.heartbeatTrouble !== undefined);
  expect(tailing.stats.heartbeatTrouble).toContain("does not replicate");
  expect(tailing.master.stalledMs(systemClock.nowMs() + 60_000, undefined)).toBe(0);
});
