/**
 * One snapshot on disk: `<snapshot id>.chunks`, a file header and then chunks, and, once it is whole, `snapshot.json`
 * beside it, which names it. A history has at most one whole snapshot and one unfinished one. When retention drops the
 * chunks of a useless snapshot its json stays: it also says that the history is one that may be delivered.
 */
import type { FileHandle } from "node:fs/promises";
import { open, readFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";
import { GatewayError } from "../errors.ts";
import type { SnapshotInfo } from "../stream/log.ts";
import { Offset, Replid } from "../stream/position.ts";
import {
  CHUNK_RAW_BYTES,
  chunkLength,
  decodeChunkHeader,
  decodeChunkPayload,
  type KnownChunk,
  MAX_CHUNK_BYTES,
} from "../stream/snapshot-chunk.ts";
import { decodeFileHeader, FILE_HEADER_BYTES } from "./file-header.ts";
import { errnoOf, readFully } from "./files.ts";
import { RdbChecksum } from "./rdb-checksum.ts";
import type { Owner } from "./segment.ts";

export const SNAPSHOT_JSON = "snapshot.json";
const CHUNKS = ".chunks";

export function chunkFileName(id: string): string {
  return `${id}${CHUNKS}`;
}

export function isChunkFileName(name: string): boolean {
  return name.endsWith(CHUNKS);
}

/** How much of a snapshot is in its file. */
export type Extent = {
  readonly chunks: number;
  readonly rdbBytes: number;
  /** End of the last whole chunk in the file. */
  readonly fileBytes: number;
};

export const EMPTY_EXTENT: Extent = { chunks: 0, rdbBytes: 0, fileBytes: FILE_HEADER_BYTES };

const count = z.number().int().nonnegative();
const document = z.strictObject({
  id: z.string().regex(/^[0-9a-f]{16}$/),
  offset: z.string().regex(/^\d+$/),
  replid: z.string(),
  db: count,
  chunks: count,
  rdbBytes: count,
  fileBytes: count,
});

export type WholeSnapshot = { readonly info: SnapshotInfo; readonly extent: Extent };

export function renderSnapshotJson(snapshot: WholeSnapshot): string {
  const { id, offset, replid, db } = snapshot.info;
  return `${JSON.stringify({ id, offset: String(offset), replid, db, ...snapshot.extent })}\n`;
}

/** Undefined when the history has no whole snapshot. Throws JOURNAL_CORRUPT. */
export async function readSnapshotJson(folder: string): Promise<WholeSnapshot | undefined> {
  const path = join(folder, SNAPSHOT_JSON);
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return undefined;
    throw error;
  }
  try {
    const { id, offset, replid, db, ...extent } = document.parse(JSON.parse(text));
    return { info: { id, offset: Offset.of(offset), replid: Replid.of(replid), db }, extent };
  } catch (cause) {
    throw new GatewayError("JOURNAL_CORRUPT", `${path} does not describe a snapshot`, { cause });
  }
}

export type UnfinishedSnapshot = { readonly info: SnapshotInfo; readonly extent: Extent; readonly checksum: RdbChecksum };

/** Reads again, and verifies, the chunks of a snapshot that had not arrived whole. Undefined when not even its header had. Throws JOURNAL_VERSION. */
export async function readUnfinished(path: string, owner: Owner): Promise<UnfinishedSnapshot | undefined> {
  const file = await open(path, "r");
  try {
    const { size } = await file.stat();
    const info = await readInfo(file, owner);
    return info && { info, ...(await readChunks(file, size)) };
  } finally {
    await file.close();
  }
}

async function readInfo(file: FileHandle, owner: Owner): Promise<SnapshotInfo | undefined> {
  try {
    const header = decodeFileHeader("snapshot", await readFully(file, 0, FILE_HEADER_BYTES));
    if (header.stream !== owner.stream || header.history !== owner.history || header.snapshot === undefined) return undefined;
    return { id: header.snapshot, offset: header.offset, replid: header.replid, db: header.db };
  } catch (cause) {
    if (cause instanceof GatewayError && cause.code === "JOURNAL_VERSION") throw cause;
    return undefined; // The sender still has it: what cannot be gone on with is asked for again.
  }
}

/** Ends at the first chunk that is not whole: the rest is asked for again. */
async function readChunks(file: FileHandle, size: number): Promise<{ extent: Extent; checksum: RdbChecksum }> {
  const checksum = new RdbChecksum();
  let extent = EMPTY_EXTENT;
  while (extent.fileBytes < size) {
    const block = await readFully(file, extent.fileBytes, Math.min(4 * MAX_CHUNK_BYTES, size - extent.fileBytes));
    const before = extent;
    for (let at = 0; at < block.length; at = extent.fileBytes - before.fileBytes) {
      const chunk = wholeChunk(block.subarray(at), extent);
      if (chunk === undefined) break;
      checksum.update(chunk.raw);
      extent = chunk.extent;
    }
    if (extent === before) break;
  }
  return { extent, checksum };
}

function wholeChunk(bytes: Buffer, before: Extent): { readonly raw: Buffer; readonly extent: Extent } | undefined {
  if (bytes.length < 4) return undefined;
  try {
    const chunk = bytes.subarray(0, chunkLength(bytes));
    return extend(before, chunk);
  } catch {
    return undefined;
  }
}

/** Of what `extend` unpacked last. */
const unpacked = Buffer.allocUnsafeSlow(CHUNK_RAW_BYTES);

/**
 * Checks that `chunk` is the next one; its `raw` bytes are good until the next call. What is known of it is neither checked nor unpacked again.
 * Throws JOURNAL_GAP when it is another one, RECORD_MALFORMED when it is none.
 */
export function extend(before: Extent, chunk: Buffer, known?: KnownChunk): { readonly raw: Buffer; readonly extent: Extent } {
  const header = known?.header ?? decodeChunkHeader(chunk);
  if (header.index !== before.chunks || header.rdbOffset !== before.rdbBytes) {
    throw new GatewayError("JOURNAL_GAP", "a snapshot chunk is not the one that must follow", {
      details: { index: header.index, wanted: before.chunks },
    });
  }
  const extent = { chunks: before.chunks + 1, rdbBytes: before.rdbBytes + header.rawBytes, fileBytes: before.fileBytes + chunk.length };
  return { raw: known?.raw ?? decodeChunkPayload(chunk, header, unpacked.subarray(0, header.rawBytes)), extent };
}
