/**
 * One RESTORE, in a unit of its own, whose value is too large to be held: the parser has measured it, and its bytes go from the stored chunks
 * to the target as fast as the target takes them (BOUNDED).
 */
import { type DumpPayloads, FOOTER_BYTES } from "../../../rdb/dump-payload.ts";
import type { RdbEntry } from "../../../rdb/parser.ts";
import type { MeasuredSpan } from "../../../rdb/reader.ts";
import { encodeCommand } from "../../../resp/encode.ts";
import type { StoredSnapshot } from "../../../stream/log.ts";
import type { Checkpoint } from "../target/checkpoint.ts";
import type { UnitSubmitter } from "../unit/unit.ts";
import { encodeRestoreHead, restoreFrame } from "./load-unit.ts";
import { readBytes } from "./snapshot-reading.ts";

export type RestoreLargeOptions = {
  readonly entry: RdbEntry & { readonly measured: MeasuredSpan };
  readonly payloads: DumpPayloads;
  readonly snapshot: StoredSnapshot;
  readonly writer: UnitSubmitter;
  readonly checkpoint: Checkpoint;
};

/** How many bytes the argument of RESTORE has. */
export function payloadBytesOf({ meta, valueBytes }: RdbEntry): number {
  return meta.reduce((sum, piece) => sum + piece.length, 0) + 1 + valueBytes + FOOTER_BYTES;
}

/** When the signal aborts, the unit stays open. */
export async function restoreLarge(options: RestoreLargeOptions, signal: AbortSignal): Promise<void> {
  const { entry, payloads, snapshot, writer, checkpoint } = options;
  const { db, meta, type, measured } = entry;
  await writer.ready(signal);
  if (signal.aborted) return;
  writer.begin(() => payloads.describe(type));
  if (db !== 0) writer.append([encodeCommand("SELECT", db)], 1);
  writer.append([encodeRestoreHead(entry, payloadBytesOf(entry)), ...meta, Buffer.of(type)], 0);
  for await (const piece of readBytes(snapshot, measured, signal)) {
    writer.append([piece], 0);
    await writer.ready(signal);
  }
  if (signal.aborted) return;
  writer.append([payloads.footerOf(measured.crc), restoreFrame(entry).options], 1);
  writer.commit(checkpoint, db);
}
