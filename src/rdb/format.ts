/** The first nine bytes of an RDB: `REDIS` + 4 digits, or from version 80 on `VALKEY` + 3 digits. */
import { GatewayError } from "../errors.ts";

export const MAGIC_BYTES = 9;

/** Redict writes Redis's format; what tells them apart does not matter to the parser. */
export type RdbFormat = { readonly family: "redis" | "valkey"; readonly version: number };

const OLDEST_REDIS = 6;
const NEWEST_REDIS = 13;
const VALKEY = 80;

/** Throws RDB_MALFORMED when these are no RDB's first bytes, RDB_UNSUPPORTED for a version whose extents are not known. */
export function decodeMagic(magic: Buffer): RdbFormat {
  const match = /^(?:(REDIS)(\d{4})|(VALKEY)(\d{3}))$/.exec(magic.toString("latin1"));
  if (!match) throw new GatewayError("RDB_MALFORMED", "an RDB begins with neither REDIS nor VALKEY");
  const family = match[1] ? "redis" : "valkey";
  const version = Number(match[2] ?? match[4]);
  const known = family === "redis" ? version >= OLDEST_REDIS && version <= NEWEST_REDIS : version === VALKEY;
  if (!known) {
    throw new GatewayError("RDB_UNSUPPORTED", `RDB version ${version} of ${family} is not known`, { details: { family, version } });
  }
  return { family, version };
}
