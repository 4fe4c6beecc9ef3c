/**
 * No object per command on the hot path: records with ten times the commands allocate no more. Counted in the heap of this process, whose
 * collector has nothing to do meanwhile: what is measured fits the young generation many times over.
 */
import v8 from "node:v8";
import vm from "node:vm";
import { expect, test } from "vitest";
import { SAME_WORDS } from "../../src/delivery/write/apply/dialect.ts";
import { Planner } from "../../src/delivery/write/apply/plan.ts";
import { encodeCommand } from "../../src/resp/encode.ts";
import { ReplyScanner } from "../../src/resp/reply-scanner.ts";
import { Cutter } from "../../src/source/cutter.ts";
import { Offset, Replid } from "../../src/stream/position.ts";

v8.setFlagsFromString("--expose-gc");
const collect = vm.runInNewContext("gc") as () => void;
const FEW = 20;
const MANY = 200;
const ROUNDS = 20;
/** Of the difference; an object is at least 16 bytes. */
const BYTES_PER_COMMAND = 4;

function allocated(work: () => void): number {
  collect();
  const before = process.memoryUsage().heapUsed;
  for (let round = 0; round < ROUNDS; round++) work();
  return process.memoryUsage().heapUsed - before;
}

/** Bytes for each command more, in the best of some attempts: compiling and profiling allocate, too, but not each time. */
function bytesPerCommand(make: (commands: number) => () => void): number {
  const [few, many] = [make(FEW), make(MANY)];
  const attempts = Array.from({ length: 8 }, () => (allocated(many) - allocated(few)) / (ROUNDS * (MANY - FEW)));
  return Math.min(...attempts.map(Math.abs));
}

const command = encodeCommand("SET", "key:000000000001", "x".repeat(100));
const stretch = (commands: number) => Buffer.concat(Array.from({ length: commands }, () => command));
const replid = Replid.of("a".repeat(40));

test("origin: scanned, counted and cut", () => {
  const make = (commands: number) => {
    const cutter = new Cutter({ offset: Offset.of(0), db: 0, replid, wallMs: () => 0, emit: () => undefined });
    const bytes = stretch(commands);
    return () => {
      cutter.push(bytes);
      cutter.flush();
    };
  };
  expect(bytesPerCommand(make)).toBeLessThan(BYTES_PER_COMMAND);
});

test("receiver: planned into units", () => {
  const make = (commands: number) => {
    const events = { allowsFlush: () => true, onDropped() {}, onRewritten() {}, onUntranslated() {}, onSkipped() {}, onLost() {} };
    const target = { checkpointKey: "causeway:checkpoint:{us-east/0}", databases: 16, maxBulkBytes: 1e9, dialect: SAME_WORDS, guardMs: 0 };
    const planner = new Planner({ from: { offset: Offset.of(0), db: 0 }, ...target, events });
    const bytes = stretch(commands);
    const payload = Buffer.alloc(bytes.length);
    let from = Offset.of(0);
    return () => {
      bytes.copy(payload);
      const to = Offset.plus(from, payload.length);
      planner.add({ from, to, replid, db: 0, dbAfter: 0, commands, readAtMs: 0, open: false }, payload);
      planner.flush();
      from = to;
    };
  };
  expect(bytesPerCommand(make)).toBeLessThan(BYTES_PER_COMMAND);
});

test("receiver: the target's answers read", () => {
  const make = (commands: number) => {
    const scanner = new ReplyScanner();
    const replies = Buffer.from("+QUEUED\r\n".repeat(commands));
    return () => {
      scanner.feed(replies);
      while (scanner.next());
    };
  };
  expect(bytesPerCommand(make)).toBeLessThan(BYTES_PER_COMMAND);
});
