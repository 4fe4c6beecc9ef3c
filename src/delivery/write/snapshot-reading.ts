/** Parses a stored snapshot chunk by chunk. */
import { GatewayError } from "../../errors.ts";
import { RdbParser } from "../../rdb/parser.ts";
import type { StoredSnapshot } from "../../stream/log.ts";
import { decodeChunkHeader, decodeChunkPayload } from "../../stream/snapshot-chunk.ts";

/**
 * Yields the parser each time that another chunk was fed; `parser.next()` then gives what became whole. Returns early when the signal
 * aborts. Throws HISTORY_CHANGED when the snapshot was given up, JOURNAL_CORRUPT, RDB_MALFORMED.
 */
export async function* readSnapshot(snapshot: StoredSnapshot, signal: AbortSignal): AsyncGenerator<RdbParser, void, void> {
  // The journal verified the RDB's CRC-64 before it calls a snapshot complete, and each chunk has a checksum of its own.
  const parser = new RdbParser({ verifyChecksum: false });
  const reader = snapshot.openReader(0);
  try {
    for (;;) {
      const chunk = await reader.next(signal);
      if (chunk === undefined) return;
      if (chunk === "aborted") throw new GatewayError("HISTORY_CHANGED", "the snapshot was given up while it was being loaded");
      if (chunk === "end") return parser.finish();
      parser.feed(decodeChunkPayload(chunk, decodeChunkHeader(chunk)));
      yield parser;
    }
  } finally {
    await reader.close();
  }
}
