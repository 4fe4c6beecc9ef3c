/** What a journal on disk holds, in few words: to compare what was recorded with what is read. */
import { createHash } from "node:crypto";
import type { JournalWriter } from "../../src/journal/context.ts";
import type { SnapshotReader } from "../../src/stream/log.ts";
import type { StreamId } from "../../src/stream/position.ts";
import { decodePayload, decodeRecordHeader } from "../../src/stream/record.ts";
import { decodeChunkHeader, decodeChunkPayload } from "../../src/stream/snapshot-chunk.ts";
import { openJournal, readAll } from "./journal-kit.ts";

export type JournalContents = {
  readonly history: string;
  /** Offsets and replids are text. */
  readonly start: string;
  readonly tail: Readonly<Record<"offset" | "replid" | "db" | "open", string>>;
  readonly files: number;
  readonly records: number;
  readonly commands: number;
  /** Of the master's bytes, and of the snapshot's RDB. */
  readonly sha256: { readonly stream: string; readonly rdb: string };
};

/** Opens the journal, reads all of it with every checksum, closes it. */
export async function readJournal(place: {
  readonly folder: string;
  readonly stream: StreamId;
  readonly writtenBy: JournalWriter;
}): Promise<JournalContents> {
  const journal = await openJournal(place.folder, { stream: place.stream, writtenBy: place.writtenBy });
  try {
    const history = journal.current!;
    const stream = createHash("sha256");
    let commands = 0;
    const records = await readAll(history);
    for (const record of records) {
      const header = decodeRecordHeader(record);
      stream.update(decodePayload(record, header));
      commands += header.commands;
    }
    const rdb = createHash("sha256");
    for await (const raw of rdbOf(history.snapshot!.openReader(0))) rdb.update(raw);
    const { offset, replid, db, open } = history.tail;
    return {
      history: history.id,
      start: `${history.start}`,
      tail: { offset: `${offset}`, replid, db: `${db}`, open: `${open}` },
      files: journal.stats().segments,
      records: records.length,
      commands,
      sha256: { stream: stream.digest("hex"), rdb: rdb.digest("hex") },
    };
  } finally {
    await journal.close();
  }
}

async function* rdbOf(reader: SnapshotReader): AsyncGenerator<Buffer> {
  const signal = AbortSignal.timeout(20_000);
  try {
    for (let chunk = await reader.next(signal); Buffer.isBuffer(chunk); chunk = await reader.next(signal)) {
      yield decodeChunkPayload(chunk, decodeChunkHeader(chunk));
    }
  } finally {
    await reader.close();
  }
}
