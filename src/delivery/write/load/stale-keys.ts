/**
 * Removes from every database of the target the keys that the snapshot lacks. SCAN finds them on a connection of its own, UNLINK goes
 * through the unit writer, so a writer that lost the target removes nothing (ONE_WRITER). SCAN may name a key twice and may name keys that
 * the writer has just loaded; neither does harm.
 */
import type { Redis } from "ioredis";
import { encodeCommand } from "../../../resp/encode.ts";
import type { Checkpoint } from "../target/checkpoint.ts";
import type { Target } from "../target/target.ts";
import { filledDatabases, scanKeys } from "../target/target-scan.ts";
import type { UnitSubmitter } from "../unit/unit.ts";

/** Keys per UNLINK: one command, and the target frees them in the background. */
const UNLINK_KEYS = 500;

export type StaleKeysOptions = {
  readonly target: Target;
  readonly writer: UnitSubmitter;
  readonly isStale: (db: number, key: Buffer) => boolean;
  /** Committed with each unit. */
  readonly checkpoint: Checkpoint;
  readonly onRemoved: (keys: number) => void;
};

export async function removeStaleKeys(options: StaleKeysOptions, signal: AbortSignal): Promise<void> {
  for (const db of await filledDatabases(options.target)) {
    if (signal.aborted) return;
    const connection = await options.target.openControl(db);
    try {
      await sweep(connection, db, options, signal);
    } finally {
      connection.disconnect();
    }
  }
}

async function sweep(connection: Redis, db: number, options: StaleKeysOptions, signal: AbortSignal): Promise<void> {
  const { writer, isStale, checkpoint, onRemoved } = options;
  for await (const keys of scanKeys(connection)) {
    if (signal.aborted) return;
    const stale = keys.filter((key) => isStale(db, key));
    for (let from = 0; from < stale.length; from += UNLINK_KEYS) {
      const some = stale.slice(from, from + UNLINK_KEYS);
      await writer.ready(signal);
      if (signal.aborted) return;
      writer.submit({ db, pieces: [encodeCommand("UNLINK", ...some)], commands: 1, checkpoint });
      onRemoved(some.length);
    }
  }
}
