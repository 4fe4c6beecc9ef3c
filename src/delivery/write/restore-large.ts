/**
 * One RESTORE, in a unit of its own, whose value is too large to be held: the parser has measured it, and its bytes go from the stored chunks
 * to the target as fast as the target takes them (BOUNDED).
 */
import { GatewayError } from "../../errors.ts";
import { type DumpPayloads, FOOTER_BYTES } from "../../rdb/dump-payload.ts";
import { describeType } from "../../rdb/opcodes.ts";
import type { RdbEntry } from "../../rdb/parser.ts";
import type { MeasuredSpan } from "../../rdb/reader.ts";
import { encodeCommand } from "../../resp/encode.ts";
import type { StoredSnapshot } from "../../stream/log.ts";
import type { Checkpoint } from "./checkpoint.ts";
import { encodeRestoreHead, RESTORE_OPTIONS } from "./restore-unit.ts";
import { readBytes } from "./snapshot-reading.ts";
import type { UnitSubmitter } from "./unit.ts";

export type RestoreLargeOptions = {
  readonly entry: RdbEntry & { readonly measured: MeasuredSpan };
  readonly payloads: DumpPayloads;
  readonly snapshot: StoredSnapshot;
  readonly writer: UnitSubmitter;
  readonly checkpoint: Checkpoint;
  /** What the target takes as one argument. */
  readonly maxBulkBytes: number;
};

/** Throws RDB_UNSUPPORTED when the target cannot restore the entry. When the signal aborts, the unit stays open. */
export async function restoreLarge(options: RestoreLargeOptions, signal: AbortSignal): Promise<void> {
  const { entry, payloads, snapshot, writer, checkpoint, maxBulkBytes } = options;
  const { db, meta, type, measured } = entry;
  payloads.check(entry);
  const payloadBytes = meta.reduce((sum, piece) => sum + piece.length, 0) + 1 + measured.bytes + FOOTER_BYTES;
  if (payloadBytes > maxBulkBytes) {
    const what = `a value of type ${describeType(type)} has ${measured.bytes} bytes, and the target's proto-max-bulk-len is ${maxBulkBytes}`;
    throw new GatewayError("RDB_UNSUPPORTED", what, { details: { rdbOffset: measured.from, bytes: measured.bytes, limit: maxBulkBytes } });
  }
  await writer.ready(signal);
  if (signal.aborted) return;
  writer.begin(() => payloads.describe(type));
  if (db !== 0) writer.append([encodeCommand("SELECT", db)], 1);
  writer.append([encodeRestoreHead(entry, payloadBytes), ...meta, Buffer.of(type)], 0);
  for await (const piece of readBytes(snapshot, measured, signal)) {
    writer.append([piece], 0);
    await writer.ready(signal);
  }
  if (signal.aborted) return;
  writer.append([payloads.footerOf(measured.crc), Buffer.from(RESTORE_OPTIONS)], 1);
  writer.commit(checkpoint, db);
}
