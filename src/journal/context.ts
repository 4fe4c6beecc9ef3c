/** What the parts of one stream's journal share: settings, ports, the disk's health and the counters. */
import type { FileHandle } from "node:fs/promises";
import type { Logger } from "pino";
import type { Clock } from "../runtime/clock.ts";
import type { StreamId } from "../stream/position.ts";
import type { DiskHealth } from "./disk-health.ts";

/** always: durable means synced. everysec: written, and synced within about a second. never: written; the kernel decides. */
export type FsyncPolicy = "always" | "everysec" | "never";

export type OpenFile = (path: string, flags: string) => Promise<FileHandle>;

/** Writes at `position` before it returns, and answers how many bytes the system took. */
export type WriteNow = (file: FileHandle, buffers: readonly Buffer[], position: number) => number;

/**
 * Whose bytes these are. A peer sends any part of them again: of a damaged journal it keeps what lies before. A master does not: it keeps
 * what lies behind, and who still needs the rest gets a snapshot.
 */
export type JournalWriter = "master" | "peer";

export type JournalCounters = {
  /** Taken in since start: bytes of the stream, of the records that carry them, and commands. */
  rawBytes: number;
  storedBytes: number;
  commands: number;
  fsyncs: number;
  fsyncMsMax: number;
  /** Torn ends cut at open, and their bytes. */
  tornTails: number;
  tornBytes: number;
  /** Full files and snapshots that turned out to be damaged or missing. */
  damages: number;
  /** Bytes that retention dropped although a reader still needed them. */
  droppedNeededBytes: number;
  /** On disk and not yet had by every reader, as of the last look. */
  neededBytes: number;
};

/** Before anything has happened. */
export function noCounters(): JournalCounters {
  return {
    ...{ rawBytes: 0, storedBytes: 0, commands: 0, fsyncs: 0, fsyncMsMax: 0 },
    ...{ tornTails: 0, tornBytes: 0, damages: 0, droppedNeededBytes: 0, neededBytes: 0 },
  };
}

export type JournalSettings = {
  /** Of this stream alone; created. Whoever opens it holds the lock of the data folder (`lock.ts`). */
  readonly folder: string;
  readonly stream: StreamId;
  readonly fsync: FsyncPolicy;
  readonly writtenBy: JournalWriter;
  readonly memoryBytes: number;
  readonly segmentBytes: number;
  readonly maxPendingBytes: number;
  readonly log: Logger;
  readonly clock: Clock;
};

export type JournalContext = JournalSettings & {
  readonly retryMs: number;
  readonly openFile: OpenFile;
  readonly writeNow: WriteNow;
  readonly health: DiskHealth;
  readonly counters: JournalCounters;
};

/** Makes a file's data survive a power cut, and measures it. */
export async function syncFile(context: JournalContext, file: FileHandle): Promise<void> {
  const startedAt = context.clock.nowMs();
  await file.datasync();
  context.counters.fsyncs++;
  context.counters.fsyncMsMax = Math.max(context.counters.fsyncMsMax, context.clock.nowMs() - startedAt);
}
