/** Opens a segment for reading and walks its record headers to find a place. Payloads are stepped over; a broken chain of headers is damage. */
import type { FileHandle } from "node:fs/promises";
import { open } from "node:fs/promises";
import { GatewayError } from "../errors.ts";
import type { RecordHeader } from "../stream/record.ts";
import { FILE_HEADER_BYTES } from "./file-header.ts";
import { errnoOf } from "./files.ts";
import { type Owner, readSegmentHeader, type Segment, scanRecords } from "./segment.ts";

export function damaged(segment: Pick<Segment, "path">, position: number, cause: unknown): GatewayError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new GatewayError("JOURNAL_CORRUPT", `${segment.path} is damaged at byte ${position}: ${why}`, {
    cause,
    details: { file: segment.path, byte: position },
  });
}

/** Damage, and not a file of another stream or history, which somebody must have put there. */
export function isDamage(error: unknown): error is GatewayError {
  if (!(error instanceof GatewayError) || error.code !== "JOURNAL_CORRUPT") return false;
  return !(error.cause instanceof GatewayError && error.cause.code === "JOURNAL_CORRUPT");
}

/** Throws JOURNAL_CORRUPT unless the file is that segment, JOURNAL_GAP when it is gone. */
export async function openSegment(segment: Segment, owner: Owner): Promise<FileHandle> {
  let file: FileHandle;
  try {
    file = await open(segment.path, "r");
  } catch (cause) {
    if (errnoOf(cause) === "ENOENT") throw new GatewayError("JOURNAL_GAP", `${segment.path} is gone`, { cause });
    throw new GatewayError("JOURNAL_IO", `${segment.path} cannot be opened`, { cause });
  }
  try {
    await readSegmentHeader(file, { ...owner, first: segment.first });
    return file;
  } catch (cause) {
    await file.close();
    throw damaged(segment, 0, cause);
  }
}

/** Where, in record bytes, the first record lies for which `visit` answers false; the end of what is written when there is none. */
export async function locate(
  place: { readonly segment: Segment; readonly owner: Owner },
  visit: (header: RecordHeader) => boolean,
): Promise<number> {
  const { segment } = place;
  if (segment.bytes === 0) return segment.base;
  const file = await openSegment(segment, place.owner);
  try {
    const range = { position: FILE_HEADER_BYTES, end: FILE_HEADER_BYTES + segment.bytes, offset: segment.first, verify: false };
    const end = await scanRecords(file, range, visit);
    if (end.problem !== undefined) throw damaged(segment, end.position, end.problem);
    return segment.base + end.position - FILE_HEADER_BYTES;
  } finally {
    await file.close();
  }
}
