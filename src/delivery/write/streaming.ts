/** Applies the records of one history over one unit writer, from a checkpoint on, until told to stop. */
import type { Logger } from "pino";
import type { RawRing } from "../../bytes/raw-ring.ts";
import { GatewayError } from "../../errors.ts";
import type { Clock } from "../../runtime/clock.ts";
import type { HistoryLog, RecordCursor } from "../../stream/log.ts";
import type { Offset } from "../../stream/position.ts";
import { copyPayload, type RecordHeader, rawBytesOf, readRecordHeader } from "../../stream/record.ts";
import { dialectOf } from "./apply/dialect.ts";
import { Planner, type Stop } from "./apply/plan.ts";
import type { StreamPoint, UnitPart } from "./apply/unit-parts.ts";
import type { DeliveryStats } from "./delivery-stats.ts";
import type { Checkpoint } from "./target/checkpoint.ts";
import type { TargetFacts } from "./target/target-facts.ts";
import type { UnitWriter } from "./unit/unit-writer.ts";
import type { Losses } from "./values/losses.ts";
import type { ModuleQuestion } from "./values/module-values.ts";

const BATCH_BYTES = 256 * 1024;
/** A stream that only pings moves the checkpoint no more often than this. */
const IDLE_COMMIT_MS = 1_000;

export type StreamingOptions = {
  readonly history: HistoryLog;
  readonly from: Checkpoint;
  readonly writer: UnitWriter;
  /** Released as the writer commits. */
  readonly room: RawRing<Offset>;
  readonly checkpointKey: string;
  readonly maxBulkBytes: number;
  readonly target: TargetFacts;
  /** What it has answered so far. */
  readonly modules: ReadonlyMap<string, boolean>;
  /**
   * The target leaves expiry to us, but since then only: at its start it removed what was over by its own clock (an RDB that is read drops such keys
   * whatever the mode). Undefined: it has no such mode. Milliseconds since 1970.
   */
  readonly importingSinceMs: number | undefined;
  /** What the target cannot hold. */
  readonly losses: Losses;
  readonly stats: DeliveryStats;
  readonly clock: Clock;
  readonly log: Logger;
  /** Everything up to `offset` is in the target or has no effect there. */
  readonly onApplied: (offset: Offset) => void;
  /** Whether the FLUSHALL or FLUSHDB that ends at `offset` may be carried on. */
  readonly allowsFlush: (offset: Offset) => boolean;
};

export class Streaming {
  readonly #options: StreamingOptions;
  readonly #planner: Planner;
  #idleCommitAtMs = 0;
  /** When the record before was read from the master: what the next one holds was not written earlier. */
  #readAtMs: number;
  #isLate = false;

