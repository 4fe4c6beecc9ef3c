/** A peer that acknowledges nothing while its origin goes on: what waits for it is on disk, within retention, and never in memory (BOUNDED). */
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { eventually } from "../../support/eventually.ts";
import { peakMemoryBytes } from "../../support/memory-peak.ts";
import { Pair } from "../../support/pair.ts";
import { writeBlobs } from "../../support/writes.ts";

const MIB = 1024 * 1024;
const PEAK_BYTES = 200 * MIB;
const SEGMENT = 4 * MIB;

async function bytesIn(folder: string): Promise<number> {
  let bytes = 0;
  for (const name of await readdir(folder, { recursive: true })) {
    const found = await stat(join(folder, name)).catch(() => undefined);
    if (found?.isFile()) bytes += found.size;
  }
  return bytes;
}

async function originHasItAll(pair: Pair): Promise<void> {
  const wanted = BigInt((await pair.master.info("master_repl_offset"))!);
  await eventually(async () => BigInt((await pair.stream("us-east")).positions.durable ?? 0) >= wanted, {
    timeoutMs: 60_000,
    what: "the origin having it all",
  });
}

test("a stopped peer, within retention: no full sync, and everything arrives", async () => {
  await using pair = await Pair.start({ journal: { memory: "8MiB", segment: `${SEGMENT / MIB}MiB` } });
  await pair.caughtUp();
  pair.eu.signal("SIGSTOP");
  await writeBlobs(pair.master.client(), "blob", 8_000);
  await originHasItAll(pair);
  pair.eu.signal("SIGCONT");
  await pair.caughtUp();
  expect((await pair.stream("us-east")).master).toMatchObject({ fullSyncs: 1, historiesLost: 0 });
  expect((await pair.stream("us-east")).journal.droppedNeededBytes).toBe(0);
  expect(await pair.problems()).toEqual([]);
  for (const gateway of [pair.us, pair.eu]) expect(peakMemoryBytes(gateway.pid), gateway.options.region).toBeLessThan(PEAK_BYTES);
});

test("a stopped peer, beyond retention, while 2 GB are written: the disk stays bounded, what it needed is counted and logged, and it gets a snapshot", {
  timeout: 900_000,
}, async () => {
  const retention = 32 * MIB;
  await using pair = await Pair.start({
    journal: { memory: "8MiB", segment: `${SEGMENT / MIB}MiB`, retention: { bytes: `${retention / MIB}MiB`, age: "24h" } },
  });
  await pair.caughtUp();
  pair.eu.signal("SIGSTOP");
  const folder = join(pair.folder, "data", "us-east");
  const client = pair.master.client();
  let largest = 0;
  // Ten minutes of silence are those in which this is written: nothing in the gateway counts minutes, only bytes.
  let written = 0;
  for (; written < 2e9; written += 2_000 * 10_000) {
    await writeBlobs(client, "round", 2_000);
    await originHasItAll(pair);
    largest = Math.max(largest, await bytesIn(folder));
  }
  await eventually(async () => (await pair.stream("us-east")).journal.droppedNeededBytes > 0, { what: "retention" });
  await eventually(async () => (await bytesIn(folder)) <= retention + 2 * SEGMENT, { what: "the journal keeping its limit" });
  // Retention looks once a second: in between comes what a second brings, which on a fast machine is several times as much.
  expect(largest).toBeLessThan(written / 4);
  const said = pair.us.events.filter(({ event }) => event === "journal.nearly-full" || event === "journal.dropped-needed");
  expect(said.slice(0, 2)).toMatchObject([
    { event: "journal.nearly-full", level: "error" },
    { event: "journal.dropped-needed", level: "error" },
  ]);
  pair.eu.signal("SIGCONT");
  await pair.caughtUp();
  expect((await pair.stream("us-east")).master).toMatchObject({ fullSyncs: 2, historiesLost: 0 });
  expect(await pair.problems()).toEqual([]);
  for (const gateway of [pair.us, pair.eu]) expect(peakMemoryBytes(gateway.pid), gateway.options.region).toBeLessThan(PEAK_BYTES);
});
