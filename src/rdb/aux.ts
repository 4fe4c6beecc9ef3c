/** The auxiliary fields at the head of an RDB: `repl-stream-db`, `repl-id`, `repl-offset`, `redis-ver` or `valkey-ver` and others. */
import { wrapError } from "../errors.ts";
import { RdbParser } from "./parser.ts";

/** Reads the fields that are whole within the first bytes (some KiB are plenty). Throws RDB_MALFORMED and RDB_UNSUPPORTED. */
export function parseRdbAux(first: Buffer): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  const parser = new RdbParser({ verifyChecksum: false });
  parser.feed(first);
  for (let item = parser.next(); item?.kind === "aux"; item = parser.next()) fields.set(item.name, item.value.toString());
  return fields;
}

/** Which servers can load it, for a person: `REDIS0012, written by redis 8.0.2`. From the first bytes of an RDB, whatever it holds. */
export function describeRdb(first: Buffer): string {
  const magic = first.toString("latin1", 0, 9).replace(/[^A-Z0-9]/g, "?");
  for (const server of ["valkey", "redis"]) {
    const version = tryAux(first)?.get(`${server}-ver`);
    if (version !== undefined) return `${magic}, written by ${server} ${version.replace(/[^\w.-]/g, "?").slice(0, 32)}`;
  }
  return magic;
}

/** Undefined when the format is newer than what we read: the server that gets it may know it. */
function tryAux(first: Buffer): ReadonlyMap<string, string> | undefined {
  try {
    return parseRdbAux(first);
  } catch (cause) {
    const { code } = wrapError("INVARIANT", "an RDB's head could not be read", cause);
    if (code === "RDB_UNSUPPORTED" || code === "RDB_MALFORMED") return undefined;
    throw cause;
  }
}
