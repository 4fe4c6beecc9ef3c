/**
 * One subscription, origin's side: decides where the peer goes on, then sends records as they come and, beside them, a
 * snapshot's chunks; records go first whenever there are any. Whatever changes under it (retention, a new history, an
 * aborted snapshot) leads to a new decision and a new Start, never to a silent jump (NO_GAP).
 */
import type { Logger } from "pino";
import { GatewayError } from "../../errors.ts";
import { atMost } from "../../runtime/at-most.ts";
import type { Clock } from "../../runtime/clock.ts";
import { sleep } from "../../runtime/sleep.ts";
import type { RecordCursor, SnapshotReader, StreamLog } from "../../stream/log.ts";
import { type HistoryId, Offset, type StreamId } from "../../stream/position.ts";
import type { AckFrame, SubscribeFrame } from "../../wire/frames.ts";
import { advanceStream, type StreamPhase } from "../phase.ts";
import { allInScope, Scope } from "../scope.ts";
import type { SenderStats } from "../stats.ts";
import type { LinkCodec } from "./codec-choice.ts";
import { type Plan, type PlannedSnapshot, startFrame } from "./origin-view.ts";
import { PeerCopy } from "./peer-copy.ts";
import { RecordSender } from "./record-sender.ts";
import { SnapshotSender } from "./snapshot-sender.ts";
import type { SnapshotTurns } from "./snapshot-turns.ts";
import { type Outlet, StreamOutlet } from "./stream-outlet.ts";

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
  readonly #logger: Logger;
  readonly #requestSnapshot: (stream: StreamId, beyond: Offset | undefined) => void;
  readonly #copy: PeerCopy;
  readonly #outlet: StreamOutlet;
  readonly #records: RecordSender;
  readonly #snapshots: SnapshotSender;
  /** Ends the plan that is being followed. */
  #leave: () => void = () => undefined;
  #phase: StreamPhase = "resuming";
  #starts = 0;
  #ack: AckFrame | undefined;

  constructor(options: StreamSenderOptions) {
    const { stream, held, windowBytes, codecs: peerCodecs = [] } = options.subscription;
    const { codec, snapshots: turns, clock } = options;
    this.#stream = stream;
    this.#log = options.streamLog;
    this.#reader = options.reader;
    this.#logger = options.log.child({ stream });
    this.#requestSnapshot = options.requestSnapshot;
    const copy = new PeerCopy(held);
    const outlet = new StreamOutlet(options.outlet, Math.min(options.windowBytes, windowBytes));
    this.#copy = copy;
    this.#outlet = outlet;
    this.#records = new RecordSender({ stream, copy, outlet, codec, peerCodecs, clock, onSent: () => this.#lookForWanted() });
    if (this.#records.stats.packing.peerLacksZstd) {
      const message = "the peer has no zstd, by which its link is to be packed: records travel as they lie in the journal (LZ4)";
      this.#logger.warn({ event: "link.codec-missing" }, message);
    }
    this.#snapshots = new SnapshotSender({ stream, copy, outlet, turns, clock });
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
    this.#outlet.consumed(ack.consumedBytes);
    this.#records.consumed(ack.consumedBytes);
    const { sent } = this.#copy;
    if (sent === undefined || ack.history !== sent.history) return false;
    sent.check(ack);
    this.#ack = ack;
    if (ack.durable) this.#log.retain(this.#reader, { history: sent.history, offset: ack.durable.offset });
    return true;
  }

  /** The peer holds our history and no snapshot that its records go on from: it gets one, beside what it gets anyway. */
  wantSnapshot(from: Offset): void {
    this.#copy.want(from);
    const stored = this.#log.current?.snapshot;
    if (stored === undefined || stored.info.offset < from) this.#requestSnapshot(this.#stream, Offset.plus(from, -1));
    this.#lookForWanted();
  }

  get stats(): SenderStats {
    const { sent } = this.#copy;
    const tail = this.#log.current?.tail ?? this.#log.arriving?.tail;
    return {
      stream: this.#stream,
      phase: this.#phase,
      history: sent?.history,
      sentOffset: sent?.offset,
      tailOffset: tail?.offset,
      received: this.#ack?.received,
      durable: this.#ack?.durable,
      applied: this.#ack?.applied,
      starts: this.#starts,
      windowUsedBytes: this.#outlet.usedBytes,
      windowLimitBytes: this.#outlet.limitBytes,
      ...this.#records.stats,
      ...this.#snapshots.stats,
    };
  }

  /** Waits until there is something to send. Undefined when the signal aborted. */
  async #plan(signal: AbortSignal): Promise<Plan | undefined> {
    while (!signal.aborted) {
      const plan = await this.#copy.plan(this.#log);
      if (typeof plan === "object") return plan;
      if (this.#phase !== "waiting") {
        this.#move("waiting");
        this.#logger.info({ event: "link.stream-waiting", reason: plan }, "the peer waits until the stream can go on");
      }
      // What it holds whole of the current history counts: a snapshot from before it would be of no use to the peer.
      if (plan === "request") this.#requestSnapshot(this.#stream, this.#copy.wholeUpTo(this.#log.current?.id));
      await atMost(ASK_AGAIN_MS, signal, (over) => this.#logMoved(over));
    }
    return undefined;
  }

  /** Resolves when the log has changed or grown, or when the signal aborts. */
  async #logMoved(signal: AbortSignal): Promise<void> {
    const scope = new Scope(signal);
    const stop = this.#log.onProgress(() => scope.abort());
    await this.#log.changed(scope.signal);
    stop();
    scope.release();
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
      const tasks = [this.#records.run(cursor, scope.signal), this.#leaveWhenSuperseded(history.id, scope)];
      if (snapshot && reader) tasks.push(this.#sendSnapshot(snapshot, reader, scope.signal));
      await allInScope(scope, tasks);
    } finally {
      scope.release();
      this.#leave = () => undefined;
      await Promise.all([cursor?.close(), reader?.close()]);
      if (!signal.aborted) this.#move("resuming");
    }
  }

  #begin(plan: Plan): void {
    const { history, from, snapshot } = plan;
    const frame = startFrame(this.#stream, plan);
    this.#copy.begin(plan);
    this.#log.retain(this.#reader, { history: history.id, offset: from });
    this.#starts++;
    this.#move(snapshot ? "snapshotting" : "streaming");
    const where = { history: history.id, from, snapshot: frame.snapshot?.id, firstChunk: frame.firstChunk };
    this.#logger.info({ event: "link.stream-started", ...where }, "the stream goes on");
    this.#outlet.send(frame);
  }

  async #sendSnapshot(snapshot: PlannedSnapshot, reader: SnapshotReader, signal: AbortSignal): Promise<void> {
    if (await this.#snapshots.run(snapshot, reader, signal)) this.#move("streaming");
  }

  /** A snapshot that the peer wants can be sent: that needs another Start. */
  #lookForWanted(): void {
    if (this.#copy.canHaveWanted(this.#log.current)) this.#leave();
  }

  /** A newer history is arriving: once everything of this one is sent, the peer takes the newer one while it still arrives. */
  async #leaveWhenSuperseded(history: HistoryId, scope: Scope): Promise<void> {
    while (!scope.signal.aborted) {
      this.#lookForWanted();
      const { arriving, current } = this.#log;
      const { sent } = this.#copy;
      if (!arriving?.snapshot || arriving.id === history) {
        await this.#log.changed(scope.signal);
      } else if (current?.id === history && sent && sent.offset < current.tail.offset) {
        await this.#outlet.moved(scope.signal);
      } else {
        this.#copy.leave(history);
        scope.abort();
      }
    }
  }

  #move(to: StreamPhase): void {
    this.#phase = advanceStream(this.#phase, to);
  }
}
