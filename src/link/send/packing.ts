/**
 * Records packed together for one peer, by zstd, when its link is short of bandwidth (`codec-choice.ts`). The journals on both sides
 * keep records as they are cut (LZ4): only the wire carries these, so a journal, a relay and another peer never need to know them.
 */
import type { StreamId } from "../../stream/position.ts";
import { type RecordHeader, readRecordHeader, unpackedBytesOf, unpackRecord } from "../../stream/record.ts";
import { type PackedRecordsFrame, totalBytes } from "../../wire/frames.ts";
import { PackedPast } from "../packed-past.ts";

/** Raw bytes that are packed at once: beyond them nothing is gained, and packing them takes a millisecond. */
const PACK_BYTES = 256 * 1024;

export class RecordPacker {
  readonly #stream: StreamId;
  readonly #past = new PackedPast();

  constructor(stream: StreamId) {
    this.#stream = stream;
  }

  /** Undefined when that would take no fewer bytes than the records themselves. What is answered must be sent, in order. */
  pack(records: readonly Buffer[]): PackedRecordsFrame | undefined {
    const past = this.#past;
    const raw = joined(records);
    if (past.isOld) past.renew();
    const packed = past.zstdFor(raw.length).pack(raw);
    if (packed.length >= totalBytes(records)) return undefined;
    past.remember(raw);
    return { kind: "packed-records", stream: this.#stream, codec: "zstd", rawBytes: raw.length, dictionary: past.number, packed };
  }
}

/** Records in groups that are packed at once. */
export function* packable(records: readonly Buffer[]): Generator<readonly Buffer[]> {
  let group: Buffer[] = [];
  let bytes = 0;
  for (const record of records) {
    const rawBytes = unpackedBytesOf(readRecordHeader(record));
    if (bytes > 0 && bytes + rawBytes > PACK_BYTES) {
      yield group;
      group = [];
      bytes = 0;
    }
    group.push(record);
    bytes += rawBytes;
  }
  if (bytes > 0) yield group;
}

function joined(records: readonly Buffer[]): Buffer {
  const headers = records.map(readRecordHeader);
  const raw = Buffer.allocUnsafe(headers.reduce((bytes, header) => bytes + unpackedBytesOf(header), 0));
  let at = 0;
  for (const [index, record] of records.entries()) {
    const header = headers[index] as RecordHeader;
    const end = at + unpackedBytesOf(header);
    unpackRecord(record, header, raw.subarray(at, end));
    at = end;
  }
  return raw;
}
