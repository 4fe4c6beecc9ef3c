/**
 * Delivery of one stream into one writable server: opens the target, loads the snapshot when there is no position to go on from, then
 * applies records. One `run` is one attempt; a new history or a gap in the journal begins again inside it, everything else ends it.
 * What is applied is what the target's checkpoint says, read anew with each connection (APPLIED_ONCE).
 */
import { randomBytes } from "node:crypto";
import type { Logger } from "pino";
import { GatewayError, wrapError } from "../../errors.ts";
import { atMost } from "../../runtime/at-most.ts";
import type { Clock } from "../../runtime/clock.ts";
import { crashPoint } from "../../runtime/crash-point.ts";
import { sleep } from "../../runtime/sleep.ts";
import type { Service } from "../../runtime/supervisor.ts";
import type { HistoryLog, StoredSnapshot, StreamLog } from "../../stream/log.ts";
import type { Offset, StreamId } from "../../stream/position.ts";
import { buildKey, type Checkpoint, checkpointKey, parseCheckpoint } from "./checkpoint.ts";
import { DeadLetters } from "./dead-letters.ts";
import type { DeliveryStats } from "./delivery-stats.ts";
import { decideEnd, type EndingOptions, endStream, isEnding } from "./ending.ts";
import type { LoadSnapshot } from "./loading.ts";
import { Losses } from "./losses.ts";
import type { ModuleAnswers } from "./module-values.ts";
import type { DeliveryOrders } from "./orders.ts";
import { RawRing } from "./raw-ring.ts";
import { openRawSocket, type TargetAddress } from "./raw-socket.ts";
import { errorWord } from "./replies.ts";
import type { JudgeSnapshot } from "./snapshot-guard.ts";
import { decideStart, explainConflict, type Start } from "./start.ts";
import { Streaming } from "./streaming.ts";
import { Target } from "./target.ts";
import { admit, canEvictCheckpoint, keysIn } from "./target-facts.ts";
import type { Divergence } from "./unit.ts";
import { UnitWriter } from "./unit-writer.ts";

/** A stop waits this long for what is in flight; the checkpoint makes leaving earlier harmless. */
const STOP_MS = 2_000;
/** Before the next attempt after a gap or a change of history, so that a journal in trouble is not asked in a tight loop. */
const RETRY_MS = 100;
/** Between two looks at a journal that cannot be delivered yet and does not say that it has changed. */
const WAIT_MS = 1_000;
const MARK_ATTEMPTS = 5;
/** Divergences in a row are counted each and logged no more often than this. */
const DIVERGENCE_LOG_MS = 1_000;
const READER = "delivery";

export type DeliveryGuard = {
  /** A snapshot that holds less than this share of the target's keys, 0 to 1. */
  readonly shrink: number;
  /** FLUSHALL and FLUSHDB. */
  readonly flush: boolean;
};

export type DeliveryOptions = {
  readonly stream: StreamId;
  readonly log: Logger;
  readonly clock: Clock;
  readonly journal: StreamLog;
  readonly target: TargetAddress;
  /** Write to this target even if it holds foreign keys or is marked as diverged: a snapshot replaces what is there. Until the stream flows. */
  readonly adopt: boolean;
  readonly onDivergence: "halt" | "dead-letter";
  /** Needed for "dead-letter". */
  readonly deadLetterFile: string;
  /** What happens when the target cannot hold something: its product or version lacks it. */
  readonly onUnsupported: "halt" | "skip";
  /** Names the keys of which that is so. */
  readonly unsupportedFile: string;
  /** Larger values of a snapshot are rebuilt in pieces. */
  readonly rebuildAboveBytes: number;
  /** By how much later than at the source keys expire in a target without an import mode, ms (`expiry.ts`). */
  readonly guardMs: number;
  /** What is not obeyed without a person's word. */
  readonly guard: DeliveryGuard;
  readonly loadSnapshot: LoadSnapshot;
  readonly judgeSnapshot: JudgeSnapshot;
  readonly orders: DeliveryOrders;
  /** Shared by all attempts. */
  readonly stats: DeliveryStats;
};

