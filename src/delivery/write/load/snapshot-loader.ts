/**
 * Loads a snapshot into the target while it goes on serving reads: every key is replaced at once (`carriage.ts` says by what), what the
 * snapshot lacks is removed at the end (`stale-keys.ts`), nothing is flushed. Each unit's checkpoint says up to which byte of the RDB the
 * target is loaded, so an interrupted load goes on from there (APPLIED_ONCE). When the target cannot hold something and that is to stop
 * the stream, nothing more is loaded, and the rest of the snapshot is read to name all of it.
 */
import { randomBytes } from "node:crypto";
import { RawRing } from "../../../bytes/raw-ring.ts";
import { GatewayError } from "../../../errors.ts";
import { describeType } from "../../../rdb/opcodes.ts";
import type { RdbEntry, RdbParser } from "../../../rdb/parser.ts";
import { isOpaque, rebuild } from "../../../rdb/rebuild.ts";
import { encodeCommand } from "../../../resp/encode.ts";
import { CHECKPOINT_PREFIX } from "../target/checkpoint.ts";
import { guarded } from "../values/expiry.ts";
import { type Carriage, TOO_LONG } from "../values/plain-carriage.ts";
import { Carrier } from "./carriage.ts";
import { FunctionLoader } from "./function-loader.ts";
import { KeySet } from "./key-set.ts";
import { LoadUnit } from "./load-unit.ts";
import type { LoadOptions, LoadProgress, LoadSnapshot } from "./loading.ts";
import { rebuildLarge } from "./rebuild-large.ts";
import { payloadBytesOf, restoreLarge } from "./restore-large.ts";
import { readSnapshot } from "./snapshot-reading.ts";
import { removeStaleKeys } from "./stale-keys.ts";
import { UnitBuffers } from "./unit-buffers.ts";

const RESERVED = Buffer.from(CHECKPOINT_PREFIX);
/** Commands of a larger value would make too large a transaction: they may be many times as long as the value. */
const REBUILT_AT_ONCE_BYTES = 256 * 1024;
/** LZF makes at most 264 bytes of three: no element of a value that is so much smaller is too long for the target. */
const MOST_UNPACKED = 88;
/** Of the RDB: a few chunks more than the units under way are made from. */
const READ_AHEAD_BYTES = 2 * 1024 * 1024;

export const loadSnapshot: LoadSnapshot = (options, signal) => new SnapshotLoad(options).run(signal);

class SnapshotLoad {
  readonly #options: LoadOptions;
  /** What the snapshot holds; undefined when nothing can be stale. */
  readonly #keys: KeySet | undefined;
  readonly #functions: FunctionLoader;
  readonly #skipped = new Map<string, number>();
  readonly #buffers = new UnitBuffers();
  readonly #room = new RawRing<number>(READ_AHEAD_BYTES);
  #carrier: Carrier | undefined;
  #unit: LoadUnit | undefined;
  /** RDB offset after the item that is looked at. */
  #at = 0;
  /** RDB offset up to which everything is loaded once the unit is committed. */
  #loadedTo: number;
  #keysLoaded = 0;
  #keysRead = 0;
  #totalKeys: number | undefined;
  #keysRemoved = 0;
  #bytes: number;

  constructor(options: LoadOptions) {
    this.#options = options;
    this.#keys = options.targetWasEmpty ? undefined : new KeySet({ seed: randomBytes(8) });
    this.#functions = new FunctionLoader(options);
    this.#bytes = options.resumeAt;
    this.#loadedTo = options.resumeAt;
  }

