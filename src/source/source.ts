/**
 * Tails a master as an unobtrusive replica and writes what it sends into the stream's log. It resumes from the log's end across
 * its own crash, the master's restart and a failover; when the master refuses, it begins a new history with a snapshot.
 * The master is acknowledged only what is durable here (ACK_AFTER_DURABLE). One object is one connection.
 */
import { randomBytes } from "node:crypto";
import type { Logger } from "pino";
import { GatewayError } from "../errors.ts";
import type { WallClock } from "../runtime/clock.ts";
import type { HeartbeatCode } from "../stream/heartbeat.ts";
import type { HistoryLog, StreamLog } from "../stream/log.ts";
import { type HistoryId, Offset } from "../stream/position.ts";
import { encodeRecord, type RecordHeader } from "../stream/record.ts";
import { AckBound } from "./ack-bound.ts";
import { Cutter, type CutterOptions } from "./cutter.ts";
import { receiveSnapshot } from "./full-sync.ts";
import { Gathering } from "./gathering.ts";
import type { PsyncReply } from "./handshake.ts";
import { type MasterAddress, MasterConnection, READ_BYTES } from "./master-connection.ts";
import { psync } from "./psync.ts";
import type { SourceStats } from "./stats.ts";

export type SourceOptions = {
  readonly address: MasterAddress;
  /** Announced to the master; our link port, where a FAILOVER that picks us meets a refusal and rolls back. */
  readonly listeningPort: number;
  readonly journal: StreamLog;
  readonly log: Logger;
  readonly clock: WallClock;
  readonly stats: SourceStats;
  /** Of what is cut; `encodeRecord` where nothing is counted. */
  readonly encode?: CutterOptions["encode"];
  readonly onRecord: (header: RecordHeader, storedBytes: number) => void;
  /** Our own heartbeat in the master's stream, and when it was sent and where it ends. */
  readonly heartbeat?: { readonly code: HeartbeatCode; readonly onReturned: (sentAtMs: number, offset: Offset) => void } | undefined;
  /** The master streams: whatever happened before, the next reconnection must not be late for its backlog. */
  readonly onStreaming?: () => void;
  /** The master is acknowledged only what another region has, too. */
  readonly remote?: RemoteAcks | undefined;
  /** With `remote`: while another region lacks what is older than `lagMs`, the master is acknowledged nothing but once per `keepaliveMs`. */
  /** May change while it runs. */
  readonly bound?: { readonly lagMs: number; readonly keepaliveMs: number } | undefined;
  /** Defaults: `MasterConnection`'s, and one second as replicas do. */
  readonly silenceMs?: number;
  readonly ackIntervalMs?: number;
};

/** What other regions have of our stream. */
export interface RemoteAcks {
  /** Undefined: nothing of this history. */
  furthest(history: HistoryId): Offset | undefined;
  /** Called after each change. Returns the way to stop it. */
  onAck(listener: () => void): () => void;
}

const ACK_INTERVAL_MS = 1_000;
const EMPTY = Buffer.alloc(0);
/** A replica that acknowledges this is alive and has nothing that counts. */
const NOTHING = Offset.of(0);
export class Source {
  readonly #options: SourceOptions;
  readonly #journal: StreamLog;
  readonly #stats: SourceStats;
  /** The master waits for an acknowledgement of this much (WAIT, SHUTDOWN). */
  #askedFor: Offset | undefined;
  #bound: AckBound | undefined;

  constructor(options: SourceOptions) {
    this.#options = options;
    this.#journal = options.journal;
    this.#stats = options.stats;
  }

