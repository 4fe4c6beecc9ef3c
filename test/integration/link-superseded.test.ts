/** Two gateways started for one region: each is told who took its link, both sides count it, and they do not flap. */
import pino from "pino";
import { expect, test } from "vitest";
import { GatewayError } from "../../src/errors.ts";
import { type ServiceState, supervise } from "../../src/runtime/supervisor.ts";
import { eventually } from "../support/eventually.ts";
import { LinkPair, REPLID_A } from "../support/link-pair.ts";

type Line = { readonly level: number; readonly event?: string; readonly [field: string]: unknown };

function recorder() {
  const lines: Line[] = [];
  const log = pino({ level: "debug" }, { write: (text: string) => void lines.push(JSON.parse(text) as Line) });
  return { log, warned: (event: string) => lines.filter((line) => line.event === event && line.level === pino.levels.values["warn"]) };
}

test("the loser hears who took its link; the origin and the loser count it and warn", async () => {
  const [atOrigin, atLoser] = [recorder(), recorder()];
  await using pair = await LinkPair.open({ listener: { log: atOrigin.log }, dialer: { log: atLoser.log } });
  const history = pair.origin.begin({ id: "1", replid: REPLID_A, offset: 0n });
  history.writePings(3);
  const lost = pair.dialOnce();
  await eventually(() => expect(pair.peer.current?.tail).toEqual(history.tail));
  await using second = await LinkPair.open({ dialer: { port: pair.port } });
  second.dial();
  const error = await lost;
  expect(error).toMatchObject({ code: "LINK_SUPERSEDED", disposition: "retry" });
  expect(error?.message).toMatch(/^us-east gave this link away: another connection of eu-west, from 127\.0\.0\.1:\d+, took over$/);
  await eventually(() => expect(second.peer.current?.tail).toEqual(history.tail));
  expect(second.errors).toEqual([]);

  expect(pair.listener.stats.links).toHaveLength(1);
  await eventually(() => expect(pair.listener.stats.records.get("eu-west")).toMatchObject({ reconnects: 1, superseded: 1, refusals: 0 }));
  expect(pair.dialer.stats).toMatchObject({ superseded: 1, lastError: { message: error?.message, atMs: expect.any(Number) } });
  expect(atOrigin.warned("link.superseded")).toMatchObject([{ by: expect.stringMatching(/^127/), was: expect.stringMatching(/^127/) }]);
  expect(atLoser.warned("link.superseded")).toHaveLength(1);
});

test("who was superseded waits at least five seconds, however long it had the link", async () => {
  const stop = new AbortController();
  const waits: number[] = [];
  const onState = (state: ServiceState) => {
    if (state.at !== "waiting") return;
    waits.push(state.retryInMs);
    stop.abort();
  };
  let nowMs = 0;
  const run = async () => {
    nowMs += 3_600_000;
    throw new GatewayError("LINK_SUPERSEDED", "another connection took over");
  };
  const log = pino({ level: "silent" });
  await supervise({ name: "link", log, clock: { nowMs: () => nowMs }, start: () => ({ run }), onState }, stop.signal);
  expect(waits).toEqual([expect.any(Number)]);
  expect(waits[0]).toBeGreaterThanOrEqual(5_000);
});

test("a lost link is a warning from the first time on, and both sides keep its reason; a goodbye is none", async () => {
  const [atOrigin, atPeer] = [recorder(), recorder()];
  await using pair = await LinkPair.open({
    listener: { log: atOrigin.log, livenessMs: 400 },
    dialer: { log: atPeer.log, livenessMs: 400 },
  });
  pair.origin.begin({ id: "1", replid: REPLID_A, offset: 0n });
  const lost = pair.dialOnce();
  await eventually(() => expect(pair.listener.stats.links).toHaveLength(1));
  pair.proxy.frozen = true;
  expect((await lost)?.message).toBe("the peer is silent");
  await eventually(() => expect(pair.listener.stats.links).toEqual([]));
  for (const side of [atOrigin, atPeer]) expect(side.warned("link.closed")).toMatchObject([{ msg: "the peer is silent" }]);
  const silent = { message: "the peer is silent", atMs: expect.any(Number) };
  expect(pair.dialer.stats.lastError).toEqual(silent);
  expect(pair.listener.stats.records.get("eu-west")?.lastError).toEqual(silent);

  pair.proxy.cut();
  pair.proxy.frozen = false;
  pair.dial();
  await eventually(() => expect(pair.listener.stats.links).toHaveLength(1));
  pair.hangUp();
  await eventually(() =>
    expect(pair.listener.stats.records.get("eu-west")?.lastError?.message).toMatch(/said goodbye: the gateway is stopping/),
  );
  expect(atOrigin.warned("link.closed")).toHaveLength(1);
  expect(pair.listener.stats.records.get("eu-west")).toMatchObject({ reconnects: 1 });
});
