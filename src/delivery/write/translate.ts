/**
 * The commands that a master may send to its replicas but a normal client must not send to a server, and those that belong to the
 * origin alone. Everything else passes as the bytes it is.
 *
 *   PUBLISH causeway:heartbeat            dropped: measures the way through the origin's master (`stream/heartbeat.ts`)
 *   PUBLISH __sentinel__:hello            dropped: sentinels of the target would read foreign hellos
 *   XADD/XTRIM … = n LIMIT l              without LIMIT: refused from a client (Redis ≥ 6.2 sends it)
 *   XADD … IDMP p i | IDMPAUTO p          without these words; with the literal id `*` it only marks a duplicate: dropped (Redis 8.6)
 *   RESTORE-ASKING                        RESTORE … REPLACE
 *   CLUSTER …, TRIMSLOTS …                dropped: orders to the origin's cluster
 *   SWAPDB with database 0                followed by the removal of the checkpoint's copy
 *   relative TTLs (Redis ≤ 6.2)           absolute, counted from when the command was read from the master
 */
import { CommandWords } from "../../resp/command-words.ts";
import { encodeWord, encodeWordCount } from "../../resp/encode.ts";
import { HEARTBEAT_CHANNEL } from "../../stream/heartbeat.ts";

export type Translation =
  | { readonly kind: "pass" }
  | { readonly kind: "drop"; readonly name: string }
  | { readonly kind: "rewrite"; readonly name: string; readonly pieces: readonly Buffer[] }
  /** Passes; what was in database 0 is now in `other`. */
  | { readonly kind: "swap-from-zero"; readonly other: number };

const PASS: Translation = { kind: "pass" };
const SENTINEL_CHANNEL = "__sentinel__:hello";
const SET_OPTIONS_WITH_VALUE = ["PXAT", "EXAT", "IFEQ", "IFNE", "IFDEQ", "IFDNE"];
const DATABASE = /^\d{1,9}$/;
const words = new CommandWords();

/** `command` is one whole command that the scanner marked; `readAtMs` is when it was read from the master. */
export function translate(command: Buffer, readAtMs: number): Translation {
  words.read(command);
  if (words.is(0, "SET")) return set(readAtMs);
  if (words.is(0, "XADD")) return trimmed("XADD");
  if (words.is(0, "XTRIM")) return trimmed("XTRIM");
  if (words.is(0, "PUBLISH") || words.is(0, "SPUBLISH")) return publish();
  if (words.is(0, "EXPIRE")) return expire("EXPIRE", 1000n, readAtMs);
  if (words.is(0, "PEXPIRE")) return expire("PEXPIRE", 1n, readAtMs);
  if (words.is(0, "SETEX")) return setex("SETEX", 1000n, readAtMs);
  if (words.is(0, "PSETEX")) return setex("PSETEX", 1n, readAtMs);
  if (words.is(0, "RESTORE")) return restore("RESTORE", false, readAtMs);
  if (words.is(0, "RESTORE-ASKING")) return restore("RESTORE-ASKING", true, readAtMs);
  if (words.is(0, "SWAPDB")) return swapdb();
  if (words.is(0, "CLUSTER")) return { kind: "drop", name: "CLUSTER" };
  if (words.is(0, "TRIMSLOTS")) return { kind: "drop", name: "TRIMSLOTS" };
  return PASS;
}

function publish(): Translation {
  if (words.total !== 3) return PASS;
  if (words.text(1) === SENTINEL_CHANNEL) return { kind: "drop", name: "PUBLISH" };
  return words.text(1) === HEARTBEAT_CHANNEL ? { kind: "drop", name: "heartbeat" } : PASS;
}

/** `SET key value … EX s | PX ms`: the same words with `PXAT ms`. */
function set(readAtMs: number): Translation {
  for (let index = 3; index + 1 < words.count; index++) {
    const unit = words.is(index, "EX") ? 1000n : words.is(index, "PX") ? 1n : undefined;
    if (unit === undefined) {
      if (SET_OPTIONS_WITH_VALUE.some((option) => words.is(index, option))) index++;
      continue;
    }
    const at = absolute(words.text(index + 1), unit, readAtMs);
    if (at === undefined) return PASS;
    return rewrite("SET", words.total, [words.raw(0, index), ...encodeWord("PXAT"), ...encodeWord(at), words.raw(index + 2)]);
  }
  return PASS;
}

