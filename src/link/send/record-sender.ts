/**
 * The records of one subscription on their way to the peer: read from the log as they come, each checked to go on where the one before it ended
 * (NO_GAP), gathered into frames. Holds one batch of them.
 */
import { crashPoint } from "../../runtime/crash-point.ts";
import { sleep } from "../../runtime/sleep.ts";
import type { RecordCursor } from "../../stream/log.ts";
import { RECORDS_FRAME_BYTES } from "../../wire/frames.ts";
import type { SenderStats } from "../stats.ts";
import type { PeerCopy } from "./peer-copy.ts";
import { RecordFrames, type RecordFramesOptions } from "./record-frames.ts";
import type { StreamOutlet } from "./stream-outlet.ts";

export type RecordSenderOptions = RecordFramesOptions & {
  readonly copy: PeerCopy;
  readonly outlet: StreamOutlet;
  /** All that was read has gone. */
  readonly onSent: () => void;
};

export class RecordSender {
  readonly #copy: PeerCopy;
  readonly #outlet: StreamOutlet;
  readonly #onSent: () => void;
  readonly #frames: RecordFrames;
  #records = 0;

  constructor(options: RecordSenderOptions) {
    this.#copy = options.copy;
    this.#outlet = options.outlet;
    this.#onSent = options.onSent;
    this.#frames = new RecordFrames(options);
  }

  get stats(): Pick<SenderStats, "records" | "packing"> {
    return { records: this.#records, packing: this.#frames.stats };
  }

  /** Credit that came back, in all. */
  consumed(totalBytes: number): void {
    this.#frames.consumed(totalBytes);
  }

  /** A Start has gone ahead. Returns when the signal aborts; throws what the cursor throws, and JOURNAL_GAP. */
  async run(cursor: RecordCursor, signal: AbortSignal): Promise<void> {
    this.#frames.begin();
    let isFirst = true;
    try {
      for (;;) {
        const batch = await cursor.next(signal, RECORDS_FRAME_BYTES);
        if (batch === undefined) return;
        this.#outlet.recordsWaiting = true;
        await this.#sendBatch(batch, isFirst, signal);
        if (signal.aborted) return;
        isFirst = false;
        this.#outlet.recordsWaiting = false;
        this.#onSent();
        const { gatherMs } = this.#frames;
        if (gatherMs > 0) await sleep(gatherMs, signal);
      }
    } finally {
      this.#outlet.recordsWaiting = false;
    }
  }

  /** `opens`: it is the cursor's first. */
  async #sendBatch(batch: readonly Buffer[], opens: boolean, signal: AbortSignal): Promise<void> {
    const limitBytes = Math.min(RECORDS_FRAME_BYTES, this.#outlet.limitBytes);
    let isFirst = opens;
    let frame: Buffer[] = [];
    let frameBytes = 0;
    for (const stored of batch) {
      if (frameBytes > 0 && frameBytes + stored.length > limitBytes) {
        await this.#sendFrame(frame, frameBytes, signal);
        frame = [];
        frameBytes = 0;
      }
      const record = this.#copy.prepare(stored, isFirst);
      isFirst = false;
      if (record === undefined) continue;
      frame.push(record);
      frameBytes += record.length;
    }
    if (frameBytes > 0) await this.#sendFrame(frame, frameBytes, signal);
  }

  async #sendFrame(records: readonly Buffer[], bytes: number, signal: AbortSignal): Promise<void> {
    await this.#outlet.roomForRecords(bytes, signal);
    if (signal.aborted) return;
    this.#records += records.length;
    this.#copy.sent?.commit();
    for (const frame of this.#frames.of(records)) this.#outlet.send(frame);
    crashPoint("link-records-sent");
  }
}
