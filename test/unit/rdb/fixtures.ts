import { readFileSync } from "node:fs";
import type { RestoreServer } from "../../../src/rdb/dump-payload.ts";
import { type RdbEntry, type RdbItem, RdbParser, type RdbParserOptions } from "../../../src/rdb/parser.ts";

/** Which server made each file: its own DUMP is the expectation. */
export const FIXTURES: Readonly<Record<string, RestoreServer>> = {
  "redis-6.0": { product: "redis", version: "6.0.16", versionNumber: 600 },
  "redis-7.0": { product: "redis", version: "7.0.15", versionNumber: 700 },
  "redis-8.0": { product: "redis", version: "8.0.2", versionNumber: 800 },
  "redis-8.6": { product: "redis", version: "8.6.3", versionNumber: 806 },
  "redict-7.3": { product: "redis", version: "7.4.0", versionNumber: 704 },
  "valkey-8.1": { product: "valkey", version: "8.1.1", versionNumber: 801 },
  "valkey-9.1": { product: "valkey", version: "9.1.2", versionNumber: 901 },
};

export type ExpectedEntry = {
  readonly db: number;
  readonly key: string;
  readonly bytes: number;
  readonly crc64: string;
  readonly expireAtMs: number;
};

export function readFixture(name: string): { readonly rdb: Buffer; readonly expected: readonly ExpectedEntry[] } {
  const at = (suffix: string) => new URL(`../../fixtures/rdb/${name}.${suffix}`, import.meta.url);
  return { rdb: readFileSync(at("rdb")), expected: JSON.parse(readFileSync(at("json"), "utf8")) as ExpectedEntry[] };
}

/** Everything in an RDB that arrives in these chunks. */
export function parseChunks(chunks: readonly Buffer[], options: RdbParserOptions = {}): RdbItem[] {
  const parser = new RdbParser(options);
  const items: RdbItem[] = [];
  for (const chunk of chunks) {
    parser.feed(chunk);
    for (let item = parser.next(); item !== undefined; item = parser.next()) items.push(item);
  }
  parser.finish();
  return items;
}

export function entriesOf(items: readonly RdbItem[]): RdbEntry[] {
  return items.filter((item) => item.kind === "entry");
}