export class Delivery implements Service {
  readonly #options: DeliveryOptions;
  readonly #key: string;
  readonly #token = randomBytes(8).toString("hex");
  readonly #deadLetters: DeadLetters;
  /** What this target has answered. */
  readonly #modules: ModuleAnswers = new Map();
  #divergence: Divergence | undefined;
  #divergenceLoggedAtMs = Number.NEGATIVE_INFINITY;

  constructor(options: DeliveryOptions) {
    this.#options = options;
    this.#key = checkpointKey(options.stream);
    this.#deadLetters = new DeadLetters({ path: options.deadLetterFile, stream: options.stream });
  }

  async run(signal: AbortSignal): Promise<void> {
    const { journal, stats, clock, orders } = this.#options;
    try {
      while (!signal.aborted) {
        stats.phase = "waiting";
        // A first snapshot is loaded while it arrives. Its position becomes the target's when it is whole (SNAPSHOT_BEFORE_POSITION).
        const history = journal.current ?? journal.arriving;
        if (history || orders.promotes) await this.#attempt(history, signal);
        else await journal.changed(signal);
      }
    } catch (cause) {
      const error = wrapError("INVARIANT", "delivery failed", cause);
      stats.lastError = { message: error.message, atMs: clock.nowMs() };
      if (error.code === "TARGET_BUSY") stats.count(stats.conditions, errorWord(String(error.details["error"] ?? "waiting")));
      throw error;
    } finally {
      stats.phase = "stopped";
      stats.inFlightBytes = 0;
    }
  }