  async run(signal: AbortSignal): Promise<void> {
    const { address, listeningPort, clock, silenceMs } = this.#options;
    const connection = await MasterConnection.open({ address, clock, ...(silenceMs !== undefined && { silenceMs }) }, signal);
    const ending = new AbortController();
    const stopped = AbortSignal.any([signal, ending.signal]);
    try {
      const resumed = this.#journal.current;
      await resumed?.cutOpenTail();
      this.#stats.phase = "handshaking";
      const reply = await psync({ connection, address, listeningPort, resume: resumed?.tail }, stopped);
      if (reply.kind === "full") await this.#fullSync(connection, reply, stopped);
      else this.#continue(reply, resumed);
      // Not the journal's word: what it holds may have been opened anew, cut, since the master was asked (NO_GAP).
      const history = reply.kind === "full" ? this.#journal.current : resumed;
      if (history === undefined) throw new GatewayError("INVARIANT", "streaming without a history");
      await this.#stream(connection, history, stopped);
    } catch (cause) {
      if (!signal.aborted) this.#stats.failed(cause, clock.nowMs());
      throw cause;
    } finally {
      ending.abort();
      connection.close();
      this.#stats.ended(clock.nowMs());
    }
  }

  async #fullSync(connection: MasterConnection, reply: PsyncReply & { kind: "full" }, signal: AbortSignal): Promise<void> {
    const { log } = this.#options;
    const { replid, offset } = reply;
    const id = randomBytes(8).toString("hex") as HistoryId;
    const lost = this.#journal.current;
    if (lost === undefined) log.info({ event: "source.full-sync-started", history: id, replid, offset }, "full sync started");
    else {
      this.#stats.historiesLost++;
      log.error(
        {
          event: "source.history-lost",
          history: id,
          replid,
          offset,
          lostHistory: lost.id,
          lostReplid: lost.tail.replid,
          lostOffset: lost.tail.offset,
        },
        "the master cannot continue from our position: full sync into a new history",
      );
    }
    this.#stats.phase = "full sync";
    this.#stats.fullSyncs++;
    const beginHistory = (info: Parameters<StreamLog["startHistory"]>[1]) => this.#journal.startHistory(id, info).writer;
    await receiveSnapshot({ connection, replid, offset, begin: beginHistory }, signal);
    log.info({ event: "source.full-sync-finished", history: id }, "full sync finished");
  }

  #continue(reply: PsyncReply & { kind: "continue" }, history: HistoryLog | undefined): void {
    if (history === undefined) throw new GatewayError("RESP_MALFORMED", "the master continues what was never begun");
    const { offset, replid, db } = history.tail;
    this.#stats.partialSyncs++;
    this.#options.log.info(
      { event: "source.resumed", history: history.id, replid: reply.replid ?? replid, offset },
      "resumed by partial sync",
    );
    if (reply.replid === undefined || reply.replid === replid) return;
    // A failover: same history, new name. The empty record makes the name durable before any byte under it.
    const readAtMs = this.#options.clock.wallMs();
    const renamed = { from: offset, to: offset, replid: reply.replid, db, dbAfter: db, commands: 0, readAtMs, open: false };
    history.append(encodeRecord(renamed, EMPTY));
    this.#stats.failovers++;
    this.#options.log.warn(
      { event: "source.failed-over", history: history.id, replid: reply.replid, offset },
      "the history continues under a new replid",
    );
  }

  async #stream(connection: MasterConnection, history: HistoryLog, signal: AbortSignal): Promise<void> {
    const { clock, onRecord, onStreaming, heartbeat, encode, ackIntervalMs = ACK_INTERVAL_MS } = this.#options;
    const { offset, db, replid } = history.tail;
    const stats = this.#stats;
    const cutter = new Cutter({
      offset,
      db,
      replid,
      wallMs: () => clock.wallMs(),
      ...(encode && { encode }),
      emit: (record, header) => {
        history.append(record);
        onRecord(header, record.length);
      },
      onGetAck: () => {
        this.#askedFor = cutter.offset;
      },
      heartbeat: heartbeat && {
        code: heartbeat.code,
        onReturned: (sentAtMs, offset) => {
          stats.heartbeatTrouble = undefined;
          heartbeat.onReturned(sentAtMs, offset);
        },
      },
    });
    const { bound } = this.#options;
    this.#bound = bound && new AckBound(bound, offset);
    const acknowledge = () => this.#acknowledge(connection, history, offset);
    const acknowledging = setInterval(() => {
      this.#bound?.observe(cutter.offset, clock.nowMs());
      acknowledge();
    }, ackIntervalMs);
    const acknowledgeIfAsked = () => {
      if (this.#askedFor !== undefined) acknowledge();
    };
    const stopProgress = this.#journal.onProgress(acknowledgeIfAsked);
    const stopRemote = this.#options.remote?.onAck(acknowledgeIfAsked);
    const gathering = new Gathering({ readBytes: READ_BYTES });
    let flushing = false;
    const flush = () => {
      flushing = false;
      if (!signal.aborted) connection.guard(() => cutter.flush());
    };
    const flushGathered = () => {
      flush();
      if (this.#journal.hasRoom) connection.resume();
    };
    stats.streams(clock.nowMs());
    onStreaming?.();
    acknowledge();
    try {
      const conversation = connection.converse<never>((chunk) => {
        stats.bytesRead += chunk.length;
        const { commands } = cutter;
        cutter.push(chunk);
        if (!this.#journal.hasRoom) void this.#waitForRoom(connection, signal);
        if (flushing) return;
        flushing = true;
        const waitMs = connection.readsAtOnce ? gathering.waitMs(chunk.length, cutter.commands - commands, clock.nowMs()) : 0;
        if (waitMs === 0) {
          setImmediate(flush);
          return;
        }
        connection.pause();
        setTimeout(flushGathered, waitMs);
      }, signal);
      // A disk that was full when the last connection ended still is.
      if (this.#journal.hasRoom) stats.reads(clock.nowMs());
      else void this.#waitForRoom(connection, signal);
      await conversation;
    } finally {
      clearInterval(acknowledging);
      stopProgress();
      stopRemote?.();
    }
  }

  async #waitForRoom(connection: MasterConnection, signal: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    connection.pause();
    this.#stats.pauses++;
    this.#stats.readsNot(clock.nowMs());
    await this.#journal.ready(signal);
    if (signal.aborted) return;
    this.#stats.reads(clock.nowMs());
    connection.resume();
  }

  /** ACK_AFTER_DURABLE: what the master hears is on our disk and, where that is wanted, in another region. */
  #acknowledge(connection: MasterConnection, history: HistoryLog, begun: Offset): void {
    const { remote, clock } = this.#options;
    const progress = this.#journal.progress;
    const durable = progress?.history === history.id ? progress.durable?.offset : undefined;
    const here = durable ?? begun;
    let offset = here;
    if (remote) {
      const there = remote.furthest(history.id) ?? NOTHING;
      if (there < here) offset = there;
      if (this.#isHeldBack(there, clock.nowMs())) return;
    }
    connection.send(["REPLCONF", "ACK", `${offset}`]);
    this.#stats.acked = { offset, atMs: clock.nowMs() };
    if (this.#askedFor !== undefined && offset >= this.#askedFor) this.#askedFor = undefined;
  }

  /** Any acknowledgement would make us a good replica to the master for min-replicas-max-lag; none for repl-timeout ends the connection. */
  #isHeldBack(there: Offset, nowMs: number): boolean {
    const { bound, log } = this.#options;
    const stats = this.#stats;
    const exceeded = this.#bound?.isExceeded(there, nowMs) ?? false;
    if (exceeded && stats.ackHeldSinceMs === undefined) {
      stats.ackHeldSinceMs = nowMs;
      stats.acksHeld++;
      log.warn(
        { event: "source.ack-held", there },
        "another region is too far behind: the master is not acknowledged, its min-replicas-max-lag applies",
      );
    } else if (!exceeded && stats.ackHeldSinceMs !== undefined) {
      stats.ackHeldSinceMs = undefined;
      log.info({ event: "source.ack-resumed", there }, "another region has caught up: the master is acknowledged again");
    }
    return exceeded && bound !== undefined && stats.acked !== undefined && nowMs - stats.acked.atMs < bound.keepaliveMs;
  }
}
