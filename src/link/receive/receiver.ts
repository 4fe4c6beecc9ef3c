/**
 * One stream, receiver's side: says what we hold, then checks each record and chunk and hands it to the log, in order and
 * without a gap (NO_GAP). Credit is given back only for bytes that the log took and had room for (BOUNDED).
 * An unfinished snapshot stays in the log when the link breaks: the next connection goes on with it.
 */
import type { Logger } from "pino";
import { GatewayError } from "../../errors.ts";
import type { Clock } from "../../runtime/clock.ts";
import { crashPoint } from "../../runtime/crash-point.ts";
import { Notice } from "../../runtime/notice.ts";
import type { HistoryLog, SnapshotWriter, StreamLog } from "../../stream/log.ts";
import { type HistoryId, Offset, type StreamId } from "../../stream/position.ts";
import { decodeRecordHeader, RECORD_HEADER_BYTES, type RecordHeader } from "../../stream/record.ts";
import { decodeChunkHeader } from "../../stream/snapshot-chunk.ts";
import {
  type BehindAck,
  creditOf,
  type Frame,
  type Held,
  type PackedRecordsFrame,
  type RecordFrame,
  type RecordsFrame,
  type SnapshotAbortedFrame,
  type SnapshotChunkFrame,
  type SnapshotEndFrame,
  type StartFrame,
} from "../../wire/frames.ts";
import { advanceStream, type StreamPhase } from "../phase.ts";
import type { ReceiverStats } from "../stats.ts";
import { ReceiveWindow } from "../window.ts";
import { AckPacer, ackOf, isCaughtUp } from "./ack.ts";
import { RecordUnpacker, UNPACKABLE } from "./unpacking.ts";

/** What a frame in the inbox costs beside its bytes. */
const FRAME_OVERHEAD_BYTES = 512;

export type StreamFrame = StartFrame | RecordFrame | SnapshotChunkFrame | SnapshotEndFrame | SnapshotAbortedFrame;

/** Those that take the stream from us: the origin learns through our acks what they have. */
export interface Behind {
  behind(history: HistoryId): readonly BehindAck[];
  /** Called after each ack of theirs. Returns the way to stop it. */
  onAck(listener: () => void): () => void;
}

export type StreamReceiverOptions = {
  readonly streamLog: StreamLog;
  readonly windowBytes: number;
  readonly send: (frame: Frame) => void;
  readonly behind?: Behind | undefined;
  /** Called when `backlogBytes` has changed. */
  readonly onBacklog: () => void;
  /** Called whenever our log has grown, or has all that the origin has. */
  readonly onWork: () => void;
  readonly log: Logger;
  readonly clock: Clock;
};

export class StreamReceiver {
  readonly #log: StreamLog;
  readonly #logger: Logger;
  readonly #send: (frame: Frame) => void;
  readonly #onBacklog: () => void;
  readonly #onWork: () => void;
  readonly #window: ReceiveWindow;
  readonly #acks: AckPacer;
  readonly #behind: Behind | undefined;
  readonly #notice = new Notice();
  readonly #unpacker: RecordUnpacker;
  /** Frames that wait for the log; the credit window bounds their bytes. */
  #inbox: StreamFrame[] = [];
  /** Taken off the socket and not done with: those being worked on, too. */
  #waitingFrames = 0;
  #history: HistoryLog | undefined;
  #writer: SnapshotWriter | undefined;
  #phase: StreamPhase = "resuming";
  #head: { readonly history: HistoryId; readonly offset: Offset } | undefined;
  #records = 0;
  #chunks = 0;

  constructor(options: StreamReceiverOptions) {
    this.#log = options.streamLog;
    this.#logger = options.log.child({ stream: this.#log.stream });
    this.#send = options.send;
    this.#onBacklog = options.onBacklog;
    this.#onWork = options.onWork;
    this.#window = new ReceiveWindow(options.windowBytes);
    this.#behind = options.behind;
    this.#unpacker = new RecordUnpacker(options.clock);
    const send = () => this.#send(ackOf(this.#log, this.#window.grant(), (history) => this.#behind?.behind(history) ?? []));
    this.#acks = new AckPacer({ nowMs: () => options.clock.nowMs(), send });
  }

  get stream(): StreamId {
    return this.#log.stream;
  }

  get waitingBytes(): number {
    return this.#window.waitingBytes;
  }

  /** What waits for the log, with the cost of frames that need no credit (BOUNDED). */
  get backlogBytes(): number {
    return this.#window.waitingBytes + this.#waitingFrames * FRAME_OVERHEAD_BYTES;
  }

