/**
 * Commands of newer masters for a target that does not know them, written as what it does know. Pure. A condition that the master's command
 * had was met, or it would not be in the stream, so that it can be left out. Each target has its own table: what it knows is not in it, and
 * is not looked into. Where only the target's own keys tell the outcome, a script works it out there.
 *
 *   before 6.2   SET PXAT · LPOP/RPOP n · LMOVE · COPY · ZADD GT/LT · ZRANGESTORE · ZDIFFSTORE · GEOSEARCHSTORE · XADD/XTRIM MINID …
 *   before 7.0   XSETID, XGROUP with what only 7.0 remembers · PEXPIREAT NX|XX|GT|LT · FUNCTION: lost
 *                SPUBLISH: left out. Shard channels have names apart from those of PUBLISH, so that nobody there can be subscribed to one
 *   any          RESTORE of what the target does not take (`restore-in-stream.ts`)
 *   before 8.2   XADD, XTRIM KEEPREF|DELREF; ACKED: lost
 *   without      field expiries (HPEXPIREAT, HPERSIST, HSETEX, HGETDEL) · SET IFEQ · MSETEX · XACKDEL, XDELEX · vector sets: lost
 */

import type { RestoreServer } from "../../../rdb/dump-payload.ts";
import { knowsFieldExpiry } from "../../../rdb/rebuild.ts";
import { nameOf, splitCommand } from "../../../resp/command-words.ts";
import type { Word } from "../../../resp/encode.ts";
import { MODULE_VALUE } from "../values/plain-carriage.ts";
import { SCRIPTS } from "./dialect-scripts.ts";
import { type Rendering, restoreInStream } from "./restore-in-stream.ts";

/** Undefined: the command passes as it is. `words` is the whole command, its name first. */
type Render = (words: readonly Buffer[]) => Rendering | undefined;
export type Dialect = {
  /** By upper-case name; SET stands for SET with options. */
  readonly renders: ReadonlyMap<string, Render>;
  /** SET … PXAT means something there (6.2). */
  readonly knowsPxat: boolean;
};

/** The target knows all that a master may say. */
export const SAME_WORDS: Dialect = { renders: new Map(), knowsPxat: true };

/** Messages to shard channels: a server before 7.0 has no such channels, and PUBLISH would be heard by those who did not ask. */
const SHARD_MESSAGES = "shard-messages";
const ACKED_TRIM = "a trim of acknowledged entries";
const FIELD_EXPIRY = "the expiry of hash fields";

export type DialectOptions = {
  /** By how much later than at the source fields of hashes expire in the target. */
  readonly guardMs?: number;
  /** What the target has answered so far. */
  readonly modules?: ReadonlyMap<string, boolean>;
};

export function dialectOf(target: RestoreServer, { guardMs = 0, modules = new Map() }: DialectOptions = {}): Dialect {
  const { product, versionNumber } = target;
  /** Is the target older than the first Redis and the first Valkey (if not all do) that know something? */
  const lacks = (redis: number, valkey = 0) => versionNumber < (product === "valkey" ? valkey : redis);
  const restore: Render = (words) => restoreInStream(words, { server: target, guardMs, modules });
  const entries: (readonly [string, Render])[] = [["RESTORE", restore]];
  if (lacks(602)) entries.push(...BEFORE_6_2);
  if (lacks(700)) entries.push(...BEFORE_7_0);
  if (lacks(804, 801)) entries.push(["SET", (words) => set(words, lacks(602))]);
  if (lacks(800, 900)) entries.push(...withoutHashExpiry(knowsFieldExpiry(target)));
  if (lacks(800, Number.POSITIVE_INFINITY)) for (const name of ["VADD", "VREM", "VSETATTR"]) entries.push([name, lost(MODULE_VALUE)]);
  if (lacks(802, Number.POSITIVE_INFINITY)) entries.push(["XACKDEL", xackdel], ["XDELEX", xdelex], ...withoutPolicies(new Map(entries)));
  if (lacks(804, 901)) entries.push(["MSETEX", msetex]);
  if (lacks(806, Number.POSITIVE_INFINITY)) entries.push(["XCFGSET", () => ({ commands: [] })]);
  return { renders: new Map(entries), knowsPxat: !lacks(602) };
}

