/** Run as a process by the journal's kill tests: appends for ever and says after each advance what is durable. */
import { lockDataFolder } from "../../src/journal/lock.ts";
import { appendNext, openJournal, startCurrent } from "./journal-kit.ts";

const [folder = "", what = "append"] = process.argv.slice(2);

async function append(): Promise<void> {
  const journal = await openJournal(folder, {
    fsync: "always",
    segmentBytes: 20_000,
    maxPendingBytes: 8000,
    retention: { bytes: 100_000, ageMs: 1 << 30 },
  });
  if (journal.arriving !== undefined) console.log(`arriving ${journal.arriving.tail.offset}`);
  const history = journal.current ?? (await startCurrent(journal));
  await history.cutOpenTail();
  const signal = new AbortController().signal;
  void journal.run(signal);
  journal.onProgress(() => console.log(`durable ${journal.progress?.durable?.offset}`));
  for (let index = 0; ; index++) {
    await journal.ready(signal);
    appendNext(history, index % 97, { open: index % 5 === 1 });
    if (index % 7 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
}

async function lock(): Promise<void> {
  try {
    await lockDataFolder(folder);
    console.log("held");
    setInterval(() => undefined, 1000);
  } catch (error) {
    console.log(`refused ${(error as { code?: string }).code}`);
  }
}

await (what === "lock" ? lock() : append());
