/** Commands that set expiries: relative ones become absolute, and all wait for the guard (`expiry.ts`). */
import type { CommandWords } from "../../../resp/command-words.ts";
import { encodeWord, encodeWordCount } from "../../../resp/encode.ts";
import { FIELD_MARK_MS, guarded, MARK_MS } from "../values/expiry.ts";
import { PASS, rewrite, type TranslateOptions, type Translation } from "./translation.ts";

/** `words` are of a command that the scanner marked; one that sets no expiry passes. */
export function translateExpiry(words: CommandWords, options: TranslateOptions): Translation {
  const command = EXPIRY_COMMANDS.find(({ name }) => words.is(0, name));
  return command ? command.translate(words, command.name, options) : PASS;
}

/** How a time is written. */
type Unit = { readonly ms: bigint; readonly relative: boolean };

const SECONDS_LEFT: Unit = { ms: 1000n, relative: true };
const MS_LEFT: Unit = { ms: 1n, relative: true };
const SECONDS: Unit = { ms: 1000n, relative: false };
const MS: Unit = { ms: 1n, relative: false };
const OPTION_UNITS: readonly (readonly [string, Unit])[] = [
  ["PXAT", MS],
  ["EXAT", SECONDS],
  ["EX", SECONDS_LEFT],
  ["PX", MS_LEFT],
];
const OPTIONS_WITH_VALUE = ["IFEQ", "IFNE", "IFDEQ", "IFDNE"];

type ExpiryCommand = {
  readonly name: string;
  readonly translate: (words: CommandWords, name: string, options: TranslateOptions) => Translation;
};

/** By how often they are met. Fields of hashes have fewer bits for their expiry. */
const EXPIRY_COMMANDS: readonly ExpiryCommand[] = [
  { name: "SET", translate: (words, name, options) => expiryOption(words, name, 3, MARK_MS, options) },
  { name: "PEXPIREAT", translate: (words, name, options) => expire(words, name, MS, options) },
  { name: "EXPIREAT", translate: (words, name, options) => expire(words, name, SECONDS, options) },
  { name: "PEXPIRE", translate: (words, name, options) => expire(words, name, MS_LEFT, options) },
  { name: "EXPIRE", translate: (words, name, options) => expire(words, name, SECONDS_LEFT, options) },
  { name: "SETEX", translate: (words, name, options) => setex(words, name, SECONDS_LEFT, options) },
  { name: "PSETEX", translate: (words, name, options) => setex(words, name, MS_LEFT, options) },
  { name: "HPEXPIREAT", translate: (words, name, options) => expire(words, name, MS, options) },
  { name: "HEXPIREAT", translate: (words, name, options) => expire(words, name, SECONDS, options) },
  { name: "HPEXPIRE", translate: (words, name, options) => expire(words, name, MS_LEFT, options) },
  { name: "HEXPIRE", translate: (words, name, options) => expire(words, name, SECONDS_LEFT, options) },
  { name: "HSETEX", translate: (words, name, options) => expiryOption(words, name, 2, FIELD_MARK_MS, options) },
  { name: "HGETEX", translate: (words, name, options) => expiryOption(words, name, 2, FIELD_MARK_MS, options) },
  { name: "GETEX", translate: (words, name, options) => expiryOption(words, name, 2, MARK_MS, options) },
  { name: "MSETEX", translate: msetex },
  { name: "RESTORE", translate: (words, name, options) => restore(words, name, false, options) },
  { name: "RESTORE-ASKING", translate: (words, name, options) => restore(words, name, true, options) },
];

/** When it expires in the target; undefined: as it stands there. */
function expiryOf(text: string, { ms, relative }: Unit, markMs: number, { readAtMs, guardMs }: TranslateOptions): bigint | undefined {
  if (!/^-?\d{1,18}$/.test(text)) return undefined;
  const atMs = BigInt(text) * ms + (relative ? BigInt(Math.round(readAtMs)) : 0n);
  const inTarget = guarded(atMs, guardMs, markMs);
  return relative || inTarget !== atMs ? inTarget : undefined;
}

