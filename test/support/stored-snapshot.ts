/** A snapshot in memory, as the journal would keep it. */
import { setImmediate as turn } from "node:timers/promises";
import { crc64 } from "../../src/bytes/crc64.ts";
import type { Checkpoint } from "../../src/delivery/write/target/checkpoint.ts";
import type { SnapshotInfo, SnapshotReader, StoredSnapshot } from "../../src/stream/log.ts";
import { HistoryId, Offset, Replid } from "../../src/stream/position.ts";
import { CHUNK_RAW_BYTES, encodeChunk } from "../../src/stream/snapshot-chunk.ts";

const INFO: SnapshotInfo = { id: "0123456789abcdef", offset: Offset.of(100), replid: Replid.of("a".repeat(40)), db: 0 };

/** Of a target that is about to load it, from its beginning. */
export const LOADING: Checkpoint = {
  state: "loading",
  history: HistoryId.of("00000000000000bb"),
  offset: INFO.offset,
  db: INFO.db,
  replid: INFO.replid,
  snapshotId: INFO.id,
  rdbOffset: 0,
  writer: "00000000000000aa",
  readAtMs: 0,
  guardMs: 0,
};

export type StoredSnapshotOptions = {
  readonly chunkBytes?: number;
  /** Given up after so many chunks. */
  readonly abortedAfter?: number;
  /** Waited for when the first chunk is asked for. */
  readonly onRead?: () => Promise<unknown>;
  /** How many readers are open: +1, -1. */
  readonly onReaders?: (change: 1 | -1) => void;
};

export function storedSnapshot(rdb: Buffer, options: StoredSnapshotOptions = {}): StoredSnapshot {
  const { chunkBytes = CHUNK_RAW_BYTES, abortedAfter = Number.POSITIVE_INFINITY, onRead = turn, onReaders } = options;
  const chunks: Buffer[] = [];
  for (let from = 0; from < rdb.length; from += chunkBytes) {
    chunks.push(encodeChunk(chunks.length, from, rdb.subarray(from, from + chunkBytes)));
  }
  return {
    info: INFO,
    state: chunks.length > abortedAfter ? "aborted" : "complete",
    chunks: chunks.length,
    rdbBytes: rdb.length,
    totalBytes: rdb.length,
    openReader(first): SnapshotReader {
      let index = first;
      onReaders?.(1);
      return {
        async next(signal) {
          await (index === first ? onRead() : turn());
          if (signal.aborted) return undefined;
          if (index >= abortedAfter) return "aborted";
          return chunks[index++] ?? "end";
        },
        close: async () => onReaders?.(-1),
      };
    },
  };
}

export type RdbPart = number | string | Buffer;

/** An RDB of these parts (numbers are bytes), with its end and a true checksum. */
export function makeRdb(body: readonly RdbPart[], magic = "REDIS0013"): Buffer {
  const parts = body.map((part) => (typeof part === "number" ? Buffer.of(part) : Buffer.from(part)));
  const whole = Buffer.concat([Buffer.from(magic), ...parts, Buffer.of(0xff)]);
  const trailer = Buffer.alloc(8);
  trailer.writeBigUInt64LE(crc64(whole));
  return Buffer.concat([whole, trailer]);
}

/** A string of an RDB, below 64 bytes. */
export function rdbString(text: string): Buffer {
  return Buffer.concat([Buffer.of(text.length), Buffer.from(text)]);
}