  /** Subscribes and stores what comes; returns when the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    await this.#subscribe();
    const stopAcks = this.#log.onProgress(() => {
      this.#acks.due(isCaughtUp(this.#log));
      if (this.#isForgotten) this.#notice.wake();
    });
    const wake = () => this.#notice.wake();
    signal.addEventListener("abort", wake);
    const stopBehind = this.#behind?.onAck(() => this.#acks.due());
    try {
      this.#acks.due();
      while (!signal.aborted) {
        const frames = this.#inbox;
        this.#inbox = [];
        for (const frame of frames) {
          if (signal.aborted) return;
          const busy = this.#take(frame, signal);
          if (busy) await busy;
          this.#consumed(creditOf(frame));
        }
        if (this.#isForgotten) throw new GatewayError("HISTORY_CHANGED", "the journal was opened anew: the origin is asked again");
        if (this.#inbox.length === 0) await this.#notice.wait();
      }
    } finally {
      signal.removeEventListener("abort", wake);
      stopAcks();
      stopBehind?.();
      this.#acks.stop();
      this.#move("closed");
    }
  }

  /** Takes a frame off the socket. Throws FRAME_MALFORMED when the peer has no credit for it, or asks for none. */
  push(frame: StreamFrame): void {
    if (frame.kind === "records" && frame.records.some((record) => record.length < RECORD_HEADER_BYTES)) {
      throw new GatewayError("FRAME_MALFORMED", "a record is shorter than its header");
    }
    this.#window.received(creditOf(frame));
    this.#inbox.push(frame);
    this.#waitingFrames++;
    this.#notice.wake();
    this.#onBacklog();
  }

  noteHead(head: { readonly history: HistoryId; readonly offset: Offset }): void {
    this.#head = head;
    const history = this.#history;
    if (this.#phase === "streaming" && history?.id === head.history && head.offset <= history.tail.offset) this.#onWork();
  }

  /**
   * Asks for a snapshot of the history that is received, later than `beyond`: ours is gone, or its records are. While nothing is received, or a
   * snapshot is on its way, there is nothing to ask for.
   */
  requestSnapshot(beyond: Offset | undefined): void {
    const { current } = this.#log;
    if (current === undefined || current !== this.#history || this.#writer !== undefined) return;
    const from = beyond === undefined || beyond < current.start ? current.start : Offset.plus(beyond, 1);
    this.#send({ kind: "snapshot-wanted", stream: this.stream, from });
  }

  get stats(): ReceiverStats {
    return {
      stream: this.stream,
      phase: this.#phase,
      history: this.#history?.id,
      receivedOffset: this.#history?.tail.offset,
      headOffset: this.#head && this.#head.history === this.#history?.id ? this.#head.offset : undefined,
      records: this.#records,
      chunks: this.#chunks,
      windowUsedBytes: this.#window.waitingBytes,
      windowLimitBytes: this.#window.limitBytes,
      packing: this.#unpacker.stats,
    };
  }

  /** The log gave up or mended what is being received: it may hold less than was said. */
  get #isForgotten(): boolean {
    return this.#history !== undefined && this.#history !== this.#log.current && this.#history !== this.#log.arriving;
  }

  async #subscribe(): Promise<void> {
    const held: Held[] = [];
    for (const history of [this.#log.arriving, this.#log.current]) {
      if (history === undefined) continue;
      await history.cutOpenTail();
      const { tail, snapshot, unfinished: begun } = history;
      const unfinished = history !== this.#log.current;
      // An arriving history without a stored snapshot is of no use to anybody.
      if (unfinished && snapshot === undefined) continue;
      held.push({
        history: history.id,
        offset: tail.offset,
        replid: tail.replid,
        ...(unfinished && snapshot && { snapshot: { id: snapshot.info.id, chunks: snapshot.chunks } }),
        ...(!unfinished && begun && begun.info.offset >= history.start && { beside: { id: begun.info.id, chunks: begun.chunks } }),
      });
    }
    this.#send({ kind: "subscribe", stream: this.stream, held, windowBytes: this.#window.limitBytes, codecs: UNPACKABLE });
  }

  /** Returns a promise only when the next frame has to wait. */
  #take(frame: StreamFrame, signal: AbortSignal): Promise<void> | undefined {
    switch (frame.kind) {
      case "records":
        return this.#takeRecords(frame, signal);
      case "packed-records":
        return this.#takePacked(frame, signal);
      case "snapshot-chunk":
        return this.#takeChunk(frame, signal);
      case "start":
        return this.#start(frame);
      case "snapshot-end":
        return this.#completeSnapshot(frame);
      case "snapshot-aborted":
        return this.#abortSnapshot(frame);
    }
  }