const BEFORE_6_2: readonly (readonly [string, Render])[] = [
  ["LPOP", ([, key, count]) => count && key && one("LTRIM", key, count, -1)],
  ["RPOP", ([, key, count]) => count && key && one("LTRIM", key, 0, -Number(text(count)) - 1)],
  ["LMOVE", lmove],
  ["COPY", copy],
  ["ZADD", zadd],
  ["ZRANGESTORE", ([, to, from, ...rest]) => script("zrangestore", [to!, from!], rest)],
  ["ZDIFFSTORE", ([, to, count, ...keys]) => script("zdiffstore", [to!, ...keys.slice(0, Number(text(count)))], [])],
  ["GEOSEARCHSTORE", geosearchstore],
  ["XADD", xadd],
  ["XTRIM", ([, key, kind, ...rest]) => (is(kind, "MINID") ? script("xtrim", [key!], [rest.find(isNoSign)!]) : undefined)],
];

const BEFORE_7_0: readonly (readonly [string, Render])[] = [
  ["PEXPIREAT", (words) => (words.length > 3 ? { commands: [words.slice(0, 3)] } : undefined)],
  ["XSETID", (words) => (words.length > 3 ? { commands: [words.slice(0, 3)] } : undefined)],
  ["XGROUP", xgroup],
  ["FUNCTION", lost("functions")],
  ["SPUBLISH", () => ({ commands: [], skipped: SHARD_MESSAGES })],
];

/** `hasFieldExpiry`: Redis 7.4, which knows HPEXPIREAT and none of the others. */
function withoutHashExpiry(hasFieldExpiry: boolean): readonly (readonly [string, Render])[] {
  const always: readonly (readonly [string, Render])[] = [
    ["HGETDEL", ([, key, , , ...fields]) => one("HDEL", key!, ...fields)],
    ["HSETEX", (words) => hsetex(words, hasFieldExpiry)],
  ];
  if (hasFieldExpiry) return always;
  // A field that no expiry ends is deleted by its master when the time comes.
  return [...always, ["HPEXPIREAT", lost(FIELD_EXPIRY)], ["HPERSIST", () => ({ commands: [] })]];
}

/** Before Redis 8.2, which lets XADD and XTRIM say what becomes of what groups remember of trimmed entries; `older`: what else is not known there. */
function withoutPolicies(older: ReadonlyMap<string, Render>): readonly (readonly [string, Render])[] {
  return ["XADD", "XTRIM"].map((name) => [name, (words) => withoutPolicy(words, older.get(name))]);
}

/** `XADD key [NOMKSTREAM] [policy] [MAXLEN|MINID [=] n] [policy] id …`, `XTRIM key …`. */
function withoutPolicy(words: readonly Buffer[], older: Render | undefined): Rendering | undefined {
  const [name, key] = words;
  const kept: Buffer[] = words.slice(0, 2);
  let policy: Buffer | undefined;
  let trim: readonly Buffer[] = [];
  let index = 2;
  for (; index < words.length; index++) {
    const word = words[index]!;
    if (["KEEPREF", "DELREF", "ACKED"].some((one) => is(word, one))) {
      policy = word;
    } else if (is(word, "MAXLEN") || is(word, "MINID")) {
      const limitAt = isNoSign(words[index + 1]!) ? index + 1 : index + 2;
      trim = words.slice(index, limitAt + 1);
      index = limitAt;
    } else if (!is(word, "NOMKSTREAM")) {
      break;
    } else {
      kept.push(word);
    }
  }
  if (policy === undefined) return older?.(words);
  // Which entries everybody has acknowledged is known, but not how many of them it takes: better too many entries than too few.
  const acked = is(policy, "ACKED");
  if (acked && is(name, "XTRIM")) return { commands: [], lost: ACKED_TRIM };
  const command = [...kept, ...(acked ? [] : trim), ...words.slice(index)];
  const sent = older?.(command) ?? { commands: [command] };
  if (acked) return { ...sent, lost: ACKED_TRIM };
  if (!is(policy, "DELREF") || trim.length === 0) return sent;
  const forget = script("xforget", [key!], [text(trim[0]).toUpperCase(), trim.at(-1)!, is(name, "XADD") ? 1 : 0]);
  return { ...sent, commands: [...forget.commands, ...sent.commands] };
}

