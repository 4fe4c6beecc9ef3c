import { expect, test } from "vitest";
import { refusalOf } from "../../../src/delivery/write/target/replies.ts";

test.each([
  ["READONLY You can't write against a read only replica.", "TARGET_BUSY"],
  ["EXECABORT Transaction discarded because of: READONLY You can't write against a read only replica.", "TARGET_BUSY"],
  ["EXECABORT Transaction discarded because of: OOM command not allowed when used memory > 'maxmemory'.", "TARGET_BUSY"],
  ["EXECABORT Transaction discarded because of: NOPERM this user has no permissions to run the 'set' command", "TARGET_REFUSED"],
  ["EXECABORT Transaction discarded because of previous errors.", "TARGET_REJECTED"],
  ["ERR max number of clients reached", "TARGET_BUSY"],
  ["ERR max number of something else", "TARGET_REJECTED"],
  ["WRONGTYPE Operation against a key holding the wrong kind of value", "TARGET_REJECTED"],
])("%s → %s", (reply, code) => expect(refusalOf(reply, "EXEC").code).toBe(code));
