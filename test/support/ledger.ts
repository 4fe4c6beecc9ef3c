/**
 * Effects that prove themselves: each writer puts consecutive ids into a counter, a list, a stream and a set of its own, none of which
 * forgives a repetition or a loss in the same way. What is lost or doubled shows on one server alone, even if both agree wrongly.
 */
import type { ChainableCommander, Redis } from "ioredis";

const PAGE = 10_000;
const MAX_PROBLEMS = 20;

export class Ledger {
  readonly writer: string;
  #lastId = 0;
  /** Ids whose answer never came: they may be there or not, in each structure. */
  readonly #unknown = new Set<number>();

  constructor(writer: string) {
    this.writer = writer;
  }

  get lastId(): number {
    return this.#lastId;
  }

  get unknown(): ReadonlySet<number> {
    return this.#unknown;
  }

  /** Adds the effects of the next id to the pipeline, in the database that is selected. The id counts as done unless `doubt` is called. */
  add(pipeline: ChainableCommander): number {
    this.#lastId++;
    const id = `${this.#lastId}`;
    const { counter, list, stream, set } = ledgerKeys(this.writer);
    pipeline.incr(counter).rpush(list, id).xadd(stream, "*", "id", id).sadd(set, id);
    return this.#lastId;
  }

  /** The connection broke before the answer: nobody knows whether it happened. */
  doubt(id: number): void {
    this.#unknown.add(id);
  }
}

/** What is wrong on this server, one sentence each; empty when every id is there exactly once and in order. */
export async function checkLedgers(client: Redis, ledgers: readonly Ledger[]): Promise<readonly string[]> {
  const problems: string[] = [];
  for (const ledger of ledgers) {
    const keys = ledgerKeys(ledger.writer);
    const counter = Number((await client.get(keys.counter)) ?? 0);
    const least = ledger.lastId - ledger.unknown.size;
    if (counter < least || counter > ledger.lastId) {
      problems.push(`${keys.counter}: ${counter}, expected ${least === ledger.lastId ? least : `${least} to ${ledger.lastId}`}`);
    }
    problems.push(...checkIds(keys.list, await readList(client, keys.list), ledger));
    problems.push(...checkIds(keys.stream, await readStream(client, keys.stream), ledger));
    const members = (await client.smembers(keys.set)).map(Number).sort((a, b) => a - b);
    problems.push(...checkIds(keys.set, members, ledger));
  }
  return problems.slice(0, MAX_PROBLEMS);
}

function checkIds(key: string, ids: readonly number[], ledger: Ledger): readonly string[] {
  const problems: string[] = [];
  const seen = new Set<number>();
  let previous = 0;
  for (const id of ids) {
    if (seen.has(id)) problems.push(`${key}: ${id} is there twice`);
    else if (id < previous) problems.push(`${key}: ${id} comes after ${previous}`);
    else if (!(id >= 1 && id <= ledger.lastId)) problems.push(`${key}: ${id} was never written`);
    seen.add(id);
    previous = id;
    if (problems.length >= MAX_PROBLEMS) return problems;
  }
  for (let id = 1; id <= ledger.lastId && problems.length < MAX_PROBLEMS; id++) {
    if (!seen.has(id) && !ledger.unknown.has(id)) problems.push(`${key}: ${id} is lost`);
  }
  return problems;
}

async function readList(client: Redis, key: string): Promise<readonly number[]> {
  const ids: number[] = [];
  for (;;) {
    const page = await client.lrange(key, ids.length, ids.length + PAGE - 1);
    for (const id of page) ids.push(Number(id));
    if (page.length < PAGE) return ids;
  }
}

async function readStream(client: Redis, key: string): Promise<readonly number[]> {
  const ids: number[] = [];
  let from = "-";
  for (;;) {
    const page = await client.xrange(key, from, "+", "COUNT", PAGE);
    for (const [, fields] of page) ids.push(Number(fields[1]));
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) return ids;
    from = `(${last[0]}`;
  }
}

export function ledgerKeys(writer: string) {
  const key = (what: string) => `ledger:${writer}:${what}`;
  return { counter: key("counter"), list: key("list"), stream: key("stream"), set: key("set") };
}
