/**
 * Removes from every database of the target the keys that the snapshot lacks. SCAN finds them on a connection of its own, UNLINK goes
 * through the unit writer, so a writer that lost the target removes nothing (ONE_WRITER). SCAN may name a key twice and may name keys that
 * the writer has just loaded; neither does harm.
 */
import type { Redis } from "ioredis";
import { encodeCommand } from "../../resp/encode.ts";
import type { Checkpoint } from "./checkpoint.ts";
import { type Target, targetError } from "./target.ts";
import type { UnitSubmitter } from "./unit.ts";

const SCAN_COUNT = 1000;
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
  let cursor = "0";
  do {
    const [next, keys] = await scan(connection, cursor);
    cursor = next;
    const stale = keys.filter((key) => isStale(db, key));
    for (let from = 0; from < stale.length; from += UNLINK_KEYS) {
      const some = stale.slice(from, from + UNLINK_KEYS);
      await writer.ready(signal);
      if (signal.aborted) return;
      writer.submit({ db, pieces: [encodeCommand("UNLINK", ...some)], commands: 1, checkpoint });
      onRemoved(some.length);
    }
  } while (cursor !== "0" && !signal.aborted);
}

async function scan(connection: Redis, cursor: string): Promise<readonly [string, readonly Buffer[]]> {
  try {
    const [next, keys] = (await connection.callBuffer("SCAN", cursor, "COUNT", SCAN_COUNT)) as [Buffer, Buffer[]];
    return [next.toString(), keys];
  } catch (cause) {
    throw targetError(cause);
  }
}

async function filledDatabases(target: Target): Promise<number[]> {
  try {
    const text = await target.control.info("keyspace");
    return Array.from(text.matchAll(/^db(\d+):/gm), (match) => Number(match[1]));
  } catch (cause) {
    throw targetError(cause);
  }
}
