/** A journal that is written and read behind the writer, and one that is read from disk. */
import type { Offset } from "../../../src/stream/position.ts";
import { encodeRecord } from "../../../src/stream/record.ts";
import { openJournal, readTo, START, startCurrent } from "../../support/journal-kit.ts";
import { tempFolder } from "../../support/temp-folder.ts";
import { spanOf, streamOf, type Task } from "./tasks.ts";

const RECORD_BYTES = 64 * 1024;
const RECORDS = 64;

export type JournalTasks = AsyncDisposable & { readonly tasks: readonly Task[] };

export async function makeJournalTasks(): Promise<JournalTasks> {
  const [folder, stop] = [await tempFolder("micro"), new AbortController()];
  const options = {
    memoryBytes: 1 << 20,
    segmentBytes: 64 << 20,
    maxPendingBytes: 16 << 20,
    retention: { bytes: 256 << 20, ageMs: 1 << 30 },
  };
  const journal = await openJournal(folder.path, options);
  const running = journal.run(stop.signal);
  const history = await startCurrent(journal);
  const mix = streamOf("mix", RECORD_BYTES);
  const append = (): void => {
    const { offset } = history.tail;
    history.append(encodeRecord(spanOf(mix, offset), mix));
  };
  for (let count = 0; count < RECORDS; count++) append();
  const stored = history.tail.offset as Offset;
  const cursor = history.openCursor(stored);
  const bytes = mix.length;
  return {
    tasks: [
      {
        name: "journal: append a record and read it back",
        bytes,
        run: async () => {
          append();
          await readTo(cursor, history.tail.offset);
          if (!journal.hasRoom) await journal.ready(stop.signal);
        },
      },
      {
        name: `journal: read ${RECORDS} records from disk`,
        bytes: bytes * RECORDS,
        run: async () => {
          const from = history.openCursor(START);
          await readTo(from, stored);
          await from.close();
        },
      },
    ],
    async [Symbol.asyncDispose]() {
      await cursor.close();
      stop.abort();
      await running;
      await journal.close();
      await folder[Symbol.asyncDispose]();
    },
  };
}
