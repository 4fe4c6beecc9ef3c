/** The CRC-64 of an RDB that comes in pieces: its last eight bytes are the sum (little endian) over all before; zero means not computed. */
import { Crc64 } from "../bytes/crc64.ts";
import { GatewayError } from "../errors.ts";

const SUM_BYTES = 8;

export class RdbChecksum {
  readonly #crc = new Crc64();
  /** What may be the sum: kept out of the calculation until more bytes follow. */
  #held: Buffer = Buffer.alloc(0);

  update(bytes: Buffer): void {
    if (bytes.length >= SUM_BYTES) {
      this.#crc.update(this.#held);
      this.#crc.update(bytes.subarray(0, bytes.length - SUM_BYTES));
      this.#held = Buffer.from(bytes.subarray(bytes.length - SUM_BYTES));
      return;
    }
    const joined = Buffer.concat([this.#held, bytes]);
    const sure = Math.max(0, joined.length - SUM_BYTES);
    this.#crc.update(joined.subarray(0, sure));
    this.#held = joined.subarray(sure);
  }

  /** Throws RDB_MALFORMED unless the bytes end in their own sum. */
  verify(): void {
    if (this.#held.length < SUM_BYTES) throw new GatewayError("RDB_MALFORMED", "the RDB ends before its checksum");
    const stored = this.#held.readBigUInt64LE(0);
    if (stored !== 0n && stored !== this.#crc.digest())
      throw new GatewayError("RDB_MALFORMED", "the RDB's CRC-64 does not match its bytes");
  }
}
