/** What a cursor gives, as the peer is sent it. */
import { expect, test } from "vitest";
import { PeerCopy } from "../../../src/link/send/peer-copy.ts";
import { RecordSender } from "../../../src/link/send/record-sender.ts";
import { StreamOutlet } from "../../../src/link/send/stream-outlet.ts";
import { systemClock } from "../../../src/runtime/clock.ts";
import type { RecordCursor } from "../../../src/stream/log.ts";
import { Offset } from "../../../src/stream/position.ts";
import type { Frame } from "../../../src/wire/frames.ts";
import { REPLID_A, STREAM } from "../../support/link-pair.ts";
import { MemoryLog } from "../../support/memory-log.ts";

const NEVER = new AbortController().signal;
const WINDOW_BYTES = 1_000_000;

/** To a peer that has nothing of a history of so many records. */
function sending(records: number) {
  const history = new MemoryLog(STREAM).begin({ id: "1", replid: REPLID_A, offset: 0n });
  for (let count = 0; count < records; count++) history.writePings(20);
  const sent: Frame[] = [];
  const outlet = new StreamOutlet({ send: (frame) => sent.push(frame), writable: async () => undefined }, WINDOW_BYTES);
  const copy = new PeerCopy([]);
  const packing = { codec: "zstd", peerCodecs: ["zstd"] } as const;
  const sender = new RecordSender({ stream: STREAM, copy, outlet, ...packing, clock: systemClock, onSent: () => undefined });
  return {
    sent,
    outlet,
    records: history.records,
    /** From the beginning of the history, after a Start. */
    async run(batches: readonly (readonly Buffer[])[]): Promise<void> {
      copy.begin({ history, from: Offset.of(0), replid: REPLID_A });
      await sender.run(cursorOf(batches), NEVER);
    },
  };
}

/** Its signal aborts after these. */
function cursorOf(batches: readonly (readonly Buffer[])[]): RecordCursor {
  const left = [...batches];
  return { offset: Offset.of(0), next: async () => left.shift(), close: async () => undefined };
}

test("NO_GAP: only a cursor's first record may be one that the peer has, in its first batch and in the next", async () => {
  const { run, records } = sending(2);
  const [one, two] = records as [Buffer, Buffer];
  await expect(run([[one, one]])).rejects.toMatchObject({ code: "JOURNAL_GAP" });
  await expect(run([[one], [one]])).rejects.toMatchObject({ code: "JOURNAL_GAP" });
  await run([[one], [two]]);
});

test("chunks do not wait for records that will never go", async () => {
  const { run, records, outlet } = sending(2);
  await expect(run([[records[1]!]])).rejects.toMatchObject({ code: "JOURNAL_GAP" });
  await outlet.roomForChunk(1, NEVER);
});

test("after a Start nothing is packed by what went before it", async () => {
  const { run, records, sent } = sending(40);
  const dictionaries = () => sent.splice(0).map((frame) => frame.kind === "packed-records" && frame.dictionary);
  await run(records.map((record) => [record]));
  expect(dictionaries().at(-1)).toBeGreaterThan(0);
  await run([records.slice(0, 20)]);
  expect(dictionaries()).toEqual([0]);
});
