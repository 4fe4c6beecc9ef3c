/**
 * What of a history a peer was sent: keeps NO_GAP on the sending side, and knows the last boundary, which is where the
 * peer stands after it has dropped an open end, and what the peer can acknowledge.
 */
import { GatewayError } from "../../errors.ts";
import type { HistoryId, Offset, Replid } from "../../stream/position.ts";
import { readRecordHeader } from "../../stream/record.ts";
import { trimRecord } from "../../stream/trim.ts";
import type { AckFrame } from "../../wire/frames.ts";

type Reached = {
  readonly offset: Offset;
  /** The last end of a record that was not OPEN. */
  readonly boundary: { readonly offset: Offset; readonly replid: Replid };
};

export class SentRecords {
  readonly history: HistoryId;
  #prepared: Reached;
  #sent: Reached;
  /** The furthest offset ever sent of this history: an acknowledgement beyond it is a lie. */
  #furthest: Offset;

  constructor(history: HistoryId, from: { readonly offset: Offset; readonly replid: Replid }, earlier: SentRecords | undefined) {
    this.history = history;
    this.#sent = { offset: from.offset, boundary: from };
    this.#prepared = this.#sent;
    this.#furthest = earlier?.history === history ? later(earlier.#furthest, from.offset) : from.offset;
  }

  get offset(): Offset {
    return this.#sent.offset;
  }

  get boundary(): { readonly offset: Offset; readonly replid: Replid } {
    return this.#sent.boundary;
  }

  get furthest(): Offset {
    return this.#furthest;
  }

  /**
   * The record as the peer needs it next, or undefined when the peer has it. Only the first record of a cursor may begin
   * before what was sent. Throws JOURNAL_GAP when the log does not go on from there (it was cut back, or has a hole).
   */
  prepare(record: Buffer, isFirst: boolean): Buffer | undefined {
    const header = readRecordHeader(record);
    const { offset, boundary } = this.#prepared;
    if (header.from !== offset) {
      if (isFirst && header.to <= offset) return undefined;
      if (!isFirst || header.from > offset) {
        throw new GatewayError("JOURNAL_GAP", "the log does not go on from what was sent", {
          details: { sent: offset, from: header.from, to: header.to },
        });
      }
    }
    const wanted = header.from === offset ? record : trimRecord(record, offset);
    this.#prepared = { offset: header.to, boundary: header.open ? boundary : { offset: header.to, replid: header.replid } };
    return wanted;
  }

  /** What was prepared is on its way. */
  commit(): void {
    this.#sent = this.#prepared;
    this.#furthest = later(this.#furthest, this.#sent.offset);
  }

  /** Throws FRAME_MALFORMED when a stage of an ack is ahead of the one before it, or of what was sent (ACK_AFTER_DURABLE). */
  check({ stream, received, durable, applied, behind = [] }: AckFrame): void {
    let limit: Offset | undefined = this.#furthest;
    for (const mark of [received, durable, applied]) {
      if (mark && (limit === undefined || mark.offset > limit)) {
        throw new GatewayError("FRAME_MALFORMED", "the peer acknowledged what it cannot have", {
          details: { stream, acknowledged: mark.offset, limit, sent: this.#furthest },
        });
      }
      limit = mark?.offset;
    }
    for (const one of behind) {
      if (one.received && one.received.offset > this.#furthest) {
        throw new GatewayError("FRAME_MALFORMED", "the peer acknowledged for another what it cannot have", { details: { stream } });
      }
    }
  }
}

function later(one: Offset, other: Offset): Offset {
  return one > other ? one : other;
}