/** What was relative would mean something else now, and is counted; what only waits longer is not. */
function withExpiry(name: string, { relative }: Unit, pieces: readonly Buffer[]): Translation {
  return relative ? { kind: "rewrite", name, pieces } : { kind: "guard", pieces };
}

/** `SET key value … PXAT ms`, from word `first` on: the same words with `PXAT ms` of the target. */
function expiryOption(words: CommandWords, name: string, first: number, markMs: number, options: TranslateOptions): Translation {
  for (let index = first; index + 1 < words.count; index++) {
    if (words.is(index, "FIELDS")) return PASS;
    const unit = OPTION_UNITS.find(([word]) => words.is(index, word))?.[1];
    if (unit === undefined) {
      if (OPTIONS_WITH_VALUE.some((option) => words.is(index, option))) index++;
      continue;
    }
    const at = expiryOf(words.text(index + 1), unit, markMs, options);
    if (at === undefined) return PASS;
    const pieces = [encodeWordCount(words.total), words.raw(0, index), ...encodeWord("PXAT"), ...encodeWord(at), words.raw(index + 2)];
    return withExpiry(name, unit, pieces);
  }
  return PASS;
}

/** `[H][P]EXPIRE[AT] key time …`: as `[H]PEXPIREAT key ms …`. */
function expire(words: CommandWords, name: string, unit: Unit, options: TranslateOptions): Translation {
  const isField = name.startsWith("H");
  const at = words.count >= 3 ? expiryOf(words.text(2), unit, isField ? FIELD_MARK_MS : MARK_MS, options) : undefined;
  if (at === undefined) return PASS;
  const verb = encodeWord(isField ? "HPEXPIREAT" : "PEXPIREAT");
  return withExpiry(name, unit, [encodeWordCount(words.total), ...verb, words.raw(1, 2), ...encodeWord(at), words.raw(3)]);
}

function setex(words: CommandWords, name: string, unit: Unit, options: TranslateOptions): Translation {
  const at = words.total === 4 ? expiryOf(words.text(2), unit, MARK_MS, options) : undefined;
  if (at === undefined) return PASS;
  return rewrite(name, 5, [...encodeWord("SET"), words.raw(1, 2), words.raw(3), ...encodeWord("PXAT"), ...encodeWord(at)]);
}

/** `MSETEX n key value … PXAT ms`: the options come behind any number of pairs. */
function msetex(words: CommandWords, name: string, options: TranslateOptions): Translation {
  const pairs = Number(words.text(1));
  const first = 2 + 2 * pairs;
  if (!Number.isSafeInteger(first) || first >= words.total) return PASS;
  const head = words.skip(first);
  const translation = expiryOption(words, name, 0, MARK_MS, options);
  if (!("pieces" in translation)) return translation;
  const [, ...tail] = translation.pieces;
  return { ...translation, pieces: [head, ...tail] };
}

/** `RESTORE key ttl payload [REPLACE] [ABSTTL] …`. */
function restore(words: CommandWords, name: string, replace: boolean, options: TranslateOptions): Translation {
  if (words.count < 4) return PASS;
  let hasReplace = false;
  let hasAbsolute = false;
  for (let index = 4; index < words.count; index++) {
    hasReplace ||= words.is(index, "REPLACE");
    hasAbsolute ||= words.is(index, "ABSTTL");
  }
  const unit = hasAbsolute ? MS : MS_LEFT;
  const at = words.text(2) === "0" ? undefined : expiryOf(words.text(2), unit, MARK_MS, options);
  const extra = [...(replace && !hasReplace ? ["REPLACE"] : []), ...(at === undefined || hasAbsolute ? [] : ["ABSTTL"])];
  if (name === "RESTORE" && extra.length === 0 && at === undefined) return PASS;
  const pieces = [
    encodeWordCount(words.total + extra.length),
    ...encodeWord("RESTORE"),
    words.raw(1, 2),
    ...(at === undefined ? [words.raw(2, 3)] : encodeWord(at)),
    words.raw(3),
    ...extra.flatMap((word) => encodeWord(word)),
  ];
  return name === "RESTORE" && extra.length === 0 ? { kind: "guard", pieces } : { kind: "rewrite", name, pieces };
}
