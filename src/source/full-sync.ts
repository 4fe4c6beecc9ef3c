/**
 * Receives a master's RDB and stores it in chunks. The position that the RDB stands for is written nowhere before
 * `SnapshotWriter.complete` has verified and stored all of it (SNAPSHOT_BEFORE_POSITION).
 */
import { randomBytes } from "node:crypto";
import { GatewayError } from "../errors.ts";
import { parseRdbAux } from "../rdb/aux.ts";
import type { SnapshotInfo, SnapshotWriter } from "../stream/log.ts";
import type { Offset, Replid } from "../stream/position.ts";
import { CHUNK_RAW_BYTES, encodeChunk } from "../stream/snapshot-chunk.ts";
import { BulkTransfer } from "./bulk-transfer.ts";
import type { MasterConnection } from "./master-connection.ts";

export type FullSyncOptions = {
  readonly connection: MasterConnection;
  readonly replid: Replid;
  readonly offset: Offset;
  /** Called once, when the first chunk tells which database is selected at `offset`. */
  readonly begin: (info: SnapshotInfo) => SnapshotWriter;
};

export async function receiveSnapshot(options: FullSyncOptions, signal: AbortSignal): Promise<void> {
  const { connection, replid, offset } = options;
  const spool: ChunkSpool = new ChunkSpool((first) => {
    const writer = options.begin({ id: randomBytes(8).toString("hex"), offset, replid, db: selectedDb(first) });
    if (transfer.totalBytes !== undefined) writer.expect(transfer.totalBytes);
    return writer;
  });
  const transfer = new BulkTransfer((bytes) => spool.push(bytes));
  try {
    await connection.converse<void>((chunk, done) => {
      const rest = transfer.push(chunk);
      if (rest !== undefined) return done(undefined, rest);
      if (!spool.hasRoom) void pauseUntil(spool.ready(signal), connection);
    }, signal);
    connection.pause();
    await spool.complete();
    connection.resume();
  } catch (error) {
    await spool.abort();
    throw error;
  }
}

/** Absent when no replica had made the master select a database. */
function selectedDb(first: Buffer): number {
  const text = parseRdbAux(first).get("repl-stream-db") ?? "0";
  // A master whose last replica has gone says -1: its stream begins with a SELECT.
  if (text === "-1") return 0;
  if (!/^\d{1,9}$/.test(text)) throw new GatewayError("RDB_MALFORMED", "an RDB names an impossible database for its stream");
  return Number(text);
}

/** A disk slower than the master: its output buffer holds what we do not read yet. */
async function pauseUntil(ready: Promise<void>, connection: MasterConnection): Promise<void> {
  connection.pause();
  await ready.catch(() => undefined);
  connection.resume();
}

/** Gathers bytes into chunks of CHUNK_RAW_BYTES. */
class ChunkSpool {
  readonly #begin: (first: Buffer) => SnapshotWriter;
  readonly #buffer = Buffer.allocUnsafeSlow(CHUNK_RAW_BYTES);
  #filled = 0;
  #writer: SnapshotWriter | undefined;

  constructor(begin: (first: Buffer) => SnapshotWriter) {
    this.#begin = begin;
  }

  get hasRoom(): boolean {
    return this.#writer?.hasRoom ?? true;
  }

  ready(signal: AbortSignal): Promise<void> {
    return this.#writer?.ready(signal) ?? Promise.resolve();
  }

  push(bytes: Buffer): void {
    for (let at = 0; at < bytes.length; ) {
      const take = Math.min(bytes.length - at, CHUNK_RAW_BYTES - this.#filled);
      bytes.copy(this.#buffer, this.#filled, at, at + take);
      at += take;
      this.#filled += take;
      if (this.#filled === CHUNK_RAW_BYTES) this.#store();
    }
  }

  async complete(): Promise<void> {
    this.#store();
    await this.#writer?.complete();
  }

  async abort(): Promise<void> {
    await this.#writer?.abort();
  }

  #store(): void {
    const raw = this.#buffer.subarray(0, this.#filled);
    this.#writer ??= this.#begin(raw);
    const writer = this.#writer;
    if (raw.length > 0) {
      const header = { index: writer.chunks, rdbOffset: writer.rdbBytes, rawBytes: raw.length };
      writer.append(encodeChunk(header.index, header.rdbOffset, raw), { header, raw });
    }
    this.#filled = 0;
  }
}
