/**
 * One subscription, origin's side: decides where the peer goes on, then sends records as they come and, beside them, a
 * snapshot's chunks; records go first whenever there are any. Whatever changes under it (retention, a new history, an
 * aborted snapshot) leads to a new decision and a new Start, never to a silent jump (NO_GAP).
 * Memory: one batch of records and one chunk; the credit window and the socket's own buffer bound what is on its way.
 */
import type { Logger } from "pino";
import { GatewayError } from "../errors.ts";
import type { Clock } from "../runtime/clock.ts";
import { crashPoint } from "../runtime/crash-point.ts";
import { Notice } from "../runtime/notice.ts";
import { sleep } from "../runtime/sleep.ts";
import type { HistoryLog, RecordCursor, SnapshotReader, StoredSnapshot, StreamLog } from "../stream/log.ts";
import { type HistoryId, Offset, type StreamId } from "../stream/position.ts";
import { CHUNK_RAW_BYTES, chunkEnd } from "../stream/snapshot-chunk.ts";
import {
  type AckFrame,
  creditOf,
  type Frame,
  type Held,
  type HeldSnapshot,
  RECORDS_FRAME_BYTES,
  type SubscribeFrame,
} from "../wire/frames.ts";
import type { LinkCodec } from "./codec-choice.ts";
import { type Plan, planResume } from "./origin-view.ts";
import { advanceStream, type StreamPhase } from "./phase.ts";
import { RecordFrames } from "./record-frames.ts";
import { allInScope, Scope } from "./scope.ts";
import { SentRecords } from "./sent-records.ts";
import type { SnapshotTurns } from "./snapshot-turns.ts";
import type { SenderStats, SendingStats } from "./stats.ts";
import { SendWindow } from "./window.ts";

/** What a sender needs of its connection. */
export type Outlet = {
  /** Nothing of the frame is kept. */
  send(frame: Frame): void;
  writable(limitBytes: number, signal: AbortSignal): Promise<void>;
};

const MAX_BUFFERED_BYTES = 4 * 1024 * 1024;
/** Chunks keep the socket's queue short, so that a record never stands behind many of them. */
const MAX_BUFFERED_BEFORE_CHUNK_BYTES = 512 * 1024;
/** Between two decisions, so that a log in trouble is not asked in a loop. */
const RESTART_PAUSE_MS = 50;
/** A snapshot that was asked for and does not come is asked for again. */
const ASK_AGAIN_MS = 30_000;

export type StreamSenderOptions = {
  readonly subscription: SubscribeFrame;
  /** The name under which retention waits for this peer. */
  readonly reader: string;
  readonly streamLog: StreamLog;
  readonly windowBytes: number;
  readonly codec: LinkCodec;
  readonly outlet: Outlet;
  readonly snapshots: SnapshotTurns;
  readonly log: Logger;
  readonly clock: Clock;
  /** Asks the source for a snapshot; called again while none comes, so asking twice must be harmless. */
  readonly requestSnapshot: (stream: StreamId, beyond: Offset | undefined) => void;
};

export class StreamSender {
  readonly #stream: StreamId;
  readonly #log: StreamLog;
  readonly #reader: string;
  readonly #outlet: Outlet;
  readonly #snapshots: SnapshotTurns;
  readonly #logger: Logger;
  readonly #clock: Clock;
  readonly #requestSnapshot: (stream: StreamId, beyond: Offset | undefined) => void;
  readonly #window: SendWindow;
  readonly #frames: RecordFrames;
  readonly #notice = new Notice();
  /** Histories in which the peer's bytes turned out not to be ours. */
  readonly #diverged = new Set<HistoryId>();
  /** The history that was sent to its end, while a newer one arrives. */
  #left: HistoryId | undefined;
  /** What the peer has beside the history that is being sent. */
  #heldBeside: readonly Held[];
  #sent: SentRecords | undefined;
  /** The snapshot on its way and how many chunks of it the peer was sent. */
  #snapshot: { readonly id: string; readonly beside: boolean; chunks: number } | undefined;
  #sending: SendingStats | undefined;
  /** The peer wants a snapshot of the history that is sent, of this offset or later. */
  #wanted: Offset | undefined;
  /** What the peer has of a snapshot that came beside the records of an earlier link. */
  #begun: HeldSnapshot | undefined;
  /** The last snapshot that it got so: asked for twice, it is sent once. */
  #given: string | undefined;
  /** Ends the plan that is being followed. */
  #leave: () => void = () => undefined;
  #recordsWaiting = false;
  #phase: StreamPhase = "resuming";
  #records = 0;
  #chunks = 0;
  #starts = 0;
  #ack: AckFrame | undefined;

