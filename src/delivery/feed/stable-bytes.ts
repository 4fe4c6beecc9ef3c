/**
 * The master's own bytes of a history, for readers that cannot take one back: nothing of an OPEN tail, which may be withdrawn,
 * before its command or transaction is whole in the journal. Nothing larger than a batch is held (BOUNDED): what waits, waits on disk.
 */
import type { SendRoom } from "../../bytes/send-room.ts";
import type { Notice } from "../../runtime/notice.ts";
import type { HistoryLog } from "../../stream/log.ts";
import { Offset } from "../../stream/position.ts";
import { decodePayload, rawBytesOf, readRecordHeader } from "../../stream/record.ts";

const BATCH_BYTES = 128 * 1024;

export type StableBytesOptions = {
  readonly history: HistoryLog;
  readonly from: Offset;
  /** Wakes at each progress of the log. */
  readonly progressed: Notice;
  /** Where the bytes that are answered next may lie; asked once for each piece. */
  readonly room: Pick<SendRoom, "take">;
};

/**
 * From `from` on, until the signal aborts. Throws JOURNAL_GAP, HISTORY_CHANGED and
 * JOURNAL_CORRUPT as cursors do.
 */
export async function* stableBytes(
  { history, from, progressed, room }: StableBytesOptions,
  signal: AbortSignal,
): AsyncGenerator<Buffer, void> {
  for (let offset = from; !signal.aborted; ) {
    const cursor = history.openCursor(offset);
    try {
      for (;;) {
        const records = await cursor.next(signal, BATCH_BYTES);
        if (records === undefined) return;
        const stable = records.filter((record) => readRecordHeader(record).to <= history.boundary);
        for (const record of stable) {
          const header = readRecordHeader(record);
          if (header.to <= offset) continue;
          const payload = decodePayload(record, header, room.take(rawBytesOf(header)));
          yield payload.subarray(Offset.distance(header.from, offset));
          offset = header.to;
        }
        if (stable.length < records.length) break;
      }
    } finally {
      await cursor.close();
    }
    while (history.boundary <= offset && !signal.aborted) await progressed.wait(signal);
  }
}
