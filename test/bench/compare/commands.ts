/** The commands of each load as RESP, made once from a seed and offered again and again: what is measured is not the making of them. */
import { Random } from "../../support/random.ts";
import type { LoadName } from "./scenario.ts";

/** Sent in one write; `replies` come back. */
export type Batch = { readonly bytes: Buffer; readonly commands: number };

const KEYS = 1_000_000;
const BATCH_COMMANDS = 64;
const LARGE_BYTES = 100 * 1024;
const SEED = 20_260_701;

type Words = readonly (string | number | Buffer)[];

export function makeBatches(load: LoadName): readonly Batch[] {
  const random = new Random(SEED);
  switch (load) {
    case "large":
      return batches(400, 1, () => [["SET", `large:${random.between(1, 500)}`, document(random, LARGE_BYTES)]]);
    case "random":
      return batches(100_000, BATCH_COMMANDS, () => [["SET", key(random), random.bytes(75).toString("base64").slice(0, 100)]]);
    case "mix":
    case "bursts":
      return batches(100_000, BATCH_COMMANDS, () => mixed(random));
    case "trickle":
      return batches(20_000, 1, () => [["SET", key(random), document(random, 100)]]);
    case "sets":
      return batches(200_000, BATCH_COMMANDS, () => [["SET", key(random), document(random, 100)]]);
  }
}

function batches(commands: number, perBatch: number, next: () => readonly Words[]): readonly Batch[] {
  const made: Batch[] = [];
  for (let total = 0; total < commands; ) {
    const parts: Words[] = [];
    while (parts.length < perBatch) parts.push(...next());
    made.push({ bytes: Buffer.concat(parts.map(encode)), commands: parts.length });
    total += parts.length;
  }
  return made;
}

function encode(words: Words): Buffer {
  const parts: Buffer[] = [Buffer.from(`*${words.length}\r\n`)];
  for (const word of words) {
    const bytes = typeof word === "object" ? word : Buffer.from(String(word));
    parts.push(Buffer.from(`$${bytes.length}\r\n`), bytes, Buffer.from("\r\n"));
  }
  return Buffer.concat(parts);
}

function key(random: Random): string {
  return `key:${String(random.between(1, KEYS)).padStart(12, "0")}`;
}

/** What applications keep: field names that repeat, values that do not. */
function document(random: Random, bytes: number): string {
  let text = "{";
  while (text.length < bytes) {
    text += `"id":${random.between(1, 1e9)},"user":"u${random.between(1, 99_999)}","state":"${random.pick(STATES)}","at":${1.78e12 + random.between(0, 1e9)},`;
  }
  return `${text.slice(0, bytes - 1)}}`;
}

const STATES = ["active", "pending", "closed", "failed"] as const;

/** One unit of the realistic mix; each collection is cut back as it grows. */
function mixed(random: Random): readonly Words[] {
  const name = (kind: string) => `${kind}:${random.between(1, 20_000)}`;
  const user = () => `user:${random.between(1, 99_999)}`;
  const kind = random.between(1, 100);
  if (kind <= 25) return [["SET", name("doc"), document(random, random.between(80, 400))]];
  if (kind <= 40) return [["HSET", name("session"), "user", user(), "seen", 1.78e12 + random.between(0, 1e9), "page", random.pick(STATES)]];
  if (kind <= 55) return [["INCRBY", name("count"), random.between(1, 9)]];
  if (kind <= 65) return [["ZADD", name("board"), random.between(1, 1e6), user()]];
  if (kind <= 75) {
    const list = name("queue");
    return [
      ["LPUSH", list, document(random, 80)],
      ["LTRIM", list, 0, 50],
    ];
  }
  if (kind <= 83) return [["SET", name("cache"), document(random, 150), "EX", random.between(3_600, 86_400)]];
  if (kind <= 91) return [["XADD", name("events"), "MAXLEN", "~", 100, "*", "kind", random.pick(STATES), "user", user()]];
  if (kind <= 96) return [["SADD", name("tags"), user(), user()]];
  return [["MULTI"], ["INCR", name("count")], ["HSET", name("session"), "user", user()], ["RPUSH", name("log"), user()], ["EXEC"]];
}
