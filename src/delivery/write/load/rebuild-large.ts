/**
 * A value that is too large for one command, or that has to be built by too many for one transaction: it grows under a key of the gateway's
 * own, unit by unit, and the last unit puts it where the older value was. Neither side holds it whole (BOUNDED), no reader sees it
 * unfinished, and a writer that lost the target builds nothing (ONE_WRITER). An attempt that breaks off begins the value anew.
 */
import type { DumpPayloads } from "../../../rdb/dump-payload.ts";
import { ValueType } from "../../../rdb/opcodes.ts";
import type { RdbEntry } from "../../../rdb/parser.ts";
import { KEY, type KeyedCommand, malformedValue, type RebuildOptions, rebuildPasses, valueReader } from "../../../rdb/rebuild.ts";
import type { StoredSnapshot } from "../../../stream/log.ts";
import type { Checkpoint } from "../target/checkpoint.ts";
import type { Target } from "../target/target.ts";
import type { UnitSubmitter } from "../unit/unit.ts";
import { LoadUnit, ttlOf } from "./load-unit.ts";
import { readBytes } from "./snapshot-reading.ts";
import { UnitBuffers } from "./unit-buffers.ts";

export type RebuildLargeOptions = {
  readonly entry: RdbEntry;
  readonly rebuilding: RebuildOptions;
  readonly payloads: DumpPayloads;
  readonly snapshot: StoredSnapshot;
  readonly writer: UnitSubmitter;
  /** What the target takes. */
  readonly limits: Pick<Target, "maxBulkBytes" | "maxStringBytes">;
  /** Where the value grows. */
  readonly buildKey: Buffer;
  /** Committed with every unit but the last. */
  readonly before: Checkpoint;
  /** Committed with the last. */
  readonly after: Checkpoint;
};

/** A value of no elements, or one that has expired, leaves no key. UNLINK first: RENAME would free the older value at once. */
const PUT_IN_PLACE =
  "local built=redis.call('EXISTS',KEYS[1]) redis.call('UNLINK',KEYS[2]) if built==1 then redis.call('RENAME',KEYS[1],KEYS[2]) end return built";

/** Resolves to false when an element, or a string as a whole, is longer than the target takes: nothing of the value is left there then. */
export async function rebuildLarge(options: RebuildLargeOptions, signal: AbortSignal): Promise<boolean> {
  const { entry, payloads, writer, limits, buildKey, before, after } = options;
  const { db, type, key } = entry;
  const buffers = new UnitBuffers();
  let unit = new LoadUnit(db, payloads, buffers);
  const submit = async (checkpoint: Checkpoint) => {
    await writer.ready(signal);
    if (!signal.aborted) writer.submit(unit.finish(checkpoint));
    unit = new LoadUnit(db, payloads, buffers);
  };
  unit.command(type, ["UNLINK", buildKey]);
  let stringBytes = 0;
  for await (const command of commandsOf(options, signal)) {
    const longest = longestWord(command);
    if (type === ValueType.string) stringBytes += longest;
    if (longest > limits.maxBulkBytes || stringBytes > limits.maxStringBytes) {
      unit.command(type, ["UNLINK", buildKey]);
      await submit(before);
      return false;
    }
    unit.command(
      type,
      command.map((word) => (word === KEY ? buildKey : word)),
    );
    if (unit.full) await submit(before);
    if (signal.aborted) return true;
  }
  if (signal.aborted) return true;
  if (entry.expireAtMs !== undefined) unit.command(type, ["PEXPIREAT", buildKey, ttlOf(entry)]);
  unit.command(type, ["EVAL", PUT_IN_PLACE, 2, buildKey, key]);
  await submit(after);
  return true;
}

function longestWord(command: KeyedCommand): number {
  let bytes = 0;
  for (const word of command) if (Buffer.isBuffer(word) && word.length > bytes) bytes = word.length;
  return bytes;
}

async function* commandsOf(options: RebuildLargeOptions, signal: AbortSignal): AsyncGenerator<KeyedCommand, void, void> {
  const { entry, rebuilding, snapshot } = options;
  for (const pass of rebuildPasses(entry.type, rebuilding)) {
    const reader = valueReader();
    const pieces = entry.measured ? readBytes(snapshot, entry.measured, signal) : entry.value.values();
    try {
      for (const step of pass(reader)) {
        if (step !== undefined) {
          yield step;
          continue;
        }
        const piece = await pieces.next();
        if (signal.aborted) return;
        if (piece.done) throw malformedValue(entry.type, "breaks off");
        reader.feed(piece.value);
      }
    } finally {
      // The value is whole before its bytes have said that they end: they hold a file.
      await pieces.return?.();
    }
  }
}
