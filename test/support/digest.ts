/**
 * The oracle of convergence: every key of every database of two servers, its type, its value and its absolute expiry, and the functions.
 *
 * Values are compared decoded, by a script that returns one hash per key: DUMP bytes differ between equal values, because the order of
 * a hash table and the last-seen time of a stream's consumer are each server's own. Keys that begin with `causeway:` are ours and ignored.
 * A target in which expiry is guarded says by how much in its checkpoint: its expiries are compared without that.
 * A difference counts only if it is still there a moment later: a key may expire between the question to one server and to the other.
 */
import { setTimeout as delay } from "node:timers/promises";
import type { Redis } from "ioredis";
import { MARK_MS } from "../../src/delivery/write/values/expiry.ts";
import { DIGEST_SCRIPT, EXISTS_SCRIPT } from "./digest-scripts.ts";
import { versionOf } from "./server-version.ts";

const IGNORED_PREFIX = Buffer.from("causeway:");
const SCAN_COUNT = 1_000;
const BATCH_KEYS = 250;
/** Differences that are looked at a second time; more than these are counted as they are. */
const MAX_SUSPECTS = 20_000;
const CONFIRMATIONS = 3;
const CONFIRM_AFTER_MS = 60;
/** Without PEXPIRETIME (before 7.0) the expiry is now + what is left, as seen at two moments. */
const PTTL_TOLERANCE_MS = 250;

export type Mismatch = { readonly db: number; readonly key: string; readonly why: string };
export type Comparison = {
  /** Keys of `a` that were compared. */
  readonly keys: number;
  readonly databases: readonly number[];
  readonly mismatchCount: number;
  /** The first of them. */
  readonly mismatches: readonly Mismatch[];
};
export type CompareOptions = { readonly maxMismatches?: number };

/** What both servers can say. */
type Abilities = {
  readonly absoluteExpiry: boolean;
  /** What a stream remembers of entries that are gone. */
  readonly streamMemory: boolean;
  readonly entriesRead: boolean;
  readonly fieldExpiry: boolean;
  /** By how much later keys expire in the second. */
  readonly guardMs: number;
};
type Suspect = { readonly db: number; readonly key: Buffer; readonly why: string };

/** `a` and `b` are clients of the two servers; connections of its own are made like theirs. */
export async function compareServers(a: Redis, b: Redis, options: CompareOptions = {}): Promise<Comparison> {
  const { maxMismatches = 20 } = options;
  const [guardA, guardB] = await Promise.all([guardIn(a), guardIn(b)]);
  const versions = await Promise.all([versionOf(a), versionOf(b)]);
  const abilities: Abilities = {
    absoluteExpiry: versions.every(({ redis }) => redis >= 7),
    streamMemory: versions.every(({ redis }) => redis >= 7),
    fieldExpiry: versions.every(({ redis, valkey }) => (valkey > 0 ? valkey >= 9 : redis >= 7.4)),
    entriesRead: versions.every(({ redis, valkey }) => redis >= 7.4 || valkey >= 8),
    guardMs: guardB - guardA,
  };
  const databases = [...new Set([...(await databasesOf(a)), ...(await databasesOf(b))])].sort((x, y) => x - y);
  const mismatches: Mismatch[] = await compareFunctions(a, b);
  let keys = 0;
  let mismatchCount = mismatches.length;
  for (const db of databases) {
    const left = a.duplicate({ db });
    const right = b.duplicate({ db });
    for (const client of [left, right]) client.on("error", () => undefined);
    try {
      const found = await compareDatabase(left, right, db, abilities);
      keys += found.keys;
      mismatchCount += found.suspects.length + found.uncounted;
      for (const { key, why } of found.suspects.slice(0, Math.max(0, maxMismatches - mismatches.length))) {
        mismatches.push({ db, key: printable(key), why });
      }
    } finally {
      left.disconnect();
      right.disconnect();
    }
  }
  return { keys, databases, mismatchCount, mismatches };
}

async function compareDatabase(a: Redis, b: Redis, db: number, abilities: Abilities) {
  let keys = 0;
  let uncounted = 0;
  let suspects: Suspect[] = [];
  const suspect = (key: Buffer, why: string) => {
    if (suspects.length < MAX_SUSPECTS) suspects.push({ db, key, why });
    else uncounted++;
  };
  for await (const batch of scan(a)) {
    keys += batch.length;
    for (const { key, why } of await differences(a, b, batch, abilities)) suspect(key, why);
  }
  for await (const batch of scan(b)) {
    const present = (await a.callBuffer("EVAL", EXISTS_SCRIPT, batch.length, ...batch)) as unknown as readonly number[];
    for (const [index, key] of batch.entries()) if (present[index] === 0) suspect(key, "only in the second");
  }
  for (let round = 0; round < CONFIRMATIONS && suspects.length > 0; round++) {
    await delay(CONFIRM_AFTER_MS);
    const confirmed: Suspect[] = [];
    for (let at = 0; at < suspects.length; at += BATCH_KEYS) {
      const batch = suspects.slice(at, at + BATCH_KEYS).map(({ key }) => key);
      for (const { key, why } of await differences(a, b, batch, abilities)) confirmed.push({ db, key, why });
    }
    suspects = confirmed;
  }
  return { keys, suspects, uncounted };
}

