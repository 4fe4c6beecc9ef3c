/**
 * The credit window of one subscription, in bytes of records and chunks. Both counts are cumulative since the
 * subscription began, so a lost or repeated acknowledgement changes nothing (BOUNDED).
 */
import { GatewayError } from "../errors.ts";

/** Bandwidth × delay of 2.5 Gbit/s over 200 ms. */
export const DEFAULT_WINDOW_BYTES = 64 * 1024 * 1024;
/** Chunks leave this part of the window to records, which must not wait for a snapshot. */
const RECORDS_SHARE = 1 / 8;

/** The sender's ledger. */
export class SendWindow {
  readonly limitBytes: number;
  #sentBytes = 0;
  #consumedBytes = 0;

  constructor(limitBytes: number) {
    this.limitBytes = limitBytes;
  }

  get sentBytes(): number {
    return this.#sentBytes;
  }

  get usedBytes(): number {
    return this.#sentBytes - this.#consumedBytes;
  }

  /** A frame larger than the whole window travels alone. */
  hasRoomForRecords(bytes: number): boolean {
    return this.usedBytes === 0 || this.usedBytes + bytes <= this.limitBytes;
  }

  hasRoomForChunk(bytes: number): boolean {
    return this.usedBytes === 0 || this.usedBytes + bytes <= this.limitBytes * (1 - RECORDS_SHARE);
  }

  sent(bytes: number): void {
    this.#sentBytes += bytes;
  }

  /** Throws FRAME_MALFORMED when the peer takes back credit or claims more than it was sent. */
  consumed(totalBytes: number): void {
    if (totalBytes < this.#consumedBytes || totalBytes > this.#sentBytes) {
      throw new GatewayError("FRAME_MALFORMED", "the peer acknowledged bytes that it cannot have consumed", {
        details: { totalBytes, consumedBytes: this.#consumedBytes, sentBytes: this.#sentBytes },
      });
    }
    this.#consumedBytes = totalBytes;
  }
}

/** The receiver's ledger: what it took in and what it gave credit for. */
export class ReceiveWindow {
  readonly limitBytes: number;
  #receivedBytes = 0;
  #consumedBytes = 0;
  /** The count in the last acknowledgement: the peer knows of no other. */
  #grantedBytes = 0;

  constructor(limitBytes: number) {
    this.limitBytes = limitBytes;
  }

  /** Bytes that arrived and are not handed to the log yet. */
  get waitingBytes(): number {
    return this.#receivedBytes - this.#consumedBytes;
  }

  get consumedBytes(): number {
    return this.#consumedBytes;
  }

  get ungrantedBytes(): number {
    return this.#consumedBytes - this.#grantedBytes;
  }

  /** Throws FRAME_MALFORMED when the peer sends more than it has credit for. */
  received(bytes: number): void {
    const used = this.#receivedBytes - this.#grantedBytes;
    // A frame without records or chunks needs no credit, even behind one larger than the window.
    if (bytes > 0 && used > 0 && used + bytes > this.limitBytes) {
      throw new GatewayError("FRAME_MALFORMED", "the peer sends more than its credit window allows", {
        details: { usedBytes: used, frameBytes: bytes, limitBytes: this.limitBytes },
      });
    }
    this.#receivedBytes += bytes;
  }

  consumed(bytes: number): void {
    this.#consumedBytes += bytes;
  }

  /** The cumulative count to acknowledge now. */
  grant(): number {
    this.#grantedBytes = this.#consumedBytes;
    return this.#grantedBytes;
  }
}
