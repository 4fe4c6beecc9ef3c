/** Walks through the target's keys on connections of its own. SCAN may name a key twice; what was there all the time is named. */
import type { Redis } from "ioredis";
import { type Target, targetError } from "./target.ts";

const SCAN_COUNT = 1000;

/** Databases that hold keys. */
export async function filledDatabases(target: Target): Promise<number[]> {
  try {
    const text = await target.control.info("keyspace");
    return Array.from(text.matchAll(/^db(\d+):/gm), (match) => Number(match[1]));
  } catch (cause) {
    throw targetError(cause);
  }
}

/** Yields about a thousand keys at a time; `type` is one that TYPE knows. */
export async function* scanKeys(connection: Redis, type?: string): AsyncGenerator<readonly Buffer[], void, void> {
  let cursor = "0";
  do {
    const only = type === undefined ? [] : ["TYPE", type];
    const [next, keys] = await askTarget<[Buffer, Buffer[]]>(connection.callBuffer("SCAN", cursor, "COUNT", SCAN_COUNT, ...only));
    cursor = next.toString();
    yield keys;
  } while (cursor !== "0");
}

/** Yields some fields of one hash at a time. */
export async function* scanFields(connection: Redis, key: Buffer): AsyncGenerator<readonly Buffer[], void, void> {
  let cursor = "0";
  do {
    const answer = connection.callBuffer("HSCAN", key, cursor, "COUNT", SCAN_COUNT, "NOVALUES");
    const [next, fields] = await askTarget<[Buffer, Buffer[]]>(answer);
    cursor = next.toString();
    if (fields.length > 0) yield fields;
  } while (cursor !== "0");
}

/** Throws what a refused or lost command means. */
export async function askTarget<T>(answer: Promise<unknown>): Promise<T> {
  try {
    return (await answer) as T;
  } catch (cause) {
    throw targetError(cause);
  }
}
