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
 *   FLUSHALL, FLUSHDB                     asked for first, where the topology says so
 *   absolute expiries                     later by the guard (`expiry.ts`)
 *   EVAL, EVALSHA                         pass (Redis 6 with lua-replicate-commands no): the expiries that they set have no guard
 */
import { CommandWords } from "../../../resp/command-words.ts";
import { HEARTBEAT_CHANNEL } from "../../../stream/heartbeat.ts";
import { translateExpiry } from "./translate-expiry.ts";
import { PASS, rewrite, type TranslateOptions, type Translation } from "./translation.ts";

const SENTINEL_CHANNEL = "__sentinel__:hello";
const DATABASE = /^\d{1,9}$/;
const words = new CommandWords();

/** `command` is one whole command that the scanner marked. */
export function translate(command: Buffer, options: TranslateOptions): Translation {
  words.read(command);
  if (words.is(0, "XADD")) return trimmed("XADD");
  if (words.is(0, "XTRIM")) return trimmed("XTRIM");
  if (words.is(0, "PUBLISH") || words.is(0, "SPUBLISH")) return publish();
  if (words.is(0, "SWAPDB")) return swapdb();
  if (words.is(0, "CLUSTER")) return { kind: "drop", name: "CLUSTER" };
  if (words.is(0, "TRIMSLOTS")) return { kind: "drop", name: "TRIMSLOTS" };
  for (const name of ["FLUSHALL", "FLUSHDB"]) if (words.is(0, name)) return { kind: "flush", name };
  for (const name of ["EVAL", "EVALSHA"]) if (words.is(0, name)) return { kind: "script", name };
  return translateExpiry(words, options);
}

function publish(): Translation {
  if (words.total !== 3) return PASS;
  if (words.text(1) === SENTINEL_CHANNEL) return { kind: "drop", name: "PUBLISH" };
  return words.text(1) === HEARTBEAT_CHANNEL ? { kind: "drop", name: "heartbeat" } : PASS;
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
