/** Cuts the front off a record, for a reader whose position lies inside it. */
import { GatewayError } from "../errors.ts";
import { CommandScanner } from "../resp/command-scanner.ts";
import { Offset } from "./position.ts";
import { decodePayload, encodeRecord, readRecordHeader } from "./record.ts";

/**
 * The part of a checked record after `from`. Throws JOURNAL_GAP unless `from` is a command boundary outside MULTI…EXEC in it:
 * then the two gateways disagree about the bytes before.
 */
export function trimRecord(record: Buffer, from: Offset): Buffer {
  const header = readRecordHeader(record);
  if (from <= header.from) return record;
  const payload = decodePayload(record, header);
  const skip = Offset.distance(header.from, from);
  const scanner = new CommandScanner({ db: header.db });
  scanner.feed(payload);
  let skipped = 0;
  while (scanner.next()) {
    skipped++;
    if (scanner.end < skip) continue;
    if (scanner.end > skip || scanner.inTransaction) break;
    const commands = header.commands - skipped;
    if (commands < 0) throw new GatewayError("RECORD_MALFORMED", "a record holds more commands than its header says");
    return encodeRecord({ ...header, from, db: scanner.db, commands }, payload.subarray(skip));
  }
  throw new GatewayError("JOURNAL_GAP", "the wanted position is not a command boundary of the stored stream", {
    details: { from, recordFrom: header.from, recordTo: header.to },
  });
}
