/** Packed records as our log keeps them: unpacked, checked and encoded anew. Counts what that takes. */
import { zstdPackage } from "../../bytes/zstd.ts";
import { GatewayError } from "../../errors.ts";
import type { Clock } from "../../runtime/clock.ts";
import { decodePayload, decodeRecordHeader, encodeRecord, type RecordHeader, recordLength } from "../../stream/record.ts";
import type { PackedRecordsFrame } from "../../wire/frames.ts";
import { PackedPast } from "../packed-past.ts";
import { noPacking, type PackingStats } from "../stats.ts";

/** Of packed records, what we say that we can unpack. */
export const UNPACKABLE: readonly string[] = zstdPackage === undefined ? [] : ["zstd"];

type CheckedRecord = { readonly header: RecordHeader; readonly record: Buffer };

export class RecordUnpacker {
  readonly #clock: Clock;
  readonly #totals = noPacking();
  #past: PackedPast | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** A Start has come. */
  begin(): void {
    this.#past = undefined;
  }

  /** Records have come as they lie in the journal. */
  cameUnpacked(): void {
    this.#totals.codec = "lz4";
  }

  /** Throws FRAME_MALFORMED or RECORD_MALFORMED. */
  unpack(frame: PackedRecordsFrame): readonly CheckedRecord[] {
    if (zstdPackage === undefined) throw malformed("records are packed, which we have not said that we can unpack");
    this.#past ??= new PackedPast();
    const beganAtMs = this.#clock.nowMs();
    const records = [...recordsIn(unpacked(this.#past, frame))];
    this.#totals.cpuMs += this.#clock.nowMs() - beganAtMs;
    this.#totals.codec = "zstd";
    this.#totals.records += records.length;
    this.#totals.packedBytes += frame.packed.length;
    for (const { record } of records) this.#totals.recordBytes += record.length;
    return records;
  }

  get stats(): PackingStats {
    return { ...this.#totals };
  }
}

function unpacked(past: PackedPast, { rawBytes, dictionary, packed }: PackedRecordsFrame): Buffer {
  if (dictionary === past.number + 1) past.renew();
  if (dictionary !== past.number) {
    throw malformed("records are packed with a dictionary that is not the next one", { dictionary, ours: past.number });
  }
  const raw = past.zstdFor(rawBytes).unpack(packed, rawBytes);
  past.remember(raw);
  return raw;
}

function* recordsIn(raw: Buffer): Generator<CheckedRecord> {
  for (let at = 0; at < raw.length; ) {
    if (raw.length - at < 4) throw malformed("packed records end inside a record");
    const record = raw.subarray(at, at + recordLength(raw.subarray(at)));
    const header = decodeRecordHeader(record);
    yield { header, record: encodeRecord(header, decodePayload(record, header)) };
    at += record.length;
  }
}

function malformed(what: string, details: Readonly<Record<string, unknown>> = {}): GatewayError {
  return new GatewayError("FRAME_MALFORMED", what, { details });
}