async function differences(a: Redis, b: Redis, keys: readonly Buffer[], abilities: Abilities) {
  const { absoluteExpiry, streamMemory, entriesRead, fieldExpiry } = abilities;
  const args = [
    absoluteExpiry ? "absolute" : "relative",
    entriesRead ? "entries-read" : "",
    streamMemory ? "stream-memory" : "",
    fieldExpiry ? "field-expiry" : "",
  ];
  const ask = (client: Redis, guardMs: number) =>
    client.call("EVAL", DIGEST_SCRIPT, keys.length, ...keys, ...args, guardMs) as Promise<readonly string[]>;
  const [left, right] = await Promise.all([ask(a, 0), ask(b, abilities.guardMs)]);
  const found: { key: Buffer; why: string }[] = [];
  for (const [index, key] of keys.entries()) {
    const one = left[index]!;
    const other = unguarded(right[index]!, abilities.guardMs);
    // A key that both have lost since it was listed is no difference.
    if (one === other) continue;
    const why = explain(one, other, abilities.absoluteExpiry ? 0 : PTTL_TOLERANCE_MS);
    if (why !== undefined) found.push({ key, why });
  }
  return found;
}

/** By how much later than at their source keys expire in this server. */
async function guardIn(client: Redis): Promise<number> {
  const inZero = client.duplicate({ db: 0 });
  inZero.on("error", () => undefined);
  try {
    const checkpoints = await inZero.keys("causeway:checkpoint:*");
    const texts = await Promise.all(checkpoints.map((key) => inZero.get(key)));
    return Math.max(0, ...texts.map((text) => Number(/ guard=(\d+)$/.exec(text ?? "")?.[1] ?? 0)));
  } finally {
    inZero.disconnect();
  }
}

function unguarded(digest: string, guardMs: number): string {
  return digest.replace(/ (\d+)$/, (_, expiry: string) => ` ${Number(expiry) < MARK_MS ? Number(expiry) - guardMs : expiry}`);
}

/** Each is "type hash expiry". */
function explain(one: string, other: string, toleranceMs: number): string | undefined {
  const [typeA, hashA, expiryA] = one.split(" ");
  const [typeB, hashB, expiryB] = other.split(" ");
  if (typeA === "none") return "only in the second";
  if (typeB === "none") return "only in the first";
  if (typeA !== typeB) return `type ${typeA} and ${typeB}`;
  if (hashA !== hashB) return `another ${typeA}`;
  const bothExpire = expiryA !== "-1" && expiryB !== "-1";
  if (bothExpire && Math.abs(Number(expiryA) - Number(expiryB)) <= toleranceMs) return undefined;
  return `expiry ${expiryA} and ${expiryB}`;
}

/** Batches of keys; the next page is asked for while this one is worked on. */
async function* scan(client: Redis): AsyncGenerator<readonly Buffer[], void, undefined> {
  const page = (cursor: Buffer | string) => {
    const answer = client.scanBuffer(cursor.toString(), "COUNT", SCAN_COUNT);
    answer.catch(() => undefined);
    return answer;
  };
  let next: ReturnType<typeof page> | undefined = page("0");
  while (next !== undefined) {
    const [cursor, found]: [Buffer, Buffer[]] = await next;
    next = cursor.toString() === "0" ? undefined : page(cursor);
    const keys = found.filter((key) => !key.subarray(0, IGNORED_PREFIX.length).equals(IGNORED_PREFIX));
    for (let at = 0; at < keys.length; at += BATCH_KEYS) yield keys.slice(at, at + BATCH_KEYS);
  }
}

async function compareFunctions(a: Redis, b: Redis): Promise<Mismatch[]> {
  const list = async (client: Redis) => {
    // Before 7.0 there are none.
    const libraries = (await client.call("FUNCTION", "LIST", "WITHCODE").catch(() => [])) as readonly (readonly unknown[])[];
    return new Map(
      libraries.map((fields) => {
        const at = (name: string) => String(fields[fields.indexOf(name) + 1]);
        return [at("library_name"), at("library_code")];
      }),
    );
  };
  const [left, right] = await Promise.all([list(a), list(b)]);
  const names = [...new Set([...left.keys(), ...right.keys()])].filter((name) => left.get(name) !== right.get(name));
  return names.map((name) => ({ db: 0, key: `function library ${name}`, why: "another function library" }));
}

async function databasesOf(client: Redis): Promise<number[]> {
  return Array.from((await client.info("keyspace")).matchAll(/^db(\d+):/gm), (match) => Number(match[1]));
}

function printable(key: Buffer): string {
  const text = key.toString("utf8");
  return Buffer.from(text, "utf8").equals(key) ? JSON.stringify(text) : `0x${key.toString("hex")}`;
}
