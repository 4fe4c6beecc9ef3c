/**
 * Loads a snapshot into the target while it goes on serving reads: every key is replaced by one RESTORE, what the snapshot lacks is
 * removed at the end (`stale-keys.ts`), nothing is flushed. Each unit's checkpoint says up to which byte of the RDB the target is loaded,
 * so an interrupted load goes on from there (APPLIED_ONCE).
 */
import { randomBytes } from "node:crypto";
import { GatewayError } from "../../errors.ts";
import { DumpPayloads } from "../../rdb/dump-payload.ts";
import type { RdbEntry, RdbParser } from "../../rdb/parser.ts";
import { CHECKPOINT_PREFIX } from "./checkpoint.ts";
import { FunctionLoader } from "./function-loader.ts";
import { KeySet } from "./key-set.ts";
import type { LoadOptions, LoadProgress, LoadSnapshot } from "./loading.ts";
import { restoreLarge } from "./restore-large.ts";
import { RestoreUnit } from "./restore-unit.ts";
import { readSnapshot } from "./snapshot-reading.ts";
import { removeStaleKeys } from "./stale-keys.ts";

const RESERVED = Buffer.from(CHECKPOINT_PREFIX);

export const loadSnapshot: LoadSnapshot = (options, signal) => new SnapshotLoad(options).run(signal);

class SnapshotLoad {
  readonly #options: LoadOptions;
  /** What the snapshot holds; undefined when nothing can be stale. */
  readonly #keys: KeySet | undefined;
  readonly #functions: FunctionLoader;
  readonly #skipped = new Map<string, number>();
  #payloads: DumpPayloads | undefined;
  #unit: RestoreUnit | undefined;
  /** RDB offset after the last entry of the unit. */
  #unitEndsAt = 0;
  #keysLoaded = 0;
  #keysRemoved = 0;
  #bytes: number;

  constructor(options: LoadOptions) {
    this.#options = options;
    this.#keys = options.targetWasEmpty ? undefined : new KeySet({ seed: randomBytes(8) });
    this.#functions = new FunctionLoader(options);
    this.#bytes = options.resumeAt;
  }

  async run(signal: AbortSignal): Promise<void> {
    const { writer, log, snapshot } = this.#options;
    for await (const parser of readSnapshot(snapshot, signal)) await this.#take(parser, signal);
    if (signal.aborted) return;
    await this.#functions.load(signal);
    await this.#submit(signal);
    if (this.#keys) await this.#removeStale(this.#keys, signal);
    await writer.drain(signal);
    if (signal.aborted) return;
    if (this.#skipped.size > 0) {
      log.warn(
        { event: "delivery.snapshot-skipped", skipped: Object.fromEntries(this.#skipped) },
        "the snapshot held what RESTORE cannot carry",
      );
    }
    log.info({ event: "delivery.snapshot-loaded", ...this.#progress }, "snapshot loaded");
  }

  /** Everything that became whole with the last chunk. */
  async #take(parser: RdbParser, signal: AbortSignal): Promise<void> {
    for (let item = parser.next(); item !== undefined && !signal.aborted; item = parser.next()) {
      switch (item.kind) {
        case "entry":
          // Functions come first in an RDB: by now all of them are known.
          if (!this.#functions.loaded) await this.#functions.load(signal);
          this.#payloads ??= new DumpPayloads(parser.format!, this.#options.target.facts);
          await this.#takeEntry(item, this.#payloads, signal);
          break;
        case "function":
          this.#functions.add(item.source, item.endsAt);
          break;
        case "skipped":
          this.#skipped.set(item.what, (this.#skipped.get(item.what) ?? 0) + 1);
          break;
        default:
      }
    }
    this.#bytes = Math.max(this.#bytes, parser.offset);
    this.#options.onProgress(this.#progress);
  }

  async #takeEntry(entry: RdbEntry, payloads: DumpPayloads, signal: AbortSignal): Promise<void> {
    if (isReserved(entry.key)) return;
    this.#keys?.add(entry.db, entry.key);
    if (entry.endsAt <= this.#options.resumeAt) return;
    this.#checkDatabase(entry.db);
    this.#keysLoaded++;
    if (entry.measured) {
      await this.#submit(signal);
      const { snapshot, writer, checkpointAt, target } = this.#options;
      const large = { ...entry, measured: entry.measured };
      const checkpoint = checkpointAt(entry.endsAt);
      return await restoreLarge({ entry: large, payloads, snapshot, writer, checkpoint, maxBulkBytes: target.maxBulkBytes }, signal);
    }
    if (this.#unit && (this.#unit.db !== entry.db || this.#unit.shouldPrecede(entry))) await this.#submit(signal);
    this.#unit ??= new RestoreUnit(entry.db, payloads);
    this.#unit.add(entry);
    this.#unitEndsAt = entry.endsAt;
    if (this.#unit.full) await this.#submit(signal);
  }

  async #submit(signal: AbortSignal): Promise<void> {
    if (!this.#unit || signal.aborted) return;
    const { writer, checkpointAt } = this.#options;
    await writer.ready(signal);
    if (signal.aborted) return;
    writer.submit(this.#unit.finish(checkpointAt(this.#unitEndsAt)));
    this.#unit = undefined;
  }

  /** A SELECT that fails inside EXEC would let the following keys land in another database. */
  #checkDatabase(db: number): void {
    const { databases } = this.#options.target.facts;
    if (db < databases) return;
    throw new GatewayError("TARGET_REFUSED", `the snapshot has keys in database ${db}, and the target has only ${databases} databases`, {
      details: { db, databases },
    });
  }

  async #removeStale(keys: KeySet, signal: AbortSignal): Promise<void> {
    const { target, writer, snapshot, checkpointAt } = this.#options;
    const isStale = (db: number, key: Buffer) => !isReserved(key) && keys.lacks(db, key);
    const onRemoved = (count: number) => this.#removed(count);
    while (!signal.aborted) {
      await removeStaleKeys({ target, writer, isStale, checkpoint: checkpointAt(snapshot.rdbBytes), onRemoved }, signal);
      if (!keys.nextSlice()) return;
      await this.#collect(keys, signal);
    }
  }

  /** Reads the snapshot once more, for its keys alone. */
  async #collect(keys: KeySet, signal: AbortSignal): Promise<void> {
    for await (const parser of readSnapshot(this.#options.snapshot, signal)) {
      for (let item = parser.next(); item !== undefined; item = parser.next()) if (item.kind === "entry") keys.add(item.db, item.key);
    }
  }

  #removed(count: number): void {
    this.#keysRemoved += count;
    this.#options.onProgress(this.#progress);
  }

  get #progress(): LoadProgress {
    return {
      keysLoaded: this.#keysLoaded,
      keysRemoved: this.#keysRemoved,
      functionsLoaded: this.#functions.count,
      bytes: this.#bytes,
      totalBytes: this.#options.snapshot.rdbBytes,
    };
  }
}

function isReserved(key: Buffer): boolean {
  return key.length >= RESERVED.length && key[0] === RESERVED[0] && key.subarray(0, RESERVED.length).equals(RESERVED);
}
