import fc from "fast-check";
import { expect, test } from "vitest";
import { encodeCommand } from "../../../src/resp/encode.ts";
import { Cutter } from "../../../src/source/cutter.ts";
import { HEARTBEAT_CHANNEL, HeartbeatCode } from "../../../src/stream/heartbeat.ts";
import { Offset, type Replid } from "../../../src/stream/position.ts";

const code = new HeartbeatCode("0123456789abcdef");
const heartbeat = (sentAtMs: number, of = code) => encodeCommand("PUBLISH", HEARTBEAT_CHANNEL, of.message(sentAtMs));

test("our own heartbeat is recognised wherever it lies, to the microsecond; another gateway's is not", () => {
  fc.assert(
    fc.property(fc.nat(2 ** 40), fc.nat(999), fc.uint8Array({ maxLength: 20 }), (ms, micros, before) => {
      const sentAtMs = ms + micros / 1000;
      const bytes = Buffer.concat([before, heartbeat(sentAtMs), Buffer.from("*1")]);
      expect(code.sentAtMs(bytes, before.length, bytes.length - 2)).toBeCloseTo(sentAtMs, 3);
      expect(code.sentAtMs(bytes, before.length, bytes.length - 1)).toBeUndefined();
      const other = heartbeat(sentAtMs, new HeartbeatCode("fedcba9876543210"));
      expect(code.sentAtMs(other, 0, other.length)).toBeUndefined();
    }),
  );
});

test("whatever the clock says, a heartbeat returns with the time for which it was sent", () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 2 ** 41, noNaN: true }), (nowMs) => {
      const sentAtMs = HeartbeatCode.timeOf(nowMs);
      const bytes = heartbeat(sentAtMs);
      expect(code.sentAtMs(bytes, 0, bytes.length)).toBe(sentAtMs);
    }),
  );
});

test("the cutter tells where a heartbeat ends, however the stream is cut into chunks", () => {
  const set = encodeCommand("SET", "k", "v", "EX", "9");
  const stream = Buffer.concat([set, heartbeat(1_000), set, heartbeat(2_000.5), encodeCommand("PUBLISH", "news", "x")]);
  const ends = [set.length + heartbeat(1_000).length, 2 * (set.length + heartbeat(1_000).length)];
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 90 }), { maxLength: 30 }), (sizes) => {
      const returned: [number, bigint][] = [];
      const cutter = new Cutter({
        ...{ offset: Offset.of(100), db: 0, replid: "a".repeat(40) as Replid, nowMs: () => 0, wallMs: () => 0, emit: () => undefined },
        heartbeat: { code, onReturned: (sentAtMs, offset) => returned.push([sentAtMs, offset]) },
      });
      let at = 0;
      for (const size of [...sizes, stream.length]) {
        cutter.push(stream.subarray(at, at + size));
        at += size;
        if (size % 2 === 0) cutter.flush();
      }
      expect(returned).toEqual([
        [1_000, 100n + BigInt(ends[0]!)],
        [2_000.5, 100n + BigInt(ends[1]!)],
      ]);
    }),
  );
});
