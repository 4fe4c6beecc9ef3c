/** The master: it hangs, restarts, drops us, and gives its place to its replica. */
import { setTimeout as sleep } from "node:timers/promises";
import { eventually } from "../../../support/eventually.ts";
import { type Fault, fault } from "../fault.ts";
import { BACKLOG_BYTES, masterArgs, type World } from "../world.ts";

const FAILOVER_MS = 10_000;
const PAUSE_MS = 20_000;

const frozen = fault({
  kind: "master hangs",
  parts: ["master"],
  draw: (random) => ({ ms: random.between(200, 2_500) }),
  happen: async ({ master }, { ms }) => {
    master.pause();
    await sleep(ms);
    master.resume();
  },
});

const replicaKilled = fault({
  kind: "CLIENT KILL of the gateway at the master",
  // It needs a server that listens.
  parts: ["master", "master line"],
  draw: (random) => ({ times: random.between(1, 4), everyMs: random.between(50, 600) }),
  happen: async ({ master }, { times, everyMs }) => {
    for (let left = times; left > 0; left--) {
      await master.call("CLIENT", "KILL", "TYPE", "replica");
      await sleep(everyMs);
    }
  },
});

const paused = fault({
  kind: "CLIENT PAUSE at the master",
  parts: ["master"],
  draw: (random) => ({ mode: random.pick(["ALL", "WRITE"]), ms: random.between(200, 2_500) }),
  happen: async ({ master }, { mode, ms }) => {
    await master.call("CLIENT", "PAUSE", ms, mode);
    await sleep(ms);
  },
});

/** The RDB keeps the replication id and offset, but no backlog: whoever was at the end continues, so the gateway must be there. */
const restarted = fault({
  kind: "master restart with RDB",
  parts: ["origin", "master", "master line"],
  draw: () => ({}),
  happen: async (world) => {
    await world.replicaCaughtUp();
    await eventually(async () => (await world.origin.stream()).phase === "streaming", {
      timeoutMs: 20_000,
      what: "the gateway at the master",
    });
    await world.master.call("SHUTDOWN", "SAVE").catch(() => undefined);
    await eventually(() => !world.master.running, { what: "the master's end" });
    await world.master.restart(masterArgs());
    await world.replicaCaughtUp();
  },
});

/** An append-only file keeps the data and forgets the replication id. */
const crashed = fault({
  kind: "master kill -9 with AOF",
  parts: ["master", "master line"],
  allowsFullSync: true,
  draw: (random) => ({ ms: random.between(0, 800) }),
  happen: async (world, { ms }) => {
    const { master } = world;
    await master.call("CONFIG", "SET", "appendonly", "yes", "appendfsync", "always");
    const written = async () =>
      (await master.info("aof_rewrite_in_progress")) === "0" && (await master.info("aof_rewrite_scheduled")) === "0";
    await eventually(written, { what: "the append-only file" });
    await sleep(ms);
    await master.kill9();
    await master.restart([...masterArgs(), "--appendonly", "yes"]);
    await master.call("CONFIG", "SET", "appendonly", "no");
    await world.replicaCaughtUp();
  },
});

const overrun = fault({
  kind: "backlog overrun while the origin's gateway is down",
  parts: ["origin", "master", "master line"],
  allowsFullSync: true,
  draw: (random) => ({ backlogs: random.between(2, 4) }),
  happen: async (world, { backlogs }) => {
    await world.origin.kill9();
    const [client, value] = [world.master.client(), "x".repeat(64 * 1024)];
    for (let bytes = 0; bytes < backlogs * BACKLOG_BYTES; bytes += value.length) await client.set(`overrun:${bytes % 8}`, value);
    client.disconnect();
    await world.replicaCaughtUp();
    world.origin.start();
  },
});

const coordinated = fault({
  kind: "FAILOVER to the replica",
  parts: ["master", "master line"],
  draw: (random) => ({ lateMs: random.between(0, 500) }),
  happen: async (world, { lateMs }) => {
    await world.followed();
    await world.replicaCaughtUp();
    const { master, replica, service } = world;
    // PFCOUNT writes what it counted into the key, on a replica too: nobody may ask the old master for it any more.
    service.cut("blackhole");
    await master.call("FAILOVER", "TO", "127.0.0.1", replica.port, "TIMEOUT", FAILOVER_MS);
    await eventually(async () => (await replica.info("role")) === "master", { timeoutMs: FAILOVER_MS, what: "the failover" });
    await sleep(lateMs);
    world.swapMaster();
    service.heal();
    await world.replicaCaughtUp();
  },
});

/** The master dies, having given everything to its replica. */
const promoted = fault({
  kind: "master kill -9 and its replica promoted",
  parts: ["master", "master line"],
  draw: (random) => ({ downMs: random.between(0, 800) }),
  happen: async (world, { downMs }) => {
    await world.followed();
    const { master, replica } = world;
    // A ping that only we got would be a byte that the replica never had.
    await master.call("CONFIG", "SET", "repl-ping-replica-period", 3_600);
    await world.replicaCaughtUp();
    await master.call("CLIENT", "PAUSE", PAUSE_MS, "WRITE");
    await world.replicaCaughtUp();
    await replica.call("REPLICAOF", "NO", "ONE");
    await master.kill9();
    await sleep(downMs);
    world.swapMaster();
    await becomeReplica(world);
  },
});

async function becomeReplica(world: World): Promise<void> {
  await world.replica.restart(masterArgs());
  await world.attachReplica();
}

export const MASTER_FAULTS: readonly Fault[] = [frozen, replicaKilled, paused, restarted, crashed, overrun, coordinated, promoted];
