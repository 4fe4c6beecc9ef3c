/** What a replica was sent cannot be taken back: nothing of an OPEN tail is sent before its end is there. */
import { expect, test } from "vitest";
import { stableBytes } from "../../../../src/delivery/feed/stable-bytes.ts";
import { Notice } from "../../../../src/runtime/notice.ts";
import { Offset } from "../../../../src/stream/position.ts";
import { decodePayload, readRecordHeader } from "../../../../src/stream/record.ts";
import { eventually } from "../../../support/eventually.ts";
import { appendNext, openJournal, START, startCurrent } from "../../../support/journal-kit.ts";
import { tempFolder } from "../../../support/temp-folder.ts";

const bytesOf = (record: Buffer) => decodePayload(record, readRecordHeader(record));

test("TRANSACTIONS_STAY_WHOLE: an OPEN tail that is withdrawn was never sent, and what comes in its place is", async () => {
  await using folder = await tempFolder("feed");
  const journal = await openJournal(folder.path);
  const history = await startCurrent(journal);
  const progressed = new Notice();
  journal.onProgress(() => progressed.wake());
  const stop = new AbortController();
  const sent: Buffer[] = [];
  const first = bytesOf(appendNext(history, 10));
  const from = Offset.plus(START, 4);
  const room = { take: (bytes: number) => Buffer.alloc(bytes) };
  const sending = (async () => {
    for await (const bytes of stableBytes({ history, from, progressed, room }, stop.signal)) sent.push(bytes);
  })();
  const sentBytes = () => Buffer.concat(sent);

  await eventually(() => expect(sentBytes()).toEqual(first.subarray(4)));
  appendNext(history, 20, { open: true, fill: 1 });
  appendNext(history, 20, { open: true, fill: 2 });
  await eventually(() => journal.stats().pendingBytes === 0 && progressed.waiting === 1);
  expect(sentBytes()).toEqual(first.subarray(4));

  await history.cutOpenTail();
  const again = [appendNext(history, 30, { open: true, fill: 3 }), appendNext(history, 5, { fill: 4 }), appendNext(history, 6)];
  const wanted = Buffer.concat([first.subarray(4), ...again.map(bytesOf)]);
  await eventually(() => expect(sentBytes()).toEqual(wanted));
  stop.abort();
  await sending;
  expect(history.boundary).toBe(1051n);
  await journal.close();
});