  /** One connection to the target. */
  async #attempt(history: HistoryLog | undefined, signal: AbortSignal): Promise<void> {
    const { clock, log, stats, orders } = this.#options;
    const adopt = this.#options.adopt && !orders.hasFlowed;
    stats.phase = "connecting";
    const target = await Target.open(this.#options.target);
    try {
      stats.targetVersion = `${target.facts.product} ${target.facts.version}`;
      const text = await target.readCheckpoint(this.#key);
      const checkpoint = admit({ facts: target.facts, checkpointText: text, adopt, promotes: orders.promotes });
      if (canEvictCheckpoint(target.facts)) {
        const { maxmemoryPolicy } = target.facts;
        log.warn({ event: "delivery.checkpoint-evictable", maxmemoryPolicy }, "the target's eviction policy can remove the checkpoint");
      }
      if (checkpoint && isEnding(checkpoint)) return await this.#end({ target, text, checkpoint }, signal);
      const start: Start = history ? decideStart(checkpoint, history) : { kind: "wait", why: "the journal holds nothing" };
      const end = orders.promotes
        ? decideEnd({ checkpoint, start, history, ordered: orders.end, waits: orders.question !== undefined })
        : undefined;
      if (end?.kind === "promote" && checkpoint) return await this.#end({ target, text, checkpoint }, signal);
      if (end?.kind === "refuse") this.#refuseEnd(end.why);
      const upTo = end?.kind === "deliver" ? end.upTo : undefined;
      if (start.kind === "wait" || !history) {
        stats.phase = "waiting";
        log.debug({ event: "delivery.waited", ...start }, "nothing can be delivered yet");
        return await atMost(WAIT_MS, signal, (over) => this.#options.journal.changed(over));
      }
      if (upTo !== undefined) orders.end = { history: history.id, offset: upTo };
      this.#tellWhereItStands(history, start);
      const guardMs = await this.#takeExpiry(target, start.kind === "stream" || start.resumeAt > 0 ? checkpoint : undefined);
      const socket = await openRawSocket(this.#options.target, { checkpointKey: this.#key, importing: target.importing });
      const stop = new AbortController();
      const abort = () => stop.abort();
      const onApplied = (offset: Offset) => {
        if (upTo !== undefined && offset >= upTo) abort();
      };
      signal.addEventListener("abort", abort, { once: true });
      if (signal.aborted) abort();
      stats.connections++;
      let ended: GatewayError | undefined;
      /** What the checkpoint says until our first commit. */
      let begunOn: string | undefined = text;
      const room = new RawRing();
      const writer = new UnitWriter({
        socket,
        clock,
        checkpointKey: this.#key,
        expected: text,
        token: this.#token,
        events: {
          onCommit: (committed) => {
            begunOn = undefined;
            room.release(committed.offset);
            this.#committed(history, committed);
            if (committed.state === "streaming") onApplied(committed.offset);
          },
          onDivergence: (divergence) => (stats.phase === "streaming" ? this.#diverged(divergence) : refused(divergence)),
          onEnd: (reason) => {
            ended = reason;
            abort();
          },
        },
      });
      try {
        // Only a target that was whole has something to lose; a load that was interrupted has been judged before.
        const keysInTarget = checkpoint?.state === "streaming" ? keysIn(target.facts) - 1 : 0;
        if (start.kind === "load" && keysInTarget > 0 && !adopt) await this.#judge(start.snapshot, keysInTarget, stop.signal);
        const losses = this.#newLosses();
        const wasEmpty = text === "" && keysIn(target.facts) === 0;
        await this.#deliver({ history, target, writer, room, losses, start, guardMs, onApplied, wasEmpty }, stop.signal);
        if (ended) throw ended;
        if (!writer.unitOpen) await writer.drain(AbortSignal.timeout(STOP_MS));
      } catch (cause) {
        throw await this.#reasonOf(ended ?? cause, { target, begunOn });
      } finally {
        signal.removeEventListener("abort", abort);
        writer.close();
      }
    } catch (cause) {
      const error = wrapError("INVARIANT", "delivery failed", cause);
      if (error.disposition !== "resync") throw error;
      log.info({ event: "delivery.restarted", code: error.code, details: error.details }, error.message);
      await sleep(RETRY_MS, signal);
    } finally {
      target.close();
    }
  }

  async #end(found: Pick<EndingOptions, "target" | "text" | "checkpoint">, signal: AbortSignal): Promise<void> {
    const { stats, log, clock } = this.#options;
    await endStream({ ...found, checkpointKey: this.#key, token: this.#token, stats, log, clock }, signal);
  }

  async #judge(snapshot: StoredSnapshot, keysInTarget: number, signal: AbortSignal): Promise<void> {
    const { orders, guard, judgeSnapshot } = this.#options;
    if (orders.allows(`snapshot ${snapshot.info.id}`)) return;
    await judgeSnapshot({ snapshot, keysInTarget, leastShare: guard.shrink }, signal);
    orders.settle();
  }

  /** Told before the command is sent; false: it is not, and the stream ends before it. */
  #allowsFlush(history: HistoryLog, offset: Offset): boolean {
    const { orders, guard } = this.#options;
    return !guard.flush || orders.allows(`flush ${history.id} ${offset}`);
  }

  #refuseEnd(why: string): void {
    const { orders, stats, log } = this.#options;
    orders.withdraw();
    stats.promotionRefusal = why;
    log.error({ event: "delivery.promotion-refused" }, why);
  }

  async #deliver(work: Work, signal: AbortSignal): Promise<void> {
    const { start, history, writer, room, losses, target } = work;
    const { stats, clock, log, orders } = this.#options;
    const from = start.kind === "load" ? await this.#load(work, start, signal) : { ...start.checkpoint, state: "streaming" as const };
    if (signal.aborted) return;
    // The claim: from here on units of an older writer fail (ONE_WRITER).
    writer.submit({ db: 0, pieces: [], commands: 0, checkpoint: from });
    await writer.drain(signal);
    if (signal.aborted) return;
    stats.phase = "streaming";
    orders.hasFlowed = true;
    log.info({ event: "delivery.streaming", history: history.id, offset: from.offset }, "applying records");
    this.#report(history, from.offset);
    const onApplied = (offset: Offset) => {
      this.#report(history, offset);
      work.onApplied(offset);
    };
    const question = await new Streaming({
      history,
      from,
      writer,
      room,
      checkpointKey: this.#key,
      maxBulkBytes: target.maxBulkBytes,
      target: target.facts,
      modules: this.#modules,
      importingSinceMs: this.#importingSince(work),
      losses,
      stats,
      clock,
      log,
      onApplied,
      allowsFlush: (offset) => this.#allowsFlush(history, offset),
    }).run(signal);
    if (question) {
      const takes = await target.takesValue(question.payload);
      this.#modules.set(question.id, takes);
      log.info({ event: "delivery.module-asked", takes }, "the stream has a module's value: the target was asked whether it takes it");
    }
  }

  /** What is loaded now has not seen the target's last start. */
  #importingSince({ target, start }: Work): number | undefined {
    if (!target.importing || target.keepsOverRestarts || start.kind === "load") return undefined;
    return this.#options.clock.nowMs() - target.facts.uptimeMs;
  }

