/** The replicas that are fed: they hang, restart, are cut off, promoted by mistake, and lose everything. */
import { setTimeout as sleep } from "node:timers/promises";
import { type Fault, fault } from "../fault.ts";
import { hangs, restarts } from "./server.ts";

const frozen = hangs("fed replica hangs");

/** Its RDB says which offset of whose history it has. */
const restarted = restarts("fed replica restart with RDB", 1_500);

/** It comes back with an older RDB, and goes on from there. */
const killed = fault({
  kind: "fed replica kill -9 after a SAVE",
  parts: ["target"],
  draw: (random) => ({ ms: random.between(0, 800), downMs: random.between(0, 800) }),
  happen: async ({ target }, { ms, downMs }) => {
    if ((await target.info("master_link_status")) !== "up") return "missed";
    await target.call("SAVE");
    await sleep(ms);
    await target.kill9();
    await sleep(downMs);
    await target.restart();
    return undefined;
  },
});

const clientKilled = fault({
  kind: "CLIENT KILL of the gateway at the fed replica",
  parts: ["target", "target line"],
  draw: (random) => ({ times: random.between(1, 4), everyMs: random.between(50, 600) }),
  happen: async ({ target }, { times, everyMs }) => {
    for (let left = times; left > 0; left--) {
      await target.call("CLIENT", "KILL", "TYPE", "master");
      await sleep(everyMs);
    }
  },
});

/** A write of its own makes its history another one: what it gets then replaces that. */
const promoted = fault({
  kind: "fed replica promoted by mistake and written to",
  parts: ["target", "target line"],
  allowsFullSync: true,
  draw: (random) => ({ ms: random.between(0, 800) }),
  happen: async ({ target, targetLine }, { ms }) => {
    await target.call("REPLICAOF", "NO", "ONE");
    await target.call("SET", "stray", "a write that no master knows");
    await sleep(ms);
    await target.call("REPLICAOF", "127.0.0.1", targetLine.port);
  },
});

const emptied = fault({
  kind: "a fed replica that lost everything",
  parts: ["target", "target line"],
  allowsFullSync: true,
  draw: () => ({}),
  happen: async ({ target, targetLine }) => {
    await target.call("REPLICAOF", "NO", "ONE");
    await target.call("FLUSHALL");
    await target.call("REPLICAOF", "127.0.0.1", targetLine.port);
  },
});

export const REPLICA_FAULTS: readonly Fault[] = [frozen, restarted, killed, clientKilled, promoted, emptied];