/** `command` is one whole command that the scanner marked; undefined: it passes. */
export function render(
  dialect: Dialect,
  command: Buffer,
): (Rendering & { readonly name: string; readonly key: Buffer | undefined }) | undefined {
  const name = nameOf(command);
  const renderWords = dialect.renders.get(name);
  if (!renderWords) return undefined;
  const words = splitCommand(command);
  const rendering = renderWords(words);
  return rendering && { ...rendering, name, key: words[1] };
}

function lost(what: string): Render {
  return () => ({ commands: [], lost: what });
}

/** `SET key value [IFEQ v | IFNE v | …] [PXAT ms] …` */
function set(words: readonly Buffer[], lacksPxat: boolean): Rendering | undefined {
  const kept: Buffer[] = words.slice(0, 3);
  let pxat: Buffer | undefined;
  for (let index = 3; index < words.length; index++) {
    const word = words[index]!;
    if (["IFEQ", "IFNE", "IFDEQ", "IFDNE"].some((name) => is(word, name))) index++;
    else if (lacksPxat && is(word, "PXAT")) pxat = words[++index];
    else if (!["NX", "XX", "GET"].some((name) => is(word, name))) kept.push(word);
  }
  if (kept.length === words.length) return undefined;
  return { commands: [kept, ...(pxat ? [["PEXPIREAT", words[1]!, pxat]] : [])] };
}

/** `MSETEX n key value … [NX|XX] [PXAT ms | KEEPTTL]` */
function msetex([, count, ...rest]: readonly Buffer[]): Rendering {
  const pairs = 2 * Number(text(count));
  const options = rest.slice(pairs);
  const pxat = options[options.findIndex((word) => is(word, "PXAT")) + 1];
  const keep = options.some((word) => is(word, "KEEPTTL")) ? ["KEEPTTL"] : [];
  const commands: (readonly Word[])[] = [];
  for (let at = 0; at < pairs; at += 2) {
    commands.push(["SET", rest[at]!, rest[at + 1]!, ...keep]);
    if (pxat && options.some((word) => is(word, "PXAT"))) commands.push(["PEXPIREAT", rest[at]!, pxat]);
  }
  return { commands };
}

function lmove([, from, to, side, otherSide]: readonly Buffer[]): Rendering {
  if (is(side, "RIGHT") && is(otherSide, "LEFT")) return one("RPOPLPUSH", from!, to!);
  return script("lmove", [from!, to!], [is(side, "LEFT") ? "LPOP" : "RPOP", is(otherSide, "LEFT") ? "LPUSH" : "RPUSH"]);
}

/** `COPY from to [DB n] [REPLACE]`: the copy was made, so there was nothing in its way. */
function copy([, from, to, ...options]: readonly Buffer[]): Rendering {
  const at = options.findIndex((word) => is(word, "DB"));
  return script("copy", [from!, to!], at < 0 ? [] : [options[at + 1]!]);
}

/** `ZADD key [NX|XX] [GT|LT] [CH] [INCR] score member …` */
function zadd([, key, ...rest]: readonly Buffer[]): Rendering | undefined {
  const options = rest.slice(
    0,
    rest.findIndex((word) => !["NX", "XX", "GT", "LT", "CH", "INCR"].some((name) => is(word, name))),
  );
  const wanted = ["GT", "LT"].find((name) => options.some((word) => is(word, name)));
  if (wanted === undefined) return undefined;
  const flags = ["XX", "INCR"].map((name) => (options.some((word) => is(word, name)) ? 1 : 0));
  return script("zadd", [key!], [wanted, ...flags, ...rest.slice(options.length)]);
}

/** GEORADIUS of 6.0 has the words in another order, knows circles only, and leaves the old result where the source is missing. */
function geosearchstore([, to, from, ...rest]: readonly Buffer[]): Rendering {
  const after = (name: string, count: number) => {
    const at = rest.findIndex((word) => is(word, name));
    return at < 0 ? undefined : rest.slice(at + 1, at + 1 + count);
  };
  const radius = after("BYRADIUS", 2);
  if (!radius) return { commands: [], lost: "a box of places" };
  const place = after("FROMLONLAT", 2);
  const count = after("COUNT", 1);
  const options: Word[] = [...radius, ...(count ? ["COUNT", ...count] : [])];
  for (const order of ["ASC", "DESC"]) if (rest.some((word) => is(word, order))) options.push(order);
  const store = rest.some((word) => is(word, "STOREDIST")) ? "STOREDIST" : "STORE";
  const center: readonly Word[] = place ? ["GEORADIUS", from!, ...place] : ["GEORADIUSBYMEMBER", from!, ...after("FROMMEMBER", 1)!];
  return script("georadius", [to!, from!], [...center, ...options, store, to!]);
}

