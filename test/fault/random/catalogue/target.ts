/** The target: it restarts, refuses, hangs and drops us; whatever it has then, its checkpoint says so. */
import { setTimeout as sleep } from "node:timers/promises";
import { type Fault, fault } from "../fault.ts";
import { hangs, restarts } from "./server.ts";

/** A port that nobody listens on. */
const NOBODY = 1;

const restarted = restarts("target restart with AOF", 1_000);

const crashed = fault({
  kind: "target kill -9 with appendfsync everysec",
  parts: ["target"],
  draw: (random) => ({ downMs: random.between(0, 1_000) }),
  happen: async ({ target }, { downMs }) => {
    await target.kill9();
    await sleep(downMs);
    await target.restart();
  },
});

const frozen = hangs("target hangs");

const clientsKilled = fault({
  kind: "CLIENT KILL of the gateway at the target",
  // It would kill the clients of other faults too, and needs a server that listens.
  parts: ["target", "target line"],
  draw: (random) => ({ times: random.between(1, 5), everyMs: random.between(20, 500) }),
  happen: async ({ target }, { times, everyMs }) => {
    for (let left = times; left > 0; left--) {
      await target.call("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
      await sleep(everyMs);
    }
  },
});

const outOfMemory = fault({
  kind: "target out of memory",
  parts: ["target"],
  draw: (random) => ({ ms: random.between(200, 2_500) }),
  happen: async ({ target }, { ms }) => {
    await target.call("CONFIG", "SET", "maxmemory", 1);
    await sleep(ms);
    await target.call("CONFIG", "SET", "maxmemory", 0);
  },
});

const readOnly = fault({
  kind: "target READONLY",
  parts: ["target"],
  draw: (random) => ({ ms: random.between(200, 2_500) }),
  happen: async ({ target }, { ms }) => {
    await target.call("REPLICAOF", "127.0.0.1", NOBODY);
    await sleep(ms);
    await target.call("REPLICAOF", "NO", "ONE");
  },
});

const busy = fault({
  kind: "target BUSY with a script",
  parts: ["target"],
  draw: (random) => ({ ms: random.between(200, 2_500) }),
  happen: async ({ target }, { ms }) => {
    // A client that asks for INFO first would wait for the script's end.
    const [stray, saviour] = [target.client({ enableReadyCheck: false }), target.client({ enableReadyCheck: false })];
    const script = stray.call("EVAL", "while true do end", 0).catch(() => undefined);
    await sleep(ms);
    await saviour.call("SCRIPT", "KILL");
    await script;
    for (const client of [stray, saviour]) client.disconnect();
  },
});

const paused = fault({
  kind: "CLIENT PAUSE at the target",
  parts: ["target"],
  draw: (random) => ({ mode: random.pick(["ALL", "WRITE"]), ms: random.between(200, 2_500) }),
  happen: async ({ target }, { mode, ms }) => {
    await target.call("CLIENT", "PAUSE", ms, mode);
    await sleep(ms);
  },
});

export const TARGET_FAULTS: readonly Fault[] = [restarted, crashed, frozen, clientsKilled, outOfMemory, readOnly, busy, paused];
