/** Encodes records and counts what packing them took and saved: what `status` shows of LZ4. */
import { encodeRecord, type RecordHeader } from "./record.ts";

export type EncoderStats = { readonly rawBytes: number; readonly recordBytes: number; readonly cpuMs: number };

export class RecordEncoder {
  readonly #nowMs: () => number;
  #rawBytes = 0;
  #recordBytes = 0;
  #cpuMs = 0;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  encode(header: RecordHeader, payload: Buffer): Buffer {
    const begunAtMs = this.#nowMs();
    const record = encodeRecord(header, payload);
    this.#cpuMs += this.#nowMs() - begunAtMs;
    this.#rawBytes += payload.length;
    this.#recordBytes += record.length;
    return record;
  }

  /** Since start; `cpuMs` is what encoding took, checksums included. */
  get stats(): EncoderStats {
    return { rawBytes: this.#rawBytes, recordBytes: this.#recordBytes, cpuMs: this.#cpuMs };
  }
}
