/**
 * `npm run bench:rdb`: how fast an RDB of mixed keys is read through, in MB/s beside the plain reading of its file, with and without its
 * CRC-64, and the CRC-64 by itself as it is and in plain JavaScript. Each figure is the best of some rounds in turns, in one process. Prints
 * one JSON object, and leaves with 1 when a criterion is not met.
 */
import { closeSync, openSync, readSync, statSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { Crc64 } from "../../../src/bytes/crc64.ts";
import { RdbParser } from "../../../src/rdb/parser.ts";
import { startFilled } from "../load/keys.ts";
import { Crc64InJavaScript } from "./crc64-in-javascript.ts";

const USAGE = `npm run bench:rdb -- [--keys <n>] [--rounds <n>]

  --keys <n>     in the RDB (500,000: about 100 MB)
  --rounds <n>   how often each is measured, in turns (5); the best counts
`;
const CHUNK_BYTES = 256 * 1024;

const { values } = parseArgs({
  options: { keys: { type: "string", default: "500000" }, rounds: { type: "string", default: "5" }, help: { type: "boolean" } },
});
if (values.help) {
  process.stdout.write(USAGE);
  process.exit(0);
}

await using server = await startFilled(Number(values.keys));
await server.client().save();
const path = join(server.dir, "dump.rdb");
const { size } = statSync(path);

/** Every chunk in memory of its own, as they come from a journal. */
function eachChunk(take: (chunk: Buffer) => void): void {
  const file = openSync(path, "r");
  for (let at = 0; at < size; ) {
    const chunk = Buffer.allocUnsafeSlow(CHUNK_BYTES);
    const bytes = readSync(file, chunk, 0, CHUNK_BYTES, at);
    take(chunk.subarray(0, bytes));
    at += bytes;
  }
  closeSync(file);
}

function scan(verifyChecksum: boolean): void {
  const parser = new RdbParser({ verifyChecksum });
  eachChunk((chunk) => {
    parser.feed(chunk);
    while (parser.next() !== undefined);
  });
  parser.finish();
}

function sum(crc: { update(chunk: Buffer): void }): void {
  eachChunk((chunk) => crc.update(chunk));
}

/** What each does beside reading the file. */
const TASKS: Readonly<Record<string, () => void>> = {
  fileReading: () => eachChunk(() => undefined),
  scanWithCrc64: () => scan(true),
  scanWithoutCrc64: () => scan(false),
  crc64: () => sum(new Crc64()),
  crc64InJavaScript: () => sum(new Crc64InJavaScript()),
};

const seconds = new Map<string, number>();
for (let round = 0; round < Number(values.rounds); round++) {
  for (const [name, task] of Object.entries(TASKS)) {
    const startedAt = performance.now();
    task();
    seconds.set(name, Math.min(seconds.get(name) ?? Number.POSITIVE_INFINITY, (performance.now() - startedAt) / 1_000));
  }
}
const of = (name: string) => seconds.get(name)!;
const criteria = {
  /** Reading taken away from both. */
  crc64FasterThanTheWalk: of("crc64") - of("fileReading") < of("scanWithoutCrc64") - of("fileReading"),
  crc64FasterThanInJavaScript: of("crc64") < of("crc64InJavaScript"),
};
const megabytesPerSecond = Object.fromEntries(Object.keys(TASKS).map((name) => [name, Math.round(size / 1e6 / of(name))]));
console.log(JSON.stringify({ keys: Number(values.keys), megabytes: Math.round(size / 1e6), criteria, megabytesPerSecond }, null, 2));
process.exitCode = Object.values(criteria).every(Boolean) ? 0 : 1;