  constructor(options: StreamSenderOptions) {
    this.#stream = options.subscription.stream;
    this.#log = options.streamLog;
    this.#reader = options.reader;
    this.#outlet = options.outlet;
    this.#snapshots = options.snapshots;
    this.#logger = options.log.child({ stream: this.#stream });
    this.#clock = options.clock;
    this.#requestSnapshot = options.requestSnapshot;
    this.#window = new SendWindow(Math.min(options.windowBytes, options.subscription.windowBytes));
    this.#frames = new RecordFrames({ ...options, stream: this.#stream, peerCodecs: options.subscription.codecs ?? [] });
    this.#heldBeside = options.subscription.held;
    this.#begun = this.#heldBeside.find(({ beside }) => beside)?.beside;
  }

  /** Returns when the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    try {
      while (!signal.aborted) {
        try {
          const plan = await this.#plan(signal);
          if (plan === undefined) return;
          await this.#follow(plan, signal);
        } catch (error) {
          if (!(error instanceof GatewayError) || error.disposition !== "resync") throw error;
          this.#logger.warn({ event: "link.stream-restarted", code: error.code, details: error.details }, error.message);
        }
        await sleep(RESTART_PAUSE_MS, signal);
      }
    } finally {
      this.#move("closed");
    }
  }

  /**
   * Takes credit and progress from the peer. Returns true when the positions are of the history being sent.
   * Throws FRAME_MALFORMED when the peer claims what it was not sent.
   */
  acknowledge(ack: AckFrame): boolean {
    this.#window.consumed(ack.consumedBytes);
    this.#frames.consumed(ack.consumedBytes);
    this.#notice.wake();
    const sent = this.#sent;
    if (sent === undefined || ack.history !== sent.history) return false;
    // No stage is ahead of the one before it, and none of what was sent (ACK_AFTER_DURABLE).
    let limit: Offset | undefined = sent.furthest;
    for (const mark of [ack.received, ack.durable, ack.applied]) {
      if (mark && (limit === undefined || mark.offset > limit)) {
        throw new GatewayError("FRAME_MALFORMED", "the peer acknowledged what it cannot have", {
          details: { stream: this.#stream, acknowledged: mark.offset, limit, sent: sent.furthest },
        });
      }
      limit = mark?.offset;
    }
    for (const { received } of ack.behind ?? []) {
      if (received && received.offset > sent.furthest) {
        throw new GatewayError("FRAME_MALFORMED", "the peer acknowledged for another what it cannot have", {
          details: { stream: this.#stream },
        });
      }
    }
    this.#ack = ack;
    if (ack.durable) this.#log.retain(this.#reader, { history: sent.history, offset: ack.durable.offset });
    return true;
  }

  /** The peer holds our history and no snapshot that its records go on from: it gets one, beside what it gets anyway. */
  wantSnapshot(from: Offset): void {
    this.#wanted = from;
    const stored = this.#log.current?.snapshot;
    if (stored === undefined || stored.info.offset < from) this.#requestSnapshot(this.#stream, Offset.plus(from, -1));
    this.#lookForWanted();
  }

  get stats(): SenderStats {
    const tail = this.#log.current?.tail ?? this.#log.arriving?.tail;
    return {
      stream: this.#stream,
      phase: this.#phase,
      history: this.#sent?.history,
      sentOffset: this.#sent?.offset,
      tailOffset: tail?.offset,
      received: this.#ack?.received,
      durable: this.#ack?.durable,
      applied: this.#ack?.applied,
      records: this.#records,
      chunks: this.#chunks,
      starts: this.#starts,
      snapshot: this.#sending,
      windowUsedBytes: this.#window.usedBytes,
      windowLimitBytes: this.#window.limitBytes,
      packing: this.#frames.stats,
    };
  }

  /** Waits until there is something to send. Undefined when the signal aborted. */
  async #plan(signal: AbortSignal): Promise<Plan | undefined> {
    while (!signal.aborted) {
      const unfit = this.#left === undefined ? this.#diverged : new Set([...this.#diverged, this.#left]);
      const plan = await planResume(this.#log, this.#held(), unfit);
      if (typeof plan === "object") return this.#withWanted(plan);
      if (this.#phase !== "waiting") {
        this.#move("waiting");
        this.#logger.info({ event: "link.stream-waiting", reason: plan }, "the peer waits until the stream can go on");
      }
      if (plan === "request") this.#requestSnapshot(this.#stream, this.#heldOfCurrent());
      await this.#moved(signal);
    }
    return undefined;
  }

  /** Resolves when the log has changed or grown, at the latest after ASK_AGAIN_MS. */
  async #moved(signal: AbortSignal): Promise<void> {
    const scope = new Scope(signal);
    const stop = this.#log.onProgress(() => scope.abort());
    const timer = setTimeout(() => scope.abort(), ASK_AGAIN_MS);
    try {
      await this.#log.changed(scope.signal);
    } finally {
      clearTimeout(timer);
      stop();
      scope.release();
    }
  }

  /** Sends as planned until the signal aborts or the plan no longer holds. */
  async #follow(plan: Plan, signal: AbortSignal): Promise<void> {
    const { history, from, snapshot } = plan;
    const scope = new Scope(signal);
    let cursor: RecordCursor | undefined;
    let reader: SnapshotReader | undefined;
    try {
      this.#leave = () => scope.abort();
      cursor = history.openCursor(from);
      reader = snapshot?.stored.openReader(snapshot.firstChunk);
      this.#begin(plan);
      const tasks = [this.#sendRecords(cursor, scope.signal), this.#leaveWhenSuperseded(history.id, scope)];
      if (snapshot && reader) tasks.push(this.#sendSnapshot(snapshot.stored, reader, scope.signal));
      await allInScope(scope, tasks);
    } finally {
      scope.release();
      this.#leave = () => undefined;
      this.#recordsWaiting = false;
      await Promise.all([cursor?.close(), reader?.close()]);
      if (!signal.aborted) this.#move("resuming");
    }
  }

  /** The snapshot that was wanted, once it is whole and the peer has the records up to it; or the rest of what the peer has begun to store. */
  #withWanted(plan: Plan): Plan {
    if (plan.snapshot) return plan;
    const { snapshot } = plan.history;
    const begun = this.#snapshot?.beside ? this.#snapshot : this.#begun;
    const isWhole = snapshot?.state === "complete" && snapshot.info.offset <= plan.from;
    if (isWhole && snapshot.info.id === begun?.id && begun.chunks <= snapshot.chunks) {
      return { ...plan, snapshot: { stored: snapshot, firstChunk: begun.chunks, beside: true } };
    }
    const stored = this.#wantedIn(plan.history, plan.from);
    return stored ? { ...plan, snapshot: { stored, firstChunk: 0, beside: true } } : plan;
  }

  #wantedIn(history: HistoryLog, reached: Offset): StoredSnapshot | undefined {
    const { snapshot } = history;
    if (this.#wanted === undefined || snapshot?.state !== "complete" || snapshot.info.id === this.#given) return undefined;
    return snapshot.info.offset >= this.#wanted && snapshot.info.offset <= reached ? snapshot : undefined;
  }

  #lookForWanted(): void {
    const { current } = this.#log;
    const sent = this.#sent;
    if (this.#snapshot !== undefined || sent === undefined || current?.id !== sent.history) return;
    if (this.#wantedIn(current, sent.boundary.offset)) this.#leave();
  }

  #begin({ history, from, replid, snapshot }: Plan): void {
    const info = snapshot?.stored.info;
    this.#heldBeside = this.#held().filter((held) => held.history !== history.id && held.snapshot === undefined);
    this.#sent = new SentRecords(history.id, { offset: from, replid }, this.#sent);
    const beside = snapshot?.beside ?? false;
    this.#snapshot = info && { id: info.id, beside, chunks: snapshot?.firstChunk ?? 0 };
    this.#begun = undefined;
    this.#log.retain(this.#reader, { history: history.id, offset: from });
    this.#frames.begin();
    this.#starts++;
    this.#move(info ? "snapshotting" : "streaming");
    const firstChunk = snapshot?.firstChunk ?? 0;
    this.#logger.info({ event: "link.stream-started", history: history.id, from, snapshot: info?.id, firstChunk }, "the stream goes on");
    this.#outlet.send({
      kind: "start",
      stream: this.#stream,
      history: history.id,
      from,
      firstChunk,
      ...(info && { snapshot: info }),
      ...(beside && { beside }),
    });
  }

  async #sendRecords(cursor: RecordCursor, signal: AbortSignal): Promise<void> {
    const limitBytes = Math.min(RECORDS_FRAME_BYTES, this.#window.limitBytes);
    let isFirst = true;
    for (;;) {
      const batch = await cursor.next(signal, RECORDS_FRAME_BYTES);
      if (batch === undefined) return;
      this.#recordsWaiting = true;
      let frame: Buffer[] = [];
      let frameBytes = 0;
      for (const stored of batch) {
        if (frameBytes > 0 && frameBytes + stored.length > limitBytes) {
          await this.#sendFrame(frame, frameBytes, signal);
          frame = [];
          frameBytes = 0;
        }
        const record = this.#prepare(stored, isFirst);
        isFirst = false;
        if (record === undefined) continue;
        frame.push(record);
        frameBytes += record.length;
      }
      if (frameBytes > 0) await this.#sendFrame(frame, frameBytes, signal);
      if (signal.aborted) return;
      this.#recordsWaiting = false;
      this.#lookForWanted();
      this.#notice.wake();
      const { gatherMs } = this.#frames;
      if (gatherMs > 0) await sleep(gatherMs, signal);
    }
  }

  #prepare(stored: Buffer, isFirst: boolean): Buffer | undefined {
    const sent = this.#sent;
    if (sent === undefined) return undefined;
    try {
      return sent.prepare(stored, isFirst);
    } catch (error) {
      // The peer stands where our stream has no boundary: its bytes are not ours, whatever its replid says.
      if (isFirst && error instanceof GatewayError && error.code === "JOURNAL_GAP") this.#diverged.add(sent.history);
      throw error;
    }
  }

  async #sendFrame(records: readonly Buffer[], bytes: number, signal: AbortSignal): Promise<void> {
    while (!signal.aborted && !this.#window.hasRoomForRecords(bytes)) await this.#notice.wait(signal);
    await this.#outlet.writable(MAX_BUFFERED_BYTES, signal);
    if (signal.aborted) return;
    this.#records += records.length;
    this.#sent?.commit();
    for (const made of this.#frames.of(records)) {
      this.#window.sent(creditOf(made));
      this.#outlet.send(made);
    }
    crashPoint("link-records-sent");
  }

  /** Records of the stream, and everything of other streams, go on while it waits for its turn. */
  async #sendSnapshot(stored: StoredSnapshot, reader: SnapshotReader, signal: AbortSignal): Promise<void> {
    const bytes = (this.#snapshot?.chunks ?? 0) * CHUNK_RAW_BYTES;
    const since = () => ({ atMs: this.#clock.nowMs(), bytes });
    this.#sending = { waiting: true, bytes, totalBytes: stored.totalBytes, since: since() };
    const leave = await this.#snapshots.take(signal);
    try {
      this.#sending = { ...this.#sending, waiting: false, since: since() };
      if (leave) await this.#sendChunks(stored, reader, signal);
    } finally {
      this.#sending = undefined;
      leave?.();
    }
  }

  async #sendChunks(stored: StoredSnapshot, reader: SnapshotReader, signal: AbortSignal): Promise<void> {
    const snapshot = this.#snapshot;
    if (snapshot === undefined) throw new GatewayError("INVARIANT", "chunks without a snapshot");
    const name = { stream: this.#stream, snapshotId: snapshot.id };
    for (;;) {
      const chunk = await reader.next(signal);
      if (chunk === undefined) return;
      if (chunk === "aborted") {
        this.#outlet.send({ kind: "snapshot-aborted", ...name });
        if (snapshot.beside) this.#snapshot = undefined;
        else this.#forgetHistory();
        throw new GatewayError("HISTORY_CHANGED", "the snapshot that was being sent was given up");
      }
      if (chunk === "end") {
        this.#outlet.send({ kind: "snapshot-end", ...name });
        this.#snapshot = undefined;
        if (snapshot.beside) this.#given = snapshot.id;
        this.#wanted = undefined;
        this.#heldBeside = [];
        this.#move("streaming");
        return;
      }
      await this.#snapshots.pace(chunk.length, signal);
      await this.#roomForChunk(chunk.length, signal);
      if (signal.aborted) return;
      this.#window.sent(chunk.length);
      snapshot.chunks++;
      this.#chunks++;
      const { totalBytes } = stored;
      this.#outlet.send({ kind: "snapshot-chunk", ...name, chunk, ...(totalBytes !== undefined && { rdbBytes: totalBytes }) });
      if (this.#sending) this.#sending = { ...this.#sending, bytes: chunkEnd(chunk), totalBytes };
    }
  }

  async #roomForChunk(bytes: number, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#outlet.writable(MAX_BUFFERED_BEFORE_CHUNK_BYTES, signal);
      if (!this.#recordsWaiting && this.#window.hasRoomForChunk(bytes)) return;
      await this.#notice.wait(signal);
    }
  }

  /** A newer history is arriving: once everything of this one is sent, the peer takes the newer one while it still arrives. */
  async #leaveWhenSuperseded(history: HistoryId, scope: Scope): Promise<void> {
    while (!scope.signal.aborted) {
      this.#lookForWanted();
      const { arriving, current } = this.#log;
      if (!arriving?.snapshot || arriving.id === history) {
        await this.#log.changed(scope.signal);
      } else if (current?.id === history && this.#sent && this.#sent.offset < current.tail.offset) {
        await this.#notice.wait(scope.signal);
      } else {
        this.#left = history;
        scope.abort();
      }
    }
  }

  /** What the peer holds whole of the current history: a snapshot from before it would be of no use to the peer. */
  #heldOfCurrent(): Offset | undefined {
    const { current } = this.#log;
    return this.#held().find(({ history, snapshot }) => history === current?.id && snapshot === undefined)?.offset;
  }

  /** Newest first. */
  #held(): readonly Held[] {
    if (this.#sent === undefined) return this.#heldBeside;
    const { history, boundary } = this.#sent;
    const sent = { history, offset: boundary.offset, replid: boundary.replid };
    if (this.#snapshot === undefined || this.#snapshot.beside) return [sent, ...this.#heldBeside];
    const { id, chunks } = this.#snapshot;
    return [{ ...sent, snapshot: { id, chunks } }, ...this.#heldBeside];
  }

  #forgetHistory(): void {
    this.#sent = undefined;
    this.#snapshot = undefined;
    this.#wanted = undefined;
    this.#left = undefined;
  }

  #move(to: StreamPhase): void {
    this.#phase = advanceStream(this.#phase, to);
  }
}