function expire(name: string, unit: bigint, readAtMs: number): Translation {
  const at = words.count >= 3 ? absolute(words.text(2), unit, readAtMs) : undefined;
  if (at === undefined) return PASS;
  return rewrite(name, words.total, [...encodeWord("PEXPIREAT"), words.raw(1, 2), ...encodeWord(at), words.raw(3)]);
}

function setex(name: string, unit: bigint, readAtMs: number): Translation {
  const at = words.total === 4 ? absolute(words.text(2), unit, readAtMs) : undefined;
  if (at === undefined) return PASS;
  return rewrite(name, 5, [...encodeWord("SET"), words.raw(1, 2), words.raw(3), ...encodeWord("PXAT"), ...encodeWord(at)]);
}

/** `RESTORE key ttl payload [REPLACE] [ABSTTL] …`. */
function restore(name: string, replace: boolean, readAtMs: number): Translation {
  if (words.count < 4) return PASS;
  let hasReplace = false;
  let hasAbsolute = false;
  for (let index = 4; index < words.count; index++) {
    hasReplace ||= words.is(index, "REPLACE");
    hasAbsolute ||= words.is(index, "ABSTTL");
  }
  const relative = !hasAbsolute && words.text(2) !== "0";
  const at = relative ? absolute(words.text(2), 1n, readAtMs) : undefined;
  const extra = [...(replace && !hasReplace ? ["REPLACE"] : []), ...(at === undefined ? [] : ["ABSTTL"])];
  if (name === "RESTORE" && extra.length === 0) return PASS;
  return rewrite(name, words.total + extra.length, [
    ...encodeWord("RESTORE"),
    words.raw(1, 2),
    ...(at === undefined ? [words.raw(2, 3)] : encodeWord(at)),
    words.raw(3),
    ...extra.flatMap((word) => encodeWord(word)),
  ]);
}

/** `XADD key [options] id field value …` or `XTRIM key MAXLEN|MINID …`: the options stand before anything of the user's. */
function trimmed(name: string): Translation {
  /** Ranges of words to leave out: [from, to). */
  const left: (readonly [number, number])[] = [];
  let exact = true;
  let idempotent = false;
  let index = 2;
  for (; index < words.count; ) {
    if (words.is(index, "MAXLEN") || words.is(index, "MINID")) {
      exact = !words.is(index + 1, "~");
      index += words.is(index + 1, "~") || words.is(index + 1, "=") ? 3 : 2;
    } else if (words.is(index, "LIMIT")) {
      if (exact) left.push([index, index + 2]);
      index += 2;
    } else if (words.is(index, "IDMP") || words.is(index, "IDMPAUTO")) {
      const next = index + (words.is(index, "IDMP") ? 3 : 2);
      left.push([index, next]);
      idempotent = true;
      index = next;
    } else if (words.is(index, "NOMKSTREAM") || words.is(index, "KEEPREF") || words.is(index, "DELREF") || words.is(index, "ACKED")) {
      index += 1;
    } else {
      break;
    }
  }
  if (idempotent && words.is(index, "*")) return { kind: "drop", name };
  if (left.length === 0) return PASS;
  const pieces: Buffer[] = [];
  let from = 0;
  let gone = 0;
  for (const [first, next] of left) {
    pieces.push(words.raw(from, first));
    from = Math.min(next, words.count);
    gone += from - first;
  }
  pieces.push(words.raw(from));
  return rewrite(name, words.total - gone, pieces);
}

function swapdb(): Translation {
  // The target refuses anything else itself.
  if (words.total !== 3 || !DATABASE.test(words.text(1)) || !DATABASE.test(words.text(2))) return PASS;
  const first = Number(words.text(1));
  const second = Number(words.text(2));
  if (first === second || (first !== 0 && second !== 0)) return PASS;
  return { kind: "swap-from-zero", other: first === 0 ? second : first };
}

function rewrite(name: string, total: number, body: readonly Buffer[]): Translation {
  return { kind: "rewrite", name, pieces: [encodeWordCount(total), ...body] };
}

/** Milliseconds since 1970; undefined when `text` is not a whole number. */
function absolute(text: string, unit: bigint, readAtMs: number): bigint | undefined {
  if (!/^-?\d{1,18}$/.test(text)) return undefined;
  return BigInt(Math.round(readAtMs)) + BigInt(text) * unit;
}
