/** Reads a stored snapshot: as entries, chunk by chunk, and the raw bytes of a value once more. */

import type { RawRing } from "../../../bytes/raw-ring.ts";
import { GatewayError } from "../../../errors.ts";
import { RdbParser } from "../../../rdb/parser.ts";
import type { StoredSnapshot } from "../../../stream/log.ts";
import { CHUNK_RAW_BYTES, type ChunkHeader, decodeChunkPayload, readChunkHeader } from "../../../stream/snapshot-chunk.ts";

/** Larger values are read twice, so that none is held whole (BOUNDED). Up to here the second reading would cost more than the memory. */
const HELD_VALUE_BYTES = 4 * 1024 * 1024;

/**
 * Yields the parser each time that another chunk was fed; `parser.next()` then gives what became whole. Returns early when the signal
 * aborts. Throws HISTORY_CHANGED when the snapshot was given up, JOURNAL_CORRUPT, RDB_MALFORMED. What the items hold may lie in `room`.
 */
export async function* readSnapshot(
  snapshot: StoredSnapshot,
  signal: AbortSignal,
  room?: RawRing<number>,
): AsyncGenerator<RdbParser, void, void> {
  // The journal verified the RDB's CRC-64 before it calls a snapshot complete, and each chunk has a checksum of its own.
  const parser = new RdbParser({ verifyChecksum: false, maxValueBytes: Number.MAX_SAFE_INTEGER, heldValueBytes: HELD_VALUE_BYTES });
  for await (const { payload } of readChunks(snapshot, 0, signal, room)) {
    parser.feed(payload);
    yield parser;
  }
  if (!signal.aborted) parser.finish();
}

/** The RDB bytes [from, from + bytes), in pieces. Returns and throws as `readSnapshot`. */
export async function* readBytes(
  snapshot: StoredSnapshot,
  { from, bytes }: { readonly from: number; readonly bytes: number },
  signal: AbortSignal,
): AsyncGenerator<Buffer, void, void> {
  // No chunk holds more: the one that is wanted has this index or a higher one.
  const first = Math.floor(from / CHUNK_RAW_BYTES);
  for await (const { header, payload } of readChunks(snapshot, first, signal)) {
    const start = Math.max(0, from - header.rdbOffset);
    const end = from + bytes - header.rdbOffset;
    if (start < payload.length) yield payload.subarray(start, end);
    if (end <= payload.length) return;
  }
}

type Chunk = { readonly header: ChunkHeader; readonly payload: Buffer };

async function* readChunks(
  snapshot: StoredSnapshot,
  first: number,
  signal: AbortSignal,
  room?: RawRing<number>,
): AsyncGenerator<Chunk, void, void> {
  const reader = snapshot.openReader(first);
  try {
    for (;;) {
      const chunk = await reader.next(signal);
      if (chunk === undefined || chunk === "end") return;
      if (chunk === "aborted") throw new GatewayError("HISTORY_CHANGED", "the snapshot was given up while it was being loaded");
      const header = readChunkHeader(chunk);
      const end = header.rdbOffset + header.rawBytes;
      yield { header, payload: decodeChunkPayload(chunk, header, room?.take(header.rawBytes, end)) };
    }
  } finally {
    await reader.close();
  }
}
