import fc from "fast-check";
import { expect, test } from "vitest";
import { eventually } from "../support/eventually.ts";
import { LinkPair, REPLID_A } from "../support/link-pair.ts";

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
