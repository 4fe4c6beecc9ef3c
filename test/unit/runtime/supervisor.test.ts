import { once } from "node:events";
import { pino } from "pino";
import { expect, test } from "vitest";
import { GatewayError } from "../../../src/errors.ts";
import { systemClock } from "../../../src/runtime/clock.ts";
import { RestartSwitch, type ServiceState, supervise } from "../../../src/runtime/supervisor.ts";
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
  service.restarts.pull();
  await eventually(() => expect([service.attempts(), service.states.at(-1)?.at]).toEqual([2, "running"]));
  await service.end();
  expect(service.states.at(-1)?.at).toBe("stopped");
});

test("a running service is ended and begins anew without counting as failed", async () => {
  const service = supervised([]);
  await eventually(() => expect(service.attempts()).toBe(1));
  for (const attempts of [2, 3]) {
    service.restarts.pull();
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
    service.restarts.pull();
  }
  await eventually(() => expect(service.states.at(-1)).toMatchObject({ at: "halted", code: "RECORD_MALFORMED" }));
  expect(service.attempts()).toBe(10);
  await service.end();
});

test("a service that did what it is for comes back after the shortest delay, however often it fails", async () => {
  const waits: number[] = [];
  const stop = new AbortController();
  const start = (healthy: () => void) => ({
    async run() {
      healthy();
      throw new GatewayError("SOURCE_CONNECTION", "lost");
    },
  });
  const onState = (state: ServiceState) => {
    if (state.at === "waiting") waits.push(state.retryInMs);
  };
  const over = supervise({ name: "x", log: pino({ level: "silent" }), clock: systemClock, start, onState }, stop.signal);
  await eventually(() => waits.length === 5);
  stop.abort();
  await over;
  expect(Math.max(...waits)).toBeLessThanOrEqual(250);
});