/** `XADD key [NOMKSTREAM] [MINID [=] id] … id field value …` */
function xadd(words: readonly Buffer[]): Rendering | undefined {
  const kept: Buffer[] = words.slice(0, 2);
  let minId: Buffer | undefined;
  let index = 2;
  for (; index < words.length; index++) {
    const word = words[index]!;
    if (is(word, "MAXLEN")) {
      const limitAt = isNoSign(words[index + 1]!) ? index + 1 : index + 2;
      kept.push(...words.slice(index, limitAt + 1));
      index = limitAt;
    } else if (is(word, "MINID")) {
      index += isNoSign(words[index + 1]!) ? 1 : 2;
      minId = words[index];
    } else if (!is(word, "NOMKSTREAM")) {
      break;
    }
  }
  kept.push(...words.slice(index));
  if (kept.length === words.length) return undefined;
  return { commands: [kept, ...(minId ? script("xtrim", [words[1]!], [minId]).commands : [])] };
}

function xgroup(words: readonly Buffer[]): Rendering | undefined {
  const [, action, key, group, consumer] = words;
  // Reading one's own history creates the reader and delivers nothing.
  if (is(action, "CREATECONSUMER")) return one("XREADGROUP", "GROUP", group!, consumer!, "STREAMS", key!, 0);
  const at = words.findIndex((word, index) => index > 4 && is(word, "ENTRIESREAD"));
  return at < 0 ? undefined : { commands: [[...words.slice(0, at), ...words.slice(at + 2)]] };
}

/** `HSETEX key [FNX|FXX] [PXAT ms | KEEPTTL] FIELDS n field value …` */
function hsetex(words: readonly Buffer[], hasFieldExpiry: boolean): Rendering {
  const at = words.findIndex((word, index) => index > 1 && is(word, "FIELDS"));
  const [key, pairs] = [words[1]!, words.slice(at + 2)];
  const pxatAt = words.slice(0, at).findIndex((word) => is(word, "PXAT"));
  const write: readonly Word[] = ["HSET", key, ...pairs];
  if (pxatAt < 0) {
    // HSET ends an expiry that KEEPTTL would keep.
    return { commands: [write], ...(hasFieldExpiry && words.slice(0, at).some((word) => is(word, "KEEPTTL")) && { lost: FIELD_EXPIRY }) };
  }
  if (!hasFieldExpiry) return { commands: [write], lost: FIELD_EXPIRY };
  const fields = pairs.filter((_, index) => index % 2 === 0);
  return { commands: [write, ["HPEXPIREAT", key, words[pxatAt + 1]!, "FIELDS", fields.length, ...fields]] };
}

/** `XACKDEL key group [KEEPREF|DELREF|ACKED] IDS n id …` */
function xackdel([, key, group, ...rest]: readonly Buffer[]): Rendering {
  const ids = idsOf(rest);
  const removed = removal(key!, rest, ids);
  return { ...removed, commands: [["XACK", key!, group!, ...ids], ...removed.commands] };
}

function xdelex([, key, ...rest]: readonly Buffer[]): Rendering {
  return removal(key!, rest, idsOf(rest));
}

function removal(key: Buffer, rest: readonly Buffer[], ids: readonly Buffer[]): Rendering {
  if (is(rest[0], "DELREF")) return script("xdelref", [key], ids);
  if (is(rest[0], "ACKED")) return script("xdelacked", [key], ids);
  return one("XDEL", key, ...ids);
}

function idsOf(rest: readonly Buffer[]): readonly Buffer[] {
  return rest.slice(rest.findIndex((word) => is(word, "IDS")) + 2);
}

function one(...words: readonly Word[]): Rendering {
  return { commands: [words] };
}

function script(name: keyof typeof SCRIPTS, keys: readonly Word[], args: readonly Word[]): Rendering {
  return one("EVAL", SCRIPTS[name], keys.length, ...keys, ...args);
}

function text(word: Buffer | undefined): string {
  return word?.toString("latin1") ?? "";
}

function is(word: Buffer | undefined, upper: string): boolean {
  return word?.length === upper.length && text(word).toUpperCase() === upper;
}

function isNoSign(word: Buffer): boolean {
  return text(word) !== "=" && text(word) !== "~";
}
