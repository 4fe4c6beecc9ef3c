/** How a value that a server can be told about gets into this target. Pure; modules' values need the target's word (`module-values.ts`). */
import { convert } from "../../../rdb/convert.ts";
import type { DumpPayloads } from "../../../rdb/dump-payload.ts";
import type { RdbEntry } from "../../../rdb/parser.ts";
import { expiresFields, knowsFieldExpiry, type RebuildOptions } from "../../../rdb/rebuild.ts";

export type Carriage = {
  /** leave: the key cannot be made there at all. */
  readonly by: "restore" | "rebuild" | "leave";
  /** What to restore, when it is not the entry as it is. */
  readonly entry?: RdbEntry;
  /** What of the value the target cannot hold. */
  readonly lost?: string;
  /** What goes without being missed: see `LoadOptions.onSkipped`. */
  readonly skipped?: string;
};

export const BY_COMMANDS: Carriage = { by: "rebuild" };
/** What 8.6 remembers of idempotent producers ages within minutes, and no command restores it. */
export const STREAM_PRODUCERS = "stream-producers";
export const MODULE_VALUE = "a module's value";
/** Of a key, of an element, or of a string as a whole. */
export const TOO_LONG = "longer than the target takes (proto-max-bulk-len, client-query-buffer-limit)";

/** Not of a module's value. Throws RDB_MALFORMED. */
export function plainCarriage(entry: RdbEntry, payloads: DumpPayloads, { format, server }: RebuildOptions): Carriage {
  if (payloads.accepts(entry.type)) return { by: "restore", entry };
  const converted = convert(entry, format, payloads);
  if (converted) {
    const skipped = converted.producers > 0 ? { skipped: STREAM_PRODUCERS } : {};
    return { by: "restore", entry: converted.entry, ...skipped };
  }
  if (!knowsFieldExpiry(server) && expiresFields(entry, format)) return { by: "rebuild", lost: "the expiry of hash fields" };
  return BY_COMMANDS;
}
