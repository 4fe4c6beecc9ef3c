import { once } from "node:events";
import { pino } from "pino";
import { expect, test } from "vitest";
import { GatewayError } from "../../../src/errors.ts";
import { systemClock } from "../../../src/runtime/clock.ts";
import { RestartSwitch, restartReason, type ServiceState, supervise } from "../../../src/runtime/supervisor.ts";
import { eventually } from "../../support/eventually.ts";

/** A service whose n-th attempt does what the n-th outcome says; "wait" runs until it is told to stop. */
function supervised(outcomes: readonly ("wait" | GatewayError)[]) {
  const restarts = new RestartSwitch();
  const stop = new AbortController();
  const states: ServiceState[] = [];
  let attempts = 0;
  const start = () => ({
    async run(signal: AbortSignal) {
      const outcome = outcomes[attempts++] ?? "wait";
      if (outcome !== "wait") throw outcome;
      if (!signal.aborted) await once(signal, "abort");
    },
  });
  const log = pino({ level: "silent" });
  const over = supervise({ name: "x", log, clock: systemClock, start, restarts, onState: (state) => states.push(state) }, stop.signal);
  return {
    restarts,
    states,
    attempts: () => attempts,
    end: async () => {
      stop.abort();
      await over;
    },
  };
}

test("a halted service begins anew when a person says so, and not before", async () => {
  const service = supervised([new GatewayError("LINK_REFUSED", "no")]);
  await eventually(() => expect(service.states.at(-1)?.at).toBe("halted"));
  service.restarts.pull("a person said so");
  await eventually(() => expect([service.attempts(), service.states.at(-1)?.at]).toEqual([2, "running"]));
  await service.end();
  expect(service.states.at(-1)?.at).toBe("stopped");
});

test("a running service is ended and begins anew without counting as failed", async () => {
  const service = supervised([]);
  await eventually(() => expect(service.attempts()).toBe(1));
  for (const attempts of [2, 3]) {
    service.restarts.pull("a person said so");
    await eventually(() => expect(service.attempts()).toBe(attempts));
  }
  expect(service.states).toEqual(Array(3).fill({ at: "running", attempt: 0 }));
  await service.end();
});

test("a halted service ends when the gateway does", async () => {
  const service = supervised([new GatewayError("LINK_REFUSED", "no")]);
  await eventually(() => expect(service.states.at(-1)?.at).toBe("halted"));
  await service.end();
  expect(service.attempts()).toBe(1);
});

test("BOUNDED: what cannot be read five times in a row halts; anything else in between begins the count anew", async () => {
  const corrupt = Array.from({ length: 4 }, () => new GatewayError("FRAME_MALFORMED", "no frame"));
  const outcomes = [...corrupt, new GatewayError("LINK_CONNECTION", "lost"), ...corrupt, new GatewayError("RECORD_MALFORMED", "no record")];
  const service = supervised(outcomes);
  for (let attempt = 1; attempt < outcomes.length; attempt++) {
    await eventually(() => expect([service.attempts(), service.states.at(-1)?.at]).toEqual([attempt, "waiting"]));
    service.restarts.pull("a person said so");
  }
  await eventually(() => expect(service.states.at(-1)).toMatchObject({ at: "halted", code: "RECORD_MALFORMED" }));
  expect(service.attempts()).toBe(10);
  await service.end();
});

/** The pauses of a service that fails at once, after it has done its work where `works` says so. */
async function pausesOf(works: readonly boolean[], code: "LINK_CONNECTION" | "LINK_SUPERSEDED" = "LINK_CONNECTION"): Promise<number[]> {
  const pauses: number[] = [];
  const stop = new AbortController();
  const restarts = new RestartSwitch();
  const start = (healthy: () => void) => ({
    async run() {
      if (works[pauses.length]) healthy();
      throw new GatewayError(code, "lost");
    },
  });
  const onState = (state: ServiceState) => {
    if (state.at !== "waiting") return;
    pauses.push(state.retryInMs);
    if (pauses.length === works.length) stop.abort();
    else setImmediate(() => restarts.pull("the test goes on"));
  };
  await supervise({ name: "x", log: pino({ level: "silent" }), clock: systemClock, start, onState, restarts }, stop.signal);
  return pauses;
}

test("a service that did what it is for comes back after the shortest delay, however often it fails", async () => {
  expect(Math.max(...(await pausesOf(Array(8).fill(true))))).toBeLessThanOrEqual(250);
});

test("pauses grow while a service fails without having worked, up to 15 s, and begin anew once it has", async () => {
  const pauses = await pausesOf([...Array(9).fill(false), true, false]);
  for (const [attempt, pause] of pauses.slice(0, 9).entries()) {
    const most = Math.min(15_000, 250 * 2 ** attempt);
    expect(pause).toBeGreaterThanOrEqual(most / 2);
    expect(pause).toBeLessThanOrEqual(most);
  }
  expect(pauses[9]).toBeLessThanOrEqual(250);
  expect(pauses[10]).toBeGreaterThanOrEqual(250);
});

test("two gateways that take a link from each other pause longer and longer, whatever it carried meanwhile", async () => {
  const pauses = await pausesOf(Array(8).fill(true), "LINK_SUPERSEDED");
  expect(Math.min(...pauses)).toBeGreaterThanOrEqual(5_000);
  expect(pauses.at(-1)).toBeGreaterThanOrEqual(7_500);
});

test("a service learns why it is ended: what its starting anew was for, or nothing when the gateway stops", async () => {
  const reasons: unknown[] = [];
  const stop = new AbortController();
  const restarts = new RestartSwitch();
  const start = () => ({
    async run(signal: AbortSignal) {
      if (!signal.aborted) await once(signal, "abort");
      reasons.push(restartReason(signal));
    },
  });
  const over = supervise({ name: "x", log: pino({ level: "silent" }), clock: systemClock, start, restarts }, stop.signal);
  restarts.pull("the topology was read again");
  await eventually(() => expect(reasons).toHaveLength(1));
  stop.abort();
  await over;
  expect(reasons).toEqual(["the topology was read again", undefined]);
});