  constructor(options: StreamingOptions) {
    const { stats, log } = options;
    this.#options = options;
    this.#readAtMs = options.from.readAtMs;
    this.#planner = new Planner({
      from: options.from,
      checkpointKey: options.checkpointKey,
      maxBulkBytes: options.maxBulkBytes,
      databases: options.target.databases,
      dialect: dialectOf(options.target, { guardMs: options.from.guardMs, modules: options.modules }),
      guardMs: options.from.guardMs,
      events: {
        onDropped: (name) => stats.count(stats.dropped, name),
        onRewritten: (name) => stats.count(stats.rewritten, name),
        allowsFlush: options.allowsFlush,
        onUntranslated: (name) => {
          if (!stats.untranslated.has(name)) {
            const what = name.startsWith("EVAL")
              ? "the master sends scripts as they are: the expiries that they set have no guard, and nothing in them is held back or rewritten"
              : "a command that is too large to be looked into went on as it is";
            log.warn({ event: "delivery.untranslated", command: name }, what);
          }
          stats.count(stats.untranslated, name);
        },
        onSkipped: (what) => {
          if (!stats.skipped.has(what)) log.warn({ event: "delivery.skipped", what }, "the stream has what the target has no use for");
          stats.count(stats.skipped, what);
        },
        onLost: (loss, endsAt) => {
          options.losses.add(loss, { within: options.history.id, endsAt });
          if (options.losses.stops) throw options.losses.toError(options.target);
        },
      },
    });
  }

  /**
   * Resolves when the signal aborts, or with what the target has to be asked before the stream goes on from its checkpoint. Throws what the
   * cursor, the planner and the writer throw.
   */
  async run(signal: AbortSignal): Promise<ModuleQuestion | undefined> {
    const cursor = this.#options.history.openCursor(this.#options.from.offset);
    try {
      return await this.#follow(cursor, signal);
    } finally {
      await cursor.close();
    }
  }

  async #follow(cursor: RecordCursor, signal: AbortSignal): Promise<ModuleQuestion | undefined> {
    const { writer, room } = this.#options;
    for (;;) {
      const records = await cursor.next(signal, BATCH_BYTES);
      if (records === undefined) return undefined;
      let header: RecordHeader | undefined;
      for (const record of records) {
        header = readRecordHeader(record);
        this.#watchGuard(header);
        // The planner changes what it is given, and a record that was not packed lies in the journal's own memory.
        const rawBytes = rawBytesOf(header);
        const payload = copyPayload(record, header, room.take(rawBytes, header.to) ?? Buffer.allocUnsafe(rawBytes));
        for (const part of this.#planner.add(header, payload)) {
          this.#send(part, header);
          if (writer.full) await writer.ready(signal);
          if (signal.aborted) return undefined;
        }
        if (this.#planner.stop) return await this.#stopBefore(this.#planner.stop, signal);
        if (signal.aborted) return undefined;
      }
      const last = this.#planner.flush();
      if (header && last) this.#send(last, header);
      else if (header) this.#withoutEffect(header);
      if (writer.full) await writer.ready(signal);
    }
  }

  /** Everything before it is applied first, so that the data set which waits is as new as it can be. */
  async #stopBefore(stop: Stop, signal: AbortSignal): Promise<ModuleQuestion | undefined> {
    if (!this.#planner.unitOpen) await this.#options.writer.drain(signal);
    if (signal.aborted) return undefined;
    if (stop.why === "question") return stop.question;
    const { name, offset } = stop;
    const message = `the source ran ${name}; the target keeps what it has until a person accepts that (causeway resync --accept), or promotes it`;
    throw new GatewayError("FLUSH_SUSPICIOUS", message, { details: { command: name, offset } });
  }

  /** The guard holds as long as no command comes later than it is wide, and import mode as long as the target does not restart before one. */
  #watchGuard({ readAtMs }: RecordHeader): void {
    const { from, importingSinceMs, clock, stats, log } = this.#options;
    const lateMs = clock.nowMs() - this.#readAtMs;
    const exceedsGuard = from.guardMs > 0 && this.#readAtMs > 0 && lateMs >= from.guardMs;
    const isLate = exceedsGuard || (importingSinceMs !== undefined && readAtMs < importingSinceMs);
    if (isLate) stats.guardExceeded++;
    if (isLate && !this.#isLate) {
      const why = exceedsGuard ? "is later than the expiry guard" : "was not applied when the target restarted";
      const message = `the stream ${why}: keys may have expired here that the source had prolonged`;
      log.error({ event: "delivery.guard-exceeded", lateMs: Math.round(lateMs), guardMs: from.guardMs }, message);
    }
    this.#isLate = isLate;
    this.#readAtMs = readAtMs;
  }

  #send(part: UnitPart, header: RecordHeader): void {
    const { writer, stats } = this.#options;
    if (part.opens) writer.begin(part.explain);
    writer.append(part.pieces, part.commands);
    stats.commands += part.streamCommands;
    // The unit's own end, not the planner's: the rest of the record may be on its way in the next unit, or never leave (APPLIED_ONCE).
    if (part.end) writer.commit(this.#checkpoint(header, part.end), part.db);
    stats.inFlightBytes = writer.inFlightBytes;
  }

  /** The stream went on without a command for the target. */
  #withoutEffect(header: RecordHeader): void {
    const { writer, clock, onApplied } = this.#options;
    if (this.#planner.unitOpen) return;
    const { offset } = this.#planner.boundary;
    if (offset <= writer.expected!.offset) return;
    const busy = writer.inFlightBytes > 0;
    if (!busy) onApplied(offset);
    const now = clock.nowMs();
    if (!busy && now - this.#idleCommitAtMs < IDLE_COMMIT_MS) return;
    this.#idleCommitAtMs = now;
    writer.submit({ db: 0, pieces: [], commands: 0, checkpoint: this.#checkpoint(header, this.#planner.boundary) });
  }

  #checkpoint(header: RecordHeader, point: StreamPoint): Checkpoint {
    const { from } = this.#options;
    return { ...from, ...point, state: "streaming", replid: header.replid, readAtMs: header.readAtMs };
  }
}
