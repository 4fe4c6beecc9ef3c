/** BOUNDED: what a peer that does not answer, does not read or does not speak can cost. */
import { expect, test } from "vitest";
import type { GatewayError } from "../../../src/errors.ts";
import type { LinkConnection } from "../../../src/link/connection/connection.ts";
import { Heartbeat } from "../../../src/link/connection/heartbeat.ts";
import { systemClock } from "../../../src/runtime/clock.ts";
import type { Frame, PingFrame } from "../../../src/wire/frames.ts";
import { eventually } from "../../support/eventually.ts";

const MIB = 1024 * 1024;
const LIVENESS_MS = 20;

/** A peer that speaks all the time, and answers nothing. */
function connection() {
  const sent: Frame[] = [];
  const failures: GatewayError[] = [];
  const state = { speaks: true, bytes: 0, bufferedBytes: 0, isPaused: false };
  const fake = {
    send: (frame: Frame) => sent.push(frame),
    fail: (error: GatewayError) => failures.push(error),
    get bytesReceived() {
      return state.speaks ? ++state.bytes : state.bytes;
    },
    get bufferedBytes() {
      return state.bufferedBytes;
    },
    get isPaused() {
      return state.isPaused;
    },
  };
  const pings = () => sent.filter((frame): frame is PingFrame => frame.kind === "ping");
  const heartbeat = new Heartbeat({ connection: fake as unknown as LinkConnection, clock: systemClock, livenessMs: LIVENESS_MS });
  return { heartbeat, sent, pings, failures, state };
}

const pong = ({ id, sentAtMs }: PingFrame) => ({ kind: "pong", id, pingSentAtMs: sentAtMs, receivedAtMs: sentAtMs, sentAtMs }) as const;

test("BOUNDED: pings that nobody answers are forgotten", async () => {
  const { heartbeat, pings } = connection();
  const stop = new AbortController();
  const running = heartbeat.run(stop.signal);
  await eventually(() => pings().length > 17);
  stop.abort();
  await running;
  heartbeat.pong(pong(pings()[0]!));
  expect(heartbeat.estimate).toBeUndefined();
  heartbeat.pong(pong(pings().at(-1)!));
  expect(heartbeat.estimate).toBeDefined();
});

test("BOUNDED: who sends pings and reads nothing gets no more pongs", () => {
  const { heartbeat, sent, state } = connection();
  const ping = { kind: "ping", id: 1, sentAtMs: 1, heads: [] } as const;
  heartbeat.ping(ping);
  expect(sent).toHaveLength(1);
  state.bufferedBytes = 8 * MIB + 1;
  heartbeat.ping(ping);
  expect(sent).toHaveLength(1);
});

test("a peer that is silent is let go, but not while it is we who do not read", async () => {
  const { heartbeat, pings, failures, state } = connection();
  state.speaks = false;
  state.isPaused = true;
  const stop = new AbortController();
  const running = heartbeat.run(stop.signal);
  await eventually(() => pings().length > 10);
  expect(failures).toEqual([]);
  state.isPaused = false;
  await eventually(() => failures.length > 0);
  stop.abort();
  await running;
  expect(failures[0]).toMatchObject({ code: "LINK_CONNECTION" });
});
