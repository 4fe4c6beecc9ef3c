/** One run of one scenario on one system, an outage, and a first sync. Everything measured is a plain number with its unit in the name. */
import { fork } from "node:child_process";
import { readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { peakMemoryBytes } from "../../support/memory-peak.ts";
import { reapProcess } from "../../support/reaper.ts";
import type { RedisServer } from "../../support/redis-server.ts";
import type { LoadDone, LoadOrder } from "./load.ts";
import { median } from "./median.ts";
import type { Lag, ObserverOrder } from "./observer.ts";
import { NETWORKS, type Scenario, type SystemName } from "./scenario.ts";
import { System } from "./system.ts";

export type Run = {
  readonly system: SystemName;
  readonly commands: number;
  /** Of the commands, until the last one is visible on the replica. */
  readonly commandsPerSecond: number;
  readonly lag: Lag;
  /** User and system seconds by process, for a million commands. */
  readonly cpuPerMillion: Readonly<Record<string, number>>;
  /** Since the process started. */
  readonly peakMiB: Readonly<Record<string, number>>;
  readonly streamBytes: number;
  readonly wireBytes: number;
  /** Refusals of the server, and keys that one side lacks: anything but 0 spoils the run. */
  readonly wrong: number;
};

const CLOCK_TICKS = 100;
const MIB = 1024 * 1024;

/** User and system seconds of a process so far (Linux, proc(5)). */
function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]!.split(" ");
  return (Number(fields[11]) + Number(fields[12])) / CLOCK_TICKS;
}

export async function measure(system: System, { load, rate, seconds }: Scenario): Promise<Run> {
  await system.clear();
  const ofEach = (value: (pid: number) => number) => mapValues(system.pids, value);
  const observer = startChild<ObserverOrder, Lag>("observer.js", { master: system.master.port, replica: system.replica.port });
  const before = { cpu: ofEach(cpuSeconds), stream: await system.streamBytes(), wire: await system.wireBytes() };
  const startedAt = performance.now();
  const done = await startChild<LoadOrder, LoadDone>("load.js", {
    port: system.master.port,
    load,
    rate: Number.isFinite(rate) ? rate : "max",
    seconds,
  }).answer;
  const madeMs = performance.now() - startedAt - done.seconds * 1_000;
  await system.caughtUp();
  const elapsedSeconds = (performance.now() - startedAt - madeMs) / 1_000;
  const after = { cpu: ofEach(cpuSeconds), stream: await system.streamBytes(), wire: await system.wireBytes() };
  observer.tell("stop");
  const lag = await observer.answer;
  await system.caughtUp();
  const millions = done.commands / 1e6;
  return {
    system: system.name,
    commands: done.commands,
    commandsPerSecond: done.commands / elapsedSeconds,
    lag,
    cpuPerMillion: mapValues(before.cpu, (was, name) => (after.cpu[name]! - was) / millions),
    peakMiB: ofEach((pid) => peakMemoryBytes(pid) / MIB),
    streamBytes: after.stream - before.stream,
    wireBytes: after.wire - before.wire,
    wrong: done.errors + (await system.missingKeys()),
  };
}

export type Fsync = { readonly everysec: number; readonly always: number };

/** Writes per second as fast as they are taken, with each policy of the journal in turns: medians of `rounds`. */
export async function measureFsync({ seconds, rounds }: { readonly seconds: number; readonly rounds: number }): Promise<Fsync> {
  const rates: Record<keyof Fsync, number[]> = { everysec: [], always: [] };
  await using everysec = await System.start("write", NETWORKS.loopback, { journal: { fsync: "everysec" } });
  await using always = await System.start("write", NETWORKS.loopback, { journal: { fsync: "always" } });
  const scenario: Scenario = { network: "loopback", load: "sets", rate: Number.POSITIVE_INFINITY, seconds };
  for (let round = 0; round < rounds; round++) {
    const turn = [["everysec", everysec] as const, ["always", always] as const];
    for (const [policy, system] of round % 2 === 0 ? turn : turn.reverse()) {
      rates[policy].push((await measure(system, scenario)).commandsPerSecond);
    }
  }
  return { everysec: median(rates.everysec), always: median(rates.always) };
}

export type CatchUp = {
  readonly system: SystemName;
  readonly outageSeconds: number;
  readonly seconds: number;
  /** Commands of the outage and of the catching up, per second, over the live rate. */
  readonly timesLiveRate: number;
};

/** The line is dead for some seconds while writes go on, and they go on while the replica catches up. */
export async function measureOutage(name: SystemName, outage: { readonly seconds: number; readonly rate: number }): Promise<CatchUp> {
  await using system = await System.start(name, NETWORKS.rtt40);
  const total = outage.seconds * 2 + 60;
  const load = startChild<LoadOrder, LoadDone>("load.js", { port: system.master.port, load: "mix", rate: outage.rate, seconds: total });
  await delay(2_000);
  system.line!.cut("reset");
  await delay(outage.seconds * 1_000);
  system.line!.heal();
  const healedAt = performance.now();
  await system.caughtUp();
  const seconds = (performance.now() - healedAt) / 1_000;
  load.end();
  return { system: name, outageSeconds: outage.seconds, seconds, timesLiveRate: (outage.seconds + seconds) / seconds };
}

export type FirstSync = {
  readonly system: SystemName;
  readonly keys: number;
  readonly seconds: number;
  /** User and system seconds by process, meanwhile. */
  readonly cpuSeconds: Readonly<Record<string, number>>;
  readonly peakMiB: Readonly<Record<string, number>>;
  /** 0 when both sides hold the same. */
  readonly wrong: number;
};

/** From the start of the first process of the replica's side, gateways included, to the last key on the replica, over loopback. */
export async function measureFirstSync(name: SystemName, master: RedisServer): Promise<FirstSync> {
  const masterCpuBefore = cpuSeconds(master.pid);
  const startedAt = performance.now();
  await using system = await System.start(name, NETWORKS.loopback, { master });
  const seconds = (performance.now() - startedAt) / 1_000;
  const cpu = mapValues(system.pids, (pid) => cpuSeconds(pid) - (pid === master.pid ? masterCpuBefore : 0));
  const peakMiB = mapValues(system.pids, (pid) => peakMemoryBytes(pid) / MIB);
  const keys = Number(await master.call("DBSIZE"));
  return {
    system: name,
    keys,
    seconds,
    cpuSeconds: cpu,
    peakMiB,
    wrong: (await system.missingKeys()) + ((await system.isEqual()) ? 0 : 1),
  };
}

function mapValues(values: Readonly<Record<string, number>>, change: (value: number, name: string) => number): Record<string, number> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, change(value, name)]));
}

type Task<Answer> = { readonly answer: Promise<Answer>; readonly tell: (word: string) => void; readonly end: () => void };

/** A file of this folder as a process of its own, so that its work is nobody else's CPU time. */
function startChild<Order extends object, Answer>(file: string, order: Order): Task<Answer> {
  const child = fork(new URL(file, import.meta.url));
  reapProcess(child);
  const answer = new Promise<Answer>((resolve, reject) => {
    child.once("message", (message) => resolve(message as Answer));
    child.once("exit", (code, signal) => reject(new Error(`${file} ended with ${code ?? signal} before it answered`)));
  });
  answer.catch(() => undefined);
  // A child that has ended says so by its exit.
  child.on("error", () => undefined);
  child.send(order);
  return { answer, tell: (word) => child.send(word), end: () => child.kill() };
}
