/**
 * What an RDB holds, gathered while it passes: counts, sizes, expiries, the largest values. Memory is bounded whatever the size of the file
 * or of its largest value; only a key is ever held whole. The same rules as for a snapshot apply: what is not understood is refused by number.
 */
import type { RdbFormat } from "./format.ts";
import { encodingOf } from "./opcodes.ts";
import { type RdbEntry, type RdbItem, RdbParser } from "./parser.ts";

const HOUR_MS = 3_600_000;
/** Of the names of the largest keys, and of aux fields, which a server may make as long as it likes (`lua` holds scripts). */
const TEXT_BYTES = 256;
const AUX_FIELDS = 100;

export type LargeKey = {
  readonly db: number;
  /** Its first 256 bytes. */
  readonly key: Buffer;
  readonly keyBytes: number;
  readonly type: string;
  readonly encoding: string;
  readonly valueBytes: number;
};

export type TypeCount = { readonly type: string; readonly encoding: string; readonly number: number; keys: number; valueBytes: number };
export type DatabaseCount = { keys: number; expires: number };
export type ExpiryCount = {
  keys: number;
  /** Before the moment of the inspection, within an hour of it, within a day, within thirty days, after that. */
  past: number;
  hour: number;
  day: number;
  month: number;
  later: number;
  firstAtMs: bigint | undefined;
  lastAtMs: bigint | undefined;
};

export type RdbReport = {
  readonly format: RdbFormat;
  readonly bytes: number;
  readonly checksum: "verified" | "absent" | "unchecked";
  readonly aux: readonly (readonly [name: string, value: string])[];
  readonly keys: number;
  readonly databases: ReadonlyMap<number, DatabaseCount>;
  /** Most value bytes first. */
  readonly types: readonly TypeCount[];
  readonly expiries: ExpiryCount;
  readonly functions: { readonly libraries: number; readonly bytes: number };
  /** What RESTORE could not carry, by kind. */
  readonly skipped: ReadonlyMap<string, number>;
  /** Largest first. */
  readonly largest: readonly LargeKey[];
};

export type InspectionOptions = {
  readonly nowMs: number;
  /** How many of the largest keys are named; at least 1. */
  readonly top: number;
};

export class RdbInspection {
  readonly #parser = new RdbParser({ keepValues: false });
  readonly #nowMs: number;
  readonly #top: number;
  readonly #aux: (readonly [string, string])[] = [];
  readonly #databases = new Map<number, DatabaseCount>();
  readonly #types = new Map<number, TypeCount>();
  readonly #expiries: ExpiryCount = { keys: 0, past: 0, hour: 0, day: 0, month: 0, later: 0, firstAtMs: undefined, lastAtMs: undefined };
  readonly #functions = { libraries: 0, bytes: 0 };
  readonly #skipped = new Map<string, number>();
  /** Largest first, at most `top`. */
  readonly #largest: LargeKey[] = [];
  #keys = 0;
  #checksum: RdbReport["checksum"] = "unchecked";

  constructor(options: InspectionOptions) {
    this.#nowMs = options.nowMs;
    this.#top = options.top;
  }

  get keys(): number {
    return this.#keys;
  }

  /** The chunk is kept until what begins in it is whole: it must not be written to again. Throws RDB_MALFORMED and RDB_UNSUPPORTED. */
  push(chunk: Buffer): void {
    this.#parser.feed(chunk);
    for (let item = this.#parser.next(); item !== undefined; item = this.#parser.next()) this.#take(item);
  }

  /** Throws RDB_MALFORMED unless the RDB has ended. */
  finish(): RdbReport {
    this.#parser.finish();
    return {
      format: this.#parser.format!,
      bytes: this.#parser.offset,
      checksum: this.#checksum,
      aux: this.#aux,
      keys: this.#keys,
      databases: this.#databases,
      types: [...this.#types.values()].sort((a, b) => b.valueBytes - a.valueBytes || a.number - b.number),
      expiries: this.#expiries,
      functions: this.#functions,
      skipped: this.#skipped,
      largest: this.#largest,
    };
  }

  #take(item: RdbItem): void {
    switch (item.kind) {
      case "entry":
        this.#takeEntry(item);
        return;
      case "aux":
        if (this.#aux.length < AUX_FIELDS) this.#aux.push([item.name.slice(0, TEXT_BYTES), item.value.toString("utf8", 0, TEXT_BYTES)]);
        return;
      case "function":
        this.#functions.libraries++;
        this.#functions.bytes += item.source.length;
        return;
      case "skipped":
        this.#skipped.set(item.what, (this.#skipped.get(item.what) ?? 0) + 1);
        return;
      case "end":
        this.#checksum = item.checksum;
        return;
      default:
    }
  }

  #takeEntry(entry: RdbEntry): void {
    this.#keys++;
    const database = this.#databases.get(entry.db) ?? { keys: 0, expires: 0 };
    this.#databases.set(entry.db, database);
    database.keys++;
    if (entry.expireAtMs !== undefined) {
      database.expires++;
      this.#takeExpiry(entry.expireAtMs);
    }
    const count = this.#countOf(entry.type);
    count.keys++;
    count.valueBytes += entry.valueBytes;
    if (this.#largest.length < this.#top || entry.valueBytes > this.#largest.at(-1)!.valueBytes) this.#rank(entry, count);
  }

  #countOf(number: number): TypeCount {
    let count = this.#types.get(number);
    if (count === undefined) {
      count = { ...encodingOf(number), number, keys: 0, valueBytes: 0 };
      this.#types.set(number, count);
    }
    return count;
  }

  #takeExpiry(atMs: bigint): void {
    const counts = this.#expiries;
    const leftMs = Number(atMs) - this.#nowMs;
    counts.keys++;
    if (leftMs <= 0) counts.past++;
    else if (leftMs <= HOUR_MS) counts.hour++;
    else if (leftMs <= 24 * HOUR_MS) counts.day++;
    else if (leftMs <= 30 * 24 * HOUR_MS) counts.month++;
    else counts.later++;
    if (counts.firstAtMs === undefined || atMs < counts.firstAtMs) counts.firstAtMs = atMs;
    if (counts.lastAtMs === undefined || atMs > counts.lastAtMs) counts.lastAtMs = atMs;
  }

  #rank({ db, key, valueBytes }: RdbEntry, { type, encoding }: TypeCount): void {
    let at = this.#largest.length;
    while (at > 0 && this.#largest[at - 1]!.valueBytes < valueBytes) at--;
    // A copy: the key is a view of a chunk that would stay as long as it.
    this.#largest.splice(at, 0, { db, key: Buffer.from(key.subarray(0, TEXT_BYTES)), keyBytes: key.length, type, encoding, valueBytes });
    if (this.#largest.length > this.#top) this.#largest.pop();
  }
}
