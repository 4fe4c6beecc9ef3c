/** A stream as the source would cut it, at any places. */
import { CommandScanner } from "../../src/resp/command-scanner.ts";
import { Offset, type Replid } from "../../src/stream/position.ts";
import type { RecordHeader } from "../../src/stream/record.ts";

/** Where the stream begins. */
export const START = Offset.of(1000);

/** Records that end at the given places, with the header that the source would write; each payload is a copy. */
export function cutRecords(stream: Buffer, cuts: readonly number[], db = 0): { header: RecordHeader; payload: Buffer }[] {
  const places = [...new Set([0, ...cuts.map((cut) => Math.min(cut, stream.length)).sort((a, b) => a - b), stream.length])];
  const scanner = new CommandScanner({ db });
  return places.slice(1).map((end, index) => {
    const payload = Buffer.from(stream.subarray(places[index], end));
    const before = scanner.db;
    scanner.feed(payload);
    let commands = 0;
    while (scanner.next()) commands++;
    const header: RecordHeader = {
      from: Offset.plus(START, places[index]!),
      to: Offset.plus(START, end),
      replid: "a".repeat(40) as Replid,
      db: before,
      dbAfter: scanner.db,
      commands,
      readAtMs: 1_700_000_000_000,
      open: !scanner.atBoundary || scanner.inTransaction,
    };
    return { header, payload };
  });
}
