/**
 * Commands that delivery cannot forward unread: what belongs to the origin alone, what a normal client may not send as it
 * stands in the stream, and relative expiries of masters up to 6.2. Upper case. SET with more than three words is examined too.
 */
export const EXAMINED_COMMANDS: readonly string[] = [
  "PUBLISH",
  "SPUBLISH",
  "XADD",
  "XTRIM",
  "RESTORE",
  "RESTORE-ASKING",
  "CLUSTER",
  "TRIMSLOTS",
  "SWAPDB",
  "FLUSHALL",
  "FLUSHDB",
  "EXPIRE",
  "PEXPIRE",
  "SETEX",
  "PSETEX",
];