  #newLosses(): Losses {
    const { stream, onUnsupported, unsupportedFile: path, log, stats } = this.#options;
    return new Losses({ stream, onUnsupported, path, log, count: (name) => stats.count(stats.unsupported, name) });
  }

  /** Returns the position at which the snapshot's data set stands. */
  async #load(work: Work, start: Start & { readonly kind: "load" }, signal: AbortSignal): Promise<Checkpoint> {
    const { log, stats, loadSnapshot } = this.#options;
    const { info } = start.snapshot;
    const loaded: Checkpoint = {
      state: "streaming",
      history: work.history.id,
      offset: info.offset,
      db: info.db,
      replid: info.replid,
      snapshotId: undefined,
      rdbOffset: 0,
      writer: this.#token,
      readAtMs: 0,
      guardMs: work.guardMs,
    };
    const checkpointAt = (rdbOffset: number): Checkpoint => ({ ...loaded, state: "loading", snapshotId: info.id, rdbOffset });
    stats.phase = "loading";
    stats.loadingFrom = { atMs: this.#options.clock.nowMs(), bytes: start.resumeAt };
    log.info({ event: "delivery.loading", history: work.history.id, snapshot: info.id, resumeAt: start.resumeAt }, "loading a snapshot");
    work.writer.submit({ db: 0, pieces: [], commands: 0, checkpoint: checkpointAt(start.resumeAt) });
    await work.writer.drain(signal);
    if (signal.aborted) return loaded;
    const onProgress = (progress: DeliveryStats["loading"]) => {
      crashPoint("delivery-loading");
      stats.loading = progress;
      stats.inFlightBytes = work.writer.inFlightBytes;
    };
    const onSkipped = (what: string) => stats.count(stats.skipped, what);
    const { snapshot, resumeAt } = start;
    const { target, writer, losses, guardMs, wasEmpty: targetWasEmpty } = work;
    const { stream, rebuildAboveBytes } = this.#options;
    const loading = { guardMs, losses, rebuildAboveBytes, buildKey: buildKey(stream), checkpointAt, onProgress, onSkipped };
    await loadSnapshot({ log, snapshot, writer, target, resumeAt, targetWasEmpty, ...loading }, signal);
    return loaded;
  }

  /**
   * Who decides what expires: the source, by the target's import mode or by the guard. What is in the target already has the guard that its
   * checkpoint tells, which therefore stays until a snapshot is loaded anew: two at a time could not be told apart. Returns the guard in force.
   */
  async #takeExpiry(target: Target, holds: Checkpoint | undefined): Promise<number> {
    const { stats, log, guardMs: wanted } = this.#options;
    const refusal = holds === undefined || holds.guardMs === 0 ? await target.startImport() : undefined;
    const guardMs = holds?.guardMs ?? (target.importing ? 0 : wanted);
    stats.expiry = { by: target.importing ? "import" : guardMs > 0 ? "guard" : "target", guardMs, refusal };
    if (refusal !== undefined) {
      log.warn(
        { event: "delivery.import-mode-refused", refusal, guardMs },
        "the target's import mode cannot be used: expiry is only guarded",
      );
    }
    if (!target.importing && guardMs !== wanted) {
      log.warn({ event: "delivery.guard-kept", guardMs, wanted }, "another expiry guard takes effect with the next snapshot");
    }
    return guardMs;
  }

  /** Perhaps behind what was acknowledged before: the target came back from a backup, failed over to a lagging replica, or was emptied. */
  #tellWhereItStands(history: HistoryLog, start: Exclude<Start, { readonly kind: "wait" }>): void {
    const { stats, journal, log } = this.#options;
    const { progress } = journal;
    const before = progress?.history === history.id ? progress.applied?.offset : undefined;
    const offset = start.kind === "stream" ? start.checkpoint.offset : undefined;
    if (before !== undefined && (offset === undefined || offset < before)) {
      log.warn({ event: "delivery.went-back", from: before, to: offset }, "the target holds less than it had before");
    }
    if (offset !== undefined) {
      this.#report(history, offset);
    } else {
      stats.applied = undefined;
      journal.markApplied(undefined);
      journal.retain(READER, undefined);
    }
  }

  #committed(history: HistoryLog, checkpoint: Checkpoint): void {
    crashPoint("delivery-unit-committed");
    const { stats } = this.#options;
    stats.units++;
    if (checkpoint.state === "streaming") this.#report(history, checkpoint.offset);
  }

  #report(history: HistoryLog, offset: Offset): void {
    const { stats, journal } = this.#options;
    const position = { history: history.id, offset };
    stats.applied = offset;
    journal.markApplied(position);
    journal.retain(READER, position);
  }

  /** The target failed a command that the source had run. */
  #diverged(divergence: Divergence): GatewayError | undefined {
    const { stats, log, clock, onDivergence } = this.#options;
    const { command, error, checkpoint } = divergence;
    stats.divergences++;
    const now = clock.nowMs();
    if (now - this.#divergenceLoggedAtMs >= DIVERGENCE_LOG_MS) {
      this.#divergenceLoggedAtMs = now;
      log.error(
        { event: "delivery.diverged", command, error, offset: checkpoint.offset, divergences: stats.divergences },
        "the target failed a command of the stream",
      );
    }
    if (onDivergence === "halt") {
      this.#divergence ??= divergence;
      return refused(divergence);
    }
    try {
      this.#deadLetters.write(divergence, now);
      stats.deadLetters++;
      return undefined;
    } catch (cause) {
      this.#divergence ??= divergence;
      return wrapError("TARGET_REJECTED", "a dead letter could not be written", cause);
    }
  }

  /** Says more about what ended the writer, and leaves a mark in the target when it has diverged. */
  async #reasonOf(
    cause: unknown,
    { target, begunOn }: { readonly target: Target; readonly begunOn: string | undefined },
  ): Promise<unknown> {
    const { log } = this.#options;
    try {
      if (this.#divergence) await this.#markDiverged(target);
      else if (cause instanceof GatewayError && (cause.code === "CHECKPOINT_CONFLICT" || cause.details["touched"])) {
        const text = await target.readCheckpoint(this.#key);
        // Touched by a writer that failed: it still says what we left there.
        if (cause.details["touched"] && (text === begunOn || text.includes(` writer=${this.#token} `))) return cause;
        return explainConflict(text, this.#token);
      }
    } catch (error) {
      log.error({ event: "delivery.unmarked", err: error }, "the target could not be asked or marked after a failure");
    }
    return cause;
  }

  /** A restart must not go on as if nothing had happened. What the ended writer still had in flight may come between. */
  async #markDiverged(target: Target): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      const expected = await target.readCheckpoint(this.#key);
      if (expected === "") return;
      const socket = await openRawSocket(this.#options.target, { checkpointKey: this.#key, importing: target.importing });
      const writer = new UnitWriter({ socket, clock: this.#options.clock, checkpointKey: this.#key, expected, token: this.#token });
      try {
        writer.submit({ db: 0, pieces: [], commands: 0, checkpoint: { ...parseCheckpoint(expected), state: "diverged" } });
        await writer.drain(AbortSignal.timeout(STOP_MS));
        if (writer.inFlightBytes > 0) throw new GatewayError("TARGET_CONNECTION", "the target did not answer in time");
        return;
      } catch (cause) {
        if (attempt === MARK_ATTEMPTS) throw cause;
      } finally {
        writer.close();
      }
    }
  }
}

type Work = {
  readonly history: HistoryLog;
  readonly target: Target;
  readonly writer: UnitWriter;
  readonly room: RawRing;
  readonly losses: Losses;
  readonly start: Exclude<Start, { readonly kind: "wait" }>;
  readonly guardMs: number;
  readonly onApplied: (offset: Offset) => void;
  readonly wasEmpty: boolean;
};

function refused(divergence: Divergence): GatewayError {
  const { command, error, explanation, checkpoint } = divergence;
  const what = explanation === undefined ? command : `${command} (${explanation})`;
  return new GatewayError("TARGET_REJECTED", `the target failed ${what}: ${error}`, {
    details: { command, error, explanation, offset: checkpoint.offset },
  });
}
