/** The auxiliary fields at the head of an RDB: `repl-stream-db`, `repl-id`, `repl-offset`, `redis-ver` or `valkey-ver` and others. */
import { RdbParser } from "./parser.ts";

/** Reads the fields that are whole within the first bytes (some KiB are plenty). Throws RDB_MALFORMED and RDB_UNSUPPORTED. */
export function parseRdbAux(first: Buffer): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  const parser = new RdbParser({ verifyChecksum: false });
  parser.feed(first);
  for (let item = parser.next(); item?.kind === "aux"; item = parser.next()) fields.set(item.name, item.value.toString());
  return fields;
}
