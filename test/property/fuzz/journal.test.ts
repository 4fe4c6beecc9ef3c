/** A data folder whose files were damaged, also under right checksums: what is opened can be read to its end, or there is a typed error. */
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { expect } from "vitest";
import { Offset } from "../../../src/stream/position.ts";
import { decodeRecordHeader } from "../../../src/stream/record.ts";
import { fuzz, outcomeOfAsync } from "../../support/fuzz.ts";
import { appendNext, appendRdb, HISTORY, OTHER_SNAPSHOT, openJournal, SNAPSHOT, startCurrent, written } from "../../support/journal-kit.ts";
import { mutateBytes, mutateDecimal, mutateNumber, type NumberField } from "../../support/mutate.ts";
import type { Random } from "../../support/random.ts";
import { tempFolder } from "../../support/temp-folder.ts";

const FILE_HEADER_BYTES = 160;
const FILE_FIELDS: readonly NumberField[] = [
  { at: 8, bytes: 4 },
  { at: 12, bytes: 4 },
  { at: 16, bytes: 8 },
  { at: 60, bytes: 1 },
];
const ENTRY_FIELDS: readonly NumberField[] = [0, 8, 9, 10, 12, 16, 20, 24, 28, 32, 40, 68].flatMap((at) => [
  { at, bytes: 1 } as const,
  { at, bytes: 4 } as const,
  { at, bytes: 8 } as const,
]);

/** One history with several segments; its snapshot whole or still arriving. */
async function build(folder: string, random: Random): Promise<void> {
  const journal = await openJournal(folder, { segmentBytes: 2000 });
  const isWhole = random.chance(0.6);
  const begun = isWhole ? undefined : journal.startHistory(HISTORY, SNAPSHOT);
  const history = begun?.history ?? (await startCurrent(journal));
  for (let left = random.between(0, 30); left > 0; left--) appendNext(history, random.between(0, 300), { open: random.chance(0.1) });
  if (begun) appendRdb(begun.writer);
  else if (random.chance(0.3)) appendRdb(history.beginSnapshot({ ...OTHER_SNAPSHOT, offset: Offset.of(history.tail.offset) }));
  await written(journal);
  await journal.close();
}

async function damageOne(folder: string, random: Random): Promise<void> {
  const [history] = await readdir(folder);
  const names = await readdir(join(folder, history!));
  if (names.length === 0) return;
  const path = join(folder, history!, random.pick(names.sort()));
  const bytes = await readFile(path);
  await writeFile(path, path.endsWith(".json") ? damageText(bytes, random) : damageFile(bytes, random));
}

function damageText(bytes: Buffer, random: Random): Buffer {
  return random.chance(0.7) ? mutateDecimal(bytes, random) : mutateBytes(bytes, random);
}

/** Of a file of records or chunks: its header, one entry, or anything. */
function damageFile(bytes: Buffer, random: Random): Buffer {
  if (random.chance(0.3) || bytes.length <= FILE_HEADER_BYTES + 72) return mutateBytes(bytes, random);
  const copy = Buffer.from(bytes);
  if (random.chance(0.3)) {
    const header = mutateNumber(copy.subarray(0, FILE_HEADER_BYTES), random, FILE_FIELDS);
    header.writeUInt32LE(crc32(header.subarray(0, 156)), 156);
    header.copy(copy);
    return copy;
  }
  let at = FILE_HEADER_BYTES;
  for (let skip = random.between(0, 8); skip > 0; skip--) {
    const next = at + copy.readUInt32LE(at);
    if (next + 72 > copy.length) break;
    at = next;
  }
  const entry = mutateNumber(copy.subarray(at, Math.max(at + 72, at + copy.readUInt32LE(at))), random, ENTRY_FIELDS);
  entry.writeUInt32LE(crc32(entry.subarray(8)), 4);
  entry.copy(copy, at);
  return copy;
}

async function openAndRead(folder: string): Promise<void> {
  const journal = await openJournal(folder, { segmentBytes: 2000 });
  const signal = AbortSignal.timeout(30_000);
  try {
    for (const history of [journal.current, journal.arriving]) {
      if (history === undefined) continue;
      let reached = history.start;
      const cursor = history.openCursor(history.start);
      try {
        while (reached < history.tail.offset) {
          for (const record of (await cursor.next(signal)) ?? []) {
            const header = decodeRecordHeader(record);
            // NO_GAP, whatever lies on the disk.
            expect(header.from).toBe(reached);
            reached = header.to;
          }
        }
      } finally {
        await cursor.close();
      }
      const reader = history.snapshot?.openReader(0);
      try {
        for (let left = history.snapshot?.chunks ?? 0; left > 0; left--) if (typeof (await reader?.next(signal)) !== "object") break;
      } finally {
        await reader?.close();
      }
      await history.replidAt(history.tail.offset);
    }
    expect(signal.aborted).toBe(false);
  } finally {
    await journal.close();
  }
}

fuzz(
  "a damaged data folder opens and reads without a gap, or says what is damaged",
  async (random) => {
    await using folder = await tempFolder("fuzz-journal");
    await build(folder.path, random);
    for (let left = random.between(1, 2); left > 0; left--) await damageOne(folder.path, random);
    const codes = ["fine", "JOURNAL_CORRUPT", "JOURNAL_GAP", "JOURNAL_VERSION", "RECORD_MALFORMED"];
    expect(codes).toContain(await outcomeOfAsync(() => openAndRead(folder.path)));
    // What recovery did is not worse than what it found.
    expect(codes).toContain(await outcomeOfAsync(() => openAndRead(folder.path)));
  },
  { runs: 60 },
);
