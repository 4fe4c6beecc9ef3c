import fc from "fast-check";
import { expect, test } from "vitest";
import { systemClock } from "../../src/runtime/clock.ts";
import { type ServiceState, supervise } from "../../src/runtime/supervisor.ts";
import { eventually } from "../support/eventually.ts";
import { LinkPair, quiet, REPLID_A } from "../support/link-pair.ts";

test("however often and wherever the line is cut, frames included, the receiver's log becomes the sender's (NO_GAP)", async () => {
  const plan = fc.record({
    cuts: fc.array(fc.integer({ min: 200, max: 6000 }), { minLength: 1, maxLength: 8 }),
    records: fc.array(fc.record({ count: fc.integer({ min: 1, max: 200 }), open: fc.boolean() }), { minLength: 1, maxLength: 40 }),
    chunks: fc.integer({ min: 0, max: 30 }),
    windowBytes: fc.integer({ min: 100, max: 20_000 }),
  });
  await fc.assert(
    fc.asyncProperty(plan, async ({ cuts, records, chunks, windowBytes }) => {
      await using pair = await LinkPair.open({ cutAfter: (connection) => cuts[connection], dialer: { windowBytes } });
      const history = pair.origin.begin({ id: "1", replid: REPLID_A, offset: 77n, chunks, complete: false });
      pair.dial();
      for (const { count, open } of records) {
        history.writePings(count, { open });
        if (count % 3 === 0) await new Promise(setImmediate);
      }
      history.writePings(1);
      await history.snapshot?.complete();
      await eventually(() => expect(pair.peer.current?.tail).toEqual(history.tail));
      const stored = pair.peer.current;
      const start = stored?.records[0]?.readBigUInt64LE(24);
      expect(start).toBe(77n);
      expect(Buffer.concat(stored?.records ?? [])).toEqual(Buffer.concat(history.records));
      expect(stored?.snapshot?.stored).toEqual(history.snapshot?.stored);
      for (const error of pair.errors) expect(error.code).toBe("LINK_CONNECTION");
    }),
    { numRuns: 25 },
  );
});

const OPENED_BYTES = 420;

/** The pair's dialer under its supervisor, as the gateway runs it. */
function supervised(pair: LinkPair) {
  const stop = new AbortController();
  const pauses: number[] = [];
  const start = (healthy: () => void) => ({ run: (signal: AbortSignal) => pair.dialer.run(signal, healthy) });
  const onState = (state: ServiceState) => {
    if (state.at === "waiting") pauses.push(state.retryInMs);
  };
  const over = supervise({ name: "link", log: quiet, clock: systemClock, start, onState }, stop.signal);
  return {
    pauses,
    end: async () => {
      stop.abort();
      await over;
    },
  };
}

test("a link that carried something is dialled again after the shortest pause, however often it is cut", async () => {
  await using pair = await LinkPair.open();
  const history = pair.origin.begin({ id: "1", replid: REPLID_A, offset: 0n });
  const link = supervised(pair);
  for (let cuts = 1; cuts <= 4; cuts++) {
    history.writePings(1);
    await eventually(() => expect(pair.peer.current?.tail).toEqual(history.tail));
    pair.proxy.cut();
    await eventually(() => expect(link.pauses).toHaveLength(cuts));
  }
  expect(Math.max(...link.pauses)).toBeLessThanOrEqual(250);
  await link.end();
});

test("a link that is opened and carries nothing is dialled again after longer and longer pauses", async () => {
  // Of the origin's bytes: through the handshake, and no further than the start of the stream.
  await using pair = await LinkPair.open({ cutAfter: () => OPENED_BYTES });
  pair.origin.begin({ id: "1", replid: REPLID_A, offset: 0n }).writePings(100);
  const link = supervised(pair);
  await eventually(() => expect(link.pauses).toHaveLength(3));
  await link.end();
  expect(pair.dialer.stats.reconnects).toBe(2);
  expect(link.pauses[2]).toBeGreaterThanOrEqual(500);
});