  async #start(start: StartFrame): Promise<void> {
    this.#move("resuming");
    await this.#giveUpBeside(start);
    this.#writer = undefined;
    const { arriving, current } = this.#log;
    const known = [arriving, current].find((history) => history?.id === start.history);
    // A Start in the middle of a link may follow an OPEN record that the origin has withdrawn.
    await known?.cutOpenTail();
    if (start.beside && start.snapshot) {
      if (current === undefined || known !== current || current.tail.offset !== start.from) throw outOfPlace("a start", start, known);
      this.#writer = current.beginSnapshot(start.snapshot);
      if (this.#writer.chunks !== start.firstChunk) throw outOfPlace("a start", start, known);
      this.#history = current;
    } else if (start.snapshot === undefined) {
      if (current === undefined || known !== current || current.tail.offset !== start.from) throw outOfPlace("a start", start, known);
      this.#history = current;
    } else if (known && known === arriving && known.snapshot?.info.id === start.snapshot.id) {
      this.#writer = known.beginSnapshot(start.snapshot);
      if (this.#writer.chunks !== start.firstChunk || known.tail.offset !== start.from) throw outOfPlace("a start", start, known);
      this.#history = known;
    } else {
      if (start.firstChunk !== 0 || start.from !== start.snapshot.offset) throw outOfPlace("a start", start, known);
      const { history, writer } = this.#log.startHistory(start.history, start.snapshot);
      this.#history = history;
      this.#writer = writer;
    }
    this.#unpacker.begin();
    this.#move(this.#writer ? "snapshotting" : "streaming");
    const { history, from, firstChunk, snapshot } = start;
    this.#logger.info({ event: "link.stream-started", history, from, snapshot: snapshot?.id, firstChunk }, "the stream goes on");
  }

  /** A snapshot beside the records that this start does not go on with: who still needs one asks again. */
  async #giveUpBeside({ snapshot, firstChunk }: StartFrame): Promise<void> {
    const begun = this.#log.current?.unfinished;
    if (begun && (begun.info.id !== snapshot?.id || firstChunk === 0)) await begun.abort();
  }

  #takeRecords({ records }: RecordsFrame, signal: AbortSignal): Promise<void> | undefined {
    for (const record of records) this.#append(record, decodeRecordHeader(record));
    this.#unpacker.cameUnpacked();
    return this.#received(records.length, signal);
  }

  #takePacked(frame: PackedRecordsFrame, signal: AbortSignal): Promise<void> | undefined {
    const records = this.#unpacker.unpack(frame);
    for (const { record, header } of records) this.#append(record, header);
    return this.#received(records.length, signal);
  }

  #append(record: Buffer, header: RecordHeader): void {
    const history = this.#history;
    if (history === undefined) throw new GatewayError("FRAME_MALFORMED", "records before a start", { details: { stream: this.stream } });
    if (header.from !== history.tail.offset) throw outOfPlace("a record", header, history);
    history.append(record);
  }

  #received(records: number, signal: AbortSignal): Promise<void> | undefined {
    crashPoint("link-records-received");
    this.#records += records;
    this.#onWork();
    return this.#log.hasRoom ? undefined : this.#log.ready(signal);
  }

  #takeChunk(frame: SnapshotChunkFrame, signal: AbortSignal): Promise<void> | undefined {
    const writer = this.#writerOf(frame);
    const header = decodeChunkHeader(frame.chunk);
    if (header.index !== writer.chunks || header.rdbOffset !== writer.rdbBytes) {
      throw new GatewayError("FRAME_MALFORMED", "a snapshot chunk is out of place", {
        details: { stream: this.stream, index: header.index, wanted: writer.chunks },
      });
    }
    if (frame.rdbBytes !== undefined) writer.expect(frame.rdbBytes);
    writer.append(frame.chunk, { header });
    this.#chunks++;
    this.#onWork();
    if (writer.hasRoom) return undefined;
    return writer.ready(signal).catch((error) => {
      if (!signal.aborted) throw error;
    });
  }

  /** Only now may the history's position become true (SNAPSHOT_BEFORE_POSITION): the log checks and decides. */
  async #completeSnapshot(frame: SnapshotEndFrame): Promise<void> {
    const writer = this.#writerOf(frame);
    await writer.complete();
    this.#writer = undefined;
    this.#move("streaming");
    this.#logger.info(
      { event: "link.snapshot-stored", snapshot: frame.snapshotId, bytes: writer.rdbBytes },
      "the snapshot is stored whole",
    );
    this.#acks.due();
  }

  async #abortSnapshot(frame: SnapshotAbortedFrame): Promise<void> {
    const beside = this.#history === this.#log.current;
    await this.#writerOf(frame).abort();
    this.#writer = undefined;
    if (!beside) this.#history = undefined;
    this.#move("resuming");
    this.#logger.warn({ event: "link.snapshot-aborted", snapshot: frame.snapshotId }, "the origin gave the snapshot up");
  }

  #writerOf({ kind, snapshotId }: SnapshotChunkFrame | SnapshotEndFrame | SnapshotAbortedFrame): SnapshotWriter {
    if (this.#writer?.info.id === snapshotId) return this.#writer;
    throw new GatewayError("FRAME_MALFORMED", "a frame names a snapshot that is not on its way", {
      details: { stream: this.stream, kind },
    });
  }

  #consumed(bytes: number): void {
    this.#waitingFrames--;
    if (bytes > 0) {
      this.#window.consumed(bytes);
      this.#acks.due();
    }
    this.#onBacklog();
  }

  #move(to: StreamPhase): void {
    this.#phase = advanceStream(this.#phase, to);
  }
}

/** NO_GAP: the link is dropped, and the next subscription says where we really are. */
function outOfPlace(what: string, { from }: { readonly from: Offset }, history: HistoryLog | undefined): GatewayError {
  return new GatewayError("FRAME_MALFORMED", `${what} does not begin where our log ends`, {
    details: { from, history: history?.id, tail: history?.tail.offset },
  });
}
