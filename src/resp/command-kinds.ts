/** Which commands of a replication stream delivery has to look into; all others travel as the bytes they are. */

/** Upper case. `SET` is on top of these when it has more than three words. Why each is here: `delivery/write/apply/translate.ts`. */
export const EXAMINED_COMMANDS: readonly string[] = [
  "PUBLISH",
  "SPUBLISH",
  "XADD",
  "XTRIM",
  "RESTORE",
  "RESTORE-ASKING",
  "EVAL",
  "EVALSHA",
  "CLUSTER",
  "TRIMSLOTS",
  "SWAPDB",
  "FLUSHALL",
  "FLUSHDB",
  "EXPIRE",
  "PEXPIRE",
  "EXPIREAT",
  "PEXPIREAT",
  "SETEX",
  "PSETEX",
  "GETEX",
  "MSETEX",
  "HEXPIRE",
  "HPEXPIRE",
  "HEXPIREAT",
  "HPEXPIREAT",
  "HSETEX",
  "HGETEX",
];

/** All that may be dropped, rewritten or passed without having been looked into. */
export const TRANSLATED_COMMANDS: readonly string[] = ["SET", ...EXAMINED_COMMANDS];