  async run(signal: AbortSignal): Promise<void> {
    const { writer, log, snapshot, losses, target, resumeAt } = this.#options;
    if (resumeAt === 0) losses.beginFile();
    await this.#removeUnfinished(signal);
    for await (const parser of readSnapshot(snapshot, signal, this.#room)) await this.#take(parser, signal);
    if (signal.aborted) return;
    if (losses.stops) {
      await writer.drain(signal);
      throw losses.toError(target.facts);
    }
    await this.#functions.load(signal);
    await this.#submit(signal);
    if (this.#keys) await this.#removeStale(this.#keys, signal);
    await writer.drain(signal);
    if (signal.aborted) return;
    if (this.#skipped.size > 0) {
      log.warn(
        { event: "delivery.snapshot-skipped", skipped: Object.fromEntries(this.#skipped) },
        "the snapshot held what no command can carry",
      );
    }
    log.info({ event: "delivery.snapshot-loaded", ...this.#progress }, "snapshot loaded");
  }

  /** Everything that became whole with the last chunk. */
  async #take(parser: RdbParser, signal: AbortSignal): Promise<void> {
    let busy: Promise<void> | undefined;
    for (let item = parser.next(); item !== undefined && !signal.aborted; item = parser.next()) {
      this.#at = parser.offset;
      switch (item.kind) {
        case "entry":
          // Functions come first in an RDB: by now all of them are known.
          if (!this.#functions.loaded && !this.#options.losses.stops) await this.#functions.load(signal);
          this.#keysRead++;
          this.#carrier ??= new Carrier(parser.format!, { ...this.#options, onSkipped: (what) => this.#skip(what) });
          busy = this.#takeEntry(item, this.#carrier, signal);
          if (busy) await busy;
          break;
        case "function":
          this.#functions.add(item.source, item.endsAt);
          break;
        case "sizes":
          this.#totalKeys = (this.#totalKeys ?? 0) + item.keys;
          this.#keys?.reserve(item.keys);
          break;
        case "skipped":
          this.#skip(item.what);
          break;
        default:
      }
    }
    this.#bytes = Math.max(this.#bytes, parser.offset);
    this.#options.onProgress(this.#progress);
  }

  /** Returns a promise only when the next entry has to wait, as the methods below do: most entries fit into the unit at once. */
  #takeEntry(read: RdbEntry, carrier: Carrier, signal: AbortSignal): Promise<void> | undefined {
    if (isReserved(read.key)) return undefined;
    const { guardMs } = this.#options;
    const entry = guardMs > 0 && read.expireAtMs !== undefined ? { ...read, expireAtMs: guarded(read.expireAtMs, guardMs) } : read;
    // What an earlier attempt has loaded is only listed; of a module's value it is asked again whether it was.
    if (entry.endsAt <= this.#options.resumeAt && !isOpaque(entry.type)) {
      this.#keys?.add(entry.db, entry.key);
      return undefined;
    }
    const carriage = carrier.carriageOf(entry);
    if (carriage instanceof Promise) return this.#takeAnswer(entry, carriage, carrier, signal);
    return this.#takeCarriage(entry, carriage, carrier, signal);
  }

  // Methods of their own, where a closure would do: what it captures would be allocated for every entry.
  async #takeAnswer(entry: RdbEntry, answer: Promise<Carriage>, carrier: Carrier, signal: AbortSignal): Promise<void> {
    await this.#takeCarriage(entry, await answer, carrier, signal);
  }

  async #gatherAnew(entry: RdbEntry, carriage: Carriage, carrier: Carrier, signal: AbortSignal): Promise<void> {
    await this.#submit(signal);
    await this.#gather(entry, carriage, carrier, signal);
  }

  #takeCarriage(entry: RdbEntry, carriage: Carriage, carrier: Carrier, signal: AbortSignal): Promise<void> | undefined {
    const { resumeAt, losses } = this.#options;
    if (carriage.by !== "leave") this.#keys?.add(entry.db, entry.key);
    if (entry.endsAt <= resumeAt) return undefined;
    if (carriage.lost !== undefined) this.#lose(entry, carriage.lost);
    if (carriage.skipped !== undefined) this.#skip(carriage.skipped);
    if (losses.stops || carriage.by === "leave") return undefined;
    this.#checkDatabase(entry.db);
    this.#keysLoaded++;
    return this.#carry(entry, carriage, carrier, signal);
  }

  #carry(entry: RdbEntry, carriage: Carriage, carrier: Carrier, signal: AbortSignal): Promise<void> | undefined {
    const { by, entry: restored = entry } = carriage;
    const { rebuildAboveBytes, target } = this.#options;
    // RESTORE alone brings what modules attached to a key.
    const wholeBytes = by === "restore" && restored.meta.length > 0 ? Number.POSITIVE_INFINITY : rebuildAboveBytes;
    const atOnceBytes = by === "restore" ? wholeBytes : Math.min(REBUILT_AT_ONCE_BYTES, target.maxBulkBytes / MOST_UNPACKED);
    const byPieces = !isOpaque(entry.type) && (entry.valueBytes > atOnceBytes || payloadBytesOf(restored) > target.maxBulkBytes);
    if (byPieces || restored.measured) return this.#carryLarge(entry, { restored, byPieces }, carrier, signal);
    const unit = this.#unit;
    if (unit === undefined || (unit.db === entry.db && !unit.shouldPrecede(entry))) return this.#gather(entry, carriage, carrier, signal);
    return this.#gatherAnew(entry, carriage, carrier, signal);
  }

  #gather(entry: RdbEntry, carriage: Carriage, { payloads, rebuilding }: Carrier, signal: AbortSignal): Promise<void> | undefined {
    if (signal.aborted) return undefined;
    this.#unit ??= new LoadUnit(entry.db, payloads, this.#buffers);
    if (carriage.by === "restore") this.#unit.add(carriage.entry ?? entry);
    else this.#unit.addRebuilt(entry, rebuild(entry, rebuilding));
    this.#loadedTo = entry.endsAt;
    return this.#unit.full ? this.#submit(signal) : undefined;
  }

  async #carryLarge(
    entry: RdbEntry,
    { restored, byPieces }: { readonly restored: RdbEntry; readonly byPieces: boolean },
    { payloads, rebuilding }: Carrier,
    signal: AbortSignal,
  ): Promise<void> {
    await this.#submit(signal);
    if (signal.aborted) return;
    const { snapshot, writer, target, losses, checkpointAt } = this.#options;
    const after = checkpointAt(entry.endsAt);
    if (restored.measured && !byPieces) {
      await restoreLarge({ entry: { ...restored, measured: restored.measured }, payloads, snapshot, writer, checkpoint: after }, signal);
    } else {
      const buildKey = Buffer.from(this.#options.buildKey);
      const before = checkpointAt(this.#loadedTo);
      const large = { entry, rebuilding, payloads, snapshot, writer, limits: target, buildKey, before, after };
      if (!(await rebuildLarge(large, signal))) {
        this.#keysLoaded--;
        this.#lose(entry, TOO_LONG);
        if (losses.stops) return;
        // Its older value would be another one.
        this.#unit = new LoadUnit(entry.db, payloads, this.#buffers);
        this.#unit.command(entry.type, ["UNLINK", entry.key]);
      }
    }
    this.#loadedTo = entry.endsAt;
  }

  #lose({ db, key, type, endsAt }: RdbEntry, why: string): void {
    const { losses, snapshot } = this.#options;
    losses.add({ what: describeType(type), why, db, key }, { within: snapshot.info.id, endsAt });
  }

  /** What an earlier attempt has passed was counted then. */
  #skip(what: string): void {
    this.#skipped.set(what, (this.#skipped.get(what) ?? 0) + 1);
    if (this.#at > this.#options.resumeAt) this.#options.onSkipped(what, this.#at);
  }

  /** A value that an attempt before this one has left half built, in whatever database. */
  async #removeUnfinished(signal: AbortSignal): Promise<void> {
    const { writer, target, buildKey, checkpointAt } = this.#options;
    for (const db of target.facts.keyspace.keys()) {
      await writer.ready(signal);
      if (signal.aborted) return;
      writer.submit({ db, pieces: [encodeCommand("UNLINK", buildKey)], commands: 1, checkpoint: checkpointAt(this.#loadedTo) });
    }
  }

  async #submit(signal: AbortSignal): Promise<void> {
    if (!this.#unit || signal.aborted) return;
    const { writer, checkpointAt } = this.#options;
    await writer.ready(signal);
    if (signal.aborted) return;
    const loadedTo = this.#loadedTo;
    // What was read of the RDB before has been written, and nobody asks for it again.
    writer.submit(this.#unit.finish(checkpointAt(loadedTo), () => this.#room.release(loadedTo)));
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

  /** Reads the snapshot once more, for its keys alone, without those whose values were left out. */
  async #collect(keys: KeySet, signal: AbortSignal): Promise<void> {
    for await (const parser of readSnapshot(this.#options.snapshot, signal)) {
      for (let item = parser.next(); item !== undefined; item = parser.next()) {
        if (item.kind !== "entry") continue;
        const isLeft = isOpaque(item.type) && (await this.#carrier?.carriageOf(item))?.by === "leave";
        if (!isLeft) keys.add(item.db, item.key);
      }
    }
  }

  #removed(count: number): void {
    this.#keysRemoved += count;
    this.#options.onProgress(this.#progress);
  }

  get #progress(): LoadProgress {
    return {
      keysLoaded: this.#keysLoaded,
      keysRead: this.#keysRead,
      totalKeys: this.#totalKeys,
      keysRemoved: this.#keysRemoved,
      functionsLoaded: this.#functions.count,
      bytes: this.#bytes,
      totalBytes: this.#options.snapshot.totalBytes ?? this.#options.snapshot.rdbBytes,
    };
  }
}

function isReserved(key: Buffer): boolean {
  return key.length >= RESERVED.length && key[0] === RESERVED[0] && key.subarray(0, RESERVED.length).equals(RESERVED);
}
