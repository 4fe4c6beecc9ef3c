/**
 * The expiries that are met most, `PEXPIREAT key ms` and `SET key value PXAT ms`, get their guard where they lie: as long as the number keeps
 * its digits nothing else of the command changes, and it travels on in its stretch. What is not done here `translate-expiry.ts` does.
 */
import { behindWord } from "../../../resp/command-words.ts";

/** `$13\r\n`, a time from 2001 to 2286 in milliseconds, `\r\n`. */
const TIME_BYTES = 20;
const TIME_DIGITS = 13;
const TIME_HEADER = Buffer.from("$13\r\n");
const LEAST_TIME = 1e12;
const PAST_TIMES = 1e13;
const PEXPIREAT_HEAD = Buffer.from("*3\r\n$9\r\nPEXPIREAT\r\n");
const SET_HEAD = Buffer.from("*5\r\n$3\r\nSET\r\n");
/** What stands before the time of a SET. */
const OPTION = Buffer.from("$4\r\nPXAT\r\n");
const ZERO = 48;

/** Changes `bytes[start, end)`, one whole command, and returns true; or leaves it as it is. A guard of 0 changes nothing. */
export function delayInPlace(
  bytes: Buffer,
  { start, end, guardMs }: { readonly start: number; readonly end: number; readonly guardMs: number },
): boolean {
  const timeAt = end - TIME_BYTES;
  if (timeAt < start || !isAt(bytes, TIME_HEADER, timeAt)) return false;
  if (isAt(bytes, PEXPIREAT_HEAD, start)) {
    if (behindWord(bytes, start + PEXPIREAT_HEAD.length) !== timeAt) return false;
  } else if (isAt(bytes, SET_HEAD, start)) {
    // Word by word: a value may look like the option, also behind IFEQ.
    const optionAt = behindWord(bytes, behindWord(bytes, start + SET_HEAD.length));
    if (optionAt + OPTION.length !== timeAt || !isAt(bytes, OPTION, optionAt)) return false;
  } else {
    return false;
  }
  const from = timeAt + TIME_HEADER.length;
  let time = 0;
  for (let at = from; at < from + TIME_DIGITS; at++) {
    const digit = bytes[at]! - ZERO;
    if (digit < 0 || digit > 9) return false;
    time = time * 10 + digit;
  }
  const later = time + guardMs;
  if (time < LEAST_TIME || later >= PAST_TIMES) return false;
  if (guardMs === 0) return true;
  let rest = later;
  for (let at = from + TIME_DIGITS - 1; at >= from; at--) {
    const next = Math.floor(rest / 10);
    bytes[at] = ZERO + rest - next * 10;
    rest = next;
  }
  return true;
}

/** Letters in the case in which servers write them. */
function isAt(bytes: Buffer, wanted: Buffer, at: number): boolean {
  for (let index = 0; index < wanted.length; index++) if (bytes[at + index] !== wanted[index]) return false;
  return true;
}
