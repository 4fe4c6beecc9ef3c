/**
 * One connection to the feed: a conversation until a PSYNC is granted, then the master's own bytes and nothing else. Not one byte of
 * ours goes into the stream, because the replica counts it (OFFSET_COUNTS_EVERY_BYTE): the master's own PINGs and GETACKs travel in it.
 * A slow replica fills its socket and waits; it reads the journal from disk later and holds nobody up (BOUNDED).
 */
import type { Socket } from "node:net";
import type { Logger } from "pino";
import { SendRoom } from "../../bytes/send-room.ts";
import { GatewayError, wrapError } from "../../errors.ts";
import { describeRdb } from "../../rdb/aux.ts";
import type { Clock } from "../../runtime/clock.ts";
import { Notice } from "../../runtime/notice.ts";
import { restartReason } from "../../runtime/supervisor.ts";
import type { HistoryLog, StoredSnapshot, StreamLog } from "../../stream/log.ts";
import { Offset, type Replid } from "../../stream/position.ts";
import { decodeChunkPayload, readChunkHeader } from "../../stream/snapshot-chunk.ts";
import { formatPeer } from "./address.ts";
import { Dialogue, type DialogueOptions } from "./dialogue.ts";
import type { AttachedReplica, FeedStats, ReplicaState } from "./feed-stats.ts";
import { type Asked, decidePsync } from "./psync.ts";
import { RequestParser } from "./request-parser.ts";
import type { SnapshotRenewal } from "./snapshot-renewal.ts";
import { stableBytes } from "./stable-bytes.ts";

/** As often as a master sends newlines to a replica that waits for its BGSAVE. */
const KEEPALIVE_MS = 1_000;
/** Redis's default repl-timeout: neither heard nor able to send. */
const SILENCE_MS = 60_000;

export type SessionOptions = Omit<DialogueOptions, "id"> & {
  readonly id: number;
  readonly socket: Socket;
  readonly journal: StreamLog;
  /** Wakes at each progress and change of the journal. */
  readonly progressed: Notice;
  readonly log: Logger;
  readonly clock: Clock;
  readonly stats: FeedStats;
  readonly renewal: SnapshotRenewal;
  /** False: no more replicas may attach. */
  readonly admit: () => boolean;
  /** Attached, acknowledged or gone. */
  readonly onChange: () => void;
};

/** What the replica was told when it attached. */
type Attachment = { readonly history: HistoryLog; readonly replid: Replid };

export class ReplicaSession {
  readonly #options: SessionOptions;
  readonly #socket: Socket;
  readonly #dialogue: Dialogue;
  readonly #parser = new RequestParser();
  readonly #drained = new Notice();
  readonly #over = new AbortController();
  readonly #connectedAtMs: number;
  readonly #remote: string;
  #serving: Promise<void> | undefined;
  #attached: Attachment | undefined;
  #state: ReplicaState = "wait_bgsave";
  #sent = Offset.of(0);
  #acked: Offset | undefined;
  #ackedAtMs: number | undefined;
  #snapshotBytes = 0;
  /** The snapshot that it was sent and has not acknowledged: `REDIS0012, written by redis 8.0.2`. */
  #unread: string | undefined;

  constructor(options: SessionOptions) {
    this.#options = options;
    this.#socket = options.socket;
    this.#dialogue = new Dialogue(options);
    this.#connectedAtMs = options.clock.nowMs();
    this.#remote = formatPeer(this.#socket.remoteAddress, this.#socket.remotePort);
  }

  /** Returns when the connection is over; never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    const socket = this.#socket;
    const stop = () => this.#end(restartReason(signal) ?? "the gateway is stopping");
    signal.addEventListener("abort", stop, { once: true });
    socket.setNoDelay(true).setTimeout(SILENCE_MS, () => this.#end("nothing was heard for a minute"));
    socket.on("error", (error) => this.#lost(`the connection failed: ${error.message}`));
    socket.on("data", (chunk) => this.#hear(chunk));
    socket.on("drain", () => this.#drained.wake());
    const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));
    if (signal.aborted) stop();
    await closed;
    this.#lost("the replica closed the connection");
    signal.removeEventListener("abort", stop);
    await this.#serving;
  }

  /** Undefined until a PSYNC was granted. */
  get replica(): AttachedReplica | undefined {
    if (this.#attached === undefined || this.#over.signal.aborted) return undefined;
    const port = Number(this.#dialogue.note("listening-port") ?? 0);
    const host = this.#dialogue.note("ip-address") ?? this.#socket.remoteAddress;
    return {
      address: formatPeer(host, port || this.#socket.remotePort),
      endpoint: port > 0 && host !== undefined ? { host, port } : undefined,
      version: this.#dialogue.note("version"),
      connectedAtMs: this.#connectedAtMs,
      state: this.#state,
      sent: this.#sent,
      acked: this.#acked,
      ackedAtMs: this.#ackedAtMs,
      snapshotBytes: this.#snapshotBytes,
    };
  }

  /** The journal has moved: a master, too, cuts its replicas off when its history gets another name, and they ask again. */
  look(): void {
    const attached = this.#attached;
    if (attached === undefined) return;
    if (attached.history !== this.#options.journal.current) this.#end("another history became current");
    else if (attached.history.tail.replid !== attached.replid && this.#state !== "send_bulk")
      this.#end("the history continues under a new replid");
  }

  #hear(chunk: Buffer): void {
    try {
      for (const words of this.#parser.push(chunk)) this.#take(words);
    } catch (cause) {
      this.#end(wrapError("INVARIANT", "a replica could not be answered", cause).message);
    }
  }

  #take(words: readonly string[]): void {
    const answer = this.#dialogue.answer(words);
    if (answer.kind === "ack") {
      this.#acknowledged(answer.offset);
      return;
    }
    if (this.#serving !== undefined) {
      // Whatever else is said now cannot be answered: the answer would be a byte of the stream.
      if (answer.kind !== "silence") this.#end("a replica asked for something while it was fed");
      return;
    }
    if (answer.kind === "psync") {
      this.#serving = this.#serve(answer.asked, this.#over.signal).finally(() => (this.#serving = undefined));
    } else if (answer.kind !== "silence") {
      this.#socket.write(answer.text);
      if (answer.kind === "refusal") this.#options.stats.refusals++;
      if (answer.kind === "close") this.#socket.end();
    }
  }

  async #serve(asked: Asked | undefined, signal: AbortSignal): Promise<void> {
    const { stats, log, clock } = this.#options;
    if (!this.#options.admit()) {
      stats.refusals++;
      this.#socket.write("-ERR max number of replicas reached\r\n");
      return;
    }
    const keepalive = setInterval(() => this.#socket.write("\n"), KEEPALIVE_MS);
    try {
      const start = await this.#decide(asked, signal);
      clearInterval(keepalive);
      if (start !== undefined && !signal.aborted) await this.#attach(start, signal);
    } catch (cause) {
      const error = wrapError("INVARIANT", "the feed of a replica failed", cause);
      const expected = error.code === "JOURNAL_GAP" || error.code === "HISTORY_CHANGED";
      if (!expected) stats.lastError = { message: error.message, atMs: clock.nowMs() };
      if (!expected) log.error({ event: "feed.failed", code: error.code, details: error.details, remote: this.#remote }, error.message);
      this.#end(error.message);
    } finally {
      clearInterval(keepalive);
    }
  }

  /** Waits for a history, and for a whole snapshot when one is needed. Undefined: told to come again. */
  async #decide(asked: Asked | undefined, signal: AbortSignal): Promise<Start | undefined> {
    const { journal, log, renewal } = this.#options;
    for (let said = false; !signal.aborted; ) {
      const history = journal.current;
      if (history !== undefined) {
        const vouched = asked !== undefined && (await history.holdsUnder(asked.replid, asked.offset));
        const { start, boundary, tail, snapshot } = history;
        const decision = decidePsync(this.#nameable(asked, tail.replid), { start, boundary, replid: tail.replid, vouched });
        if (decision === "later") {
          log.info(
            { event: "feed.ahead", remote: this.#remote, asked: asked?.offset, boundary },
            "a replica is ahead of the journal: it asks again",
          );
          this.#socket.write("-NOMASTERLINK the journal of this gateway has not got there yet\r\n");
          return undefined;
        }
        if (decision === "continue") return { history, from: asked!.offset, snapshot: undefined };
        if (snapshot?.state === "complete") {
          const best = await renewal.best(history, snapshot);
          // Gone while a newer one was taken, and that, too: look again.
          if (best.state === "complete" && history === journal.current) return { history, from: best.info.offset, snapshot: best };
          continue;
        }
      }
      if (!said) log.warn({ event: "feed.snapshot-awaited", remote: this.#remote }, "a replica waits for a snapshot");
      said = true;
      if (history === undefined) await journal.changed(signal);
      else await renewal.anew(history, signal);
    }
    return undefined;
  }

  /** Before psync2 a replica does not understand that its history has another name now. */
  #nameable(asked: Asked | undefined, replid: Replid): Asked | undefined {
    return asked?.replid === replid || this.#dialogue.knowsPsync2 ? asked : undefined;
  }

  async #attach({ history, from, snapshot }: Start, signal: AbortSignal): Promise<void> {
    const { stats, log, onChange, progressed } = this.#options;
    const { replid } = history.tail;
    this.#attached = { history, replid };
    this.#sent = from;
    const attached = { remote: this.#remote, replica: this.replica?.address, history: history.id, replid, offset: from };
    if (snapshot === undefined) {
      stats.partialSyncs++;
      log.info({ event: "feed.resumed", ...attached }, "a replica continues by partial sync");
      this.#state = "online";
      this.#socket.write(this.#dialogue.knowsPsync2 ? `+CONTINUE ${replid}\r\n` : "+CONTINUE\r\n");
    } else {
      stats.fullSyncs++;
      log.info({ event: "feed.full-sync-started", ...attached, bytes: snapshot.rdbBytes }, "a replica gets the stored snapshot");
      this.#state = "send_bulk";
      onChange();
      this.#socket.write(`+FULLRESYNC ${replid} ${from}\r\n$${snapshot.rdbBytes}\r\n`);
      await this.#sendSnapshot(snapshot, signal);
      if (signal.aborted) return;
      log.info({ event: "feed.snapshot-sent", replica: this.replica?.address, rdb: this.#unread }, "the snapshot is sent");
      this.#state = "online";
    }
    onChange();
    this.look();
    const room = new SendRoom();
    for await (const bytes of stableBytes({ history, from, progressed, room }, signal)) {
      // Appended under another name since: those bytes are not this session's.
      if (history.tail.replid !== replid) return this.look();
      this.#sent = Offset.plus(this.#sent, bytes.length);
      await this.#write(bytes, signal, room.written);
    }
  }

  async #sendSnapshot(snapshot: StoredSnapshot, signal: AbortSignal): Promise<void> {
    const reader = snapshot.openReader(0);
    try {
      for (;;) {
        const chunk = await reader.next(signal);
        if (chunk === undefined || chunk === "end") return;
        if (chunk === "aborted") throw new GatewayError("HISTORY_CHANGED", "the snapshot was given up");
        const bytes = decodeChunkPayload(chunk, readChunkHeader(chunk));
        this.#unread ??= describeRdb(bytes);
        await this.#write(bytes, signal);
        this.#snapshotBytes += bytes.length;
      }
    } finally {
      await reader.close();
    }
  }

  async #write(bytes: Buffer, signal: AbortSignal, written?: SendRoom["written"]): Promise<void> {
    if (this.#socket.write(bytes, written) || signal.aborted) return;
    await this.#drained.wait(signal);
  }

  /** A replica cannot have more than was sent; what says so is not believed. */
  #acknowledged(offset: Offset): void {
    if (this.#attached === undefined || this.#state !== "online") return;
    this.#unread = undefined;
    this.#acked = offset < this.#sent ? offset : this.#sent;
    this.#ackedAtMs = this.#options.clock.nowMs();
    this.#options.onChange();
  }

  #lost(why: string): void {
    if (this.replica !== undefined && this.#unread !== undefined) this.#noteRefused(this.replica, this.#unread);
    this.#end(why);
  }

  /** A replica whose version cannot load a snapshot closes the connection without a word, and asks for it again and again. */
  #noteRefused(replica: AttachedReplica, rdb: string): void {
    const { stats, log, clock } = this.#options;
    const version = replica.version === undefined ? "" : ` ${replica.version}`;
    const message = `replica ${replica.address}${version} went away before it had loaded the snapshot (RDB ${rdb}): if this repeats, its version cannot read what such a master writes`;
    stats.snapshotsRefused++;
    stats.lastError = { message, atMs: clock.nowMs() };
    log.warn({ event: "feed.snapshot-refused", replica: replica.address, rdb, sentBytes: replica.snapshotBytes }, message);
  }

  #end(why: string): void {
    if (this.#over.signal.aborted) return;
    const { stats, log, onChange } = this.#options;
    const { replica } = this;
    this.#over.abort();
    this.#socket.destroy();
    if (replica === undefined) return;
    stats.disconnects++;
    log.info({ event: "feed.replica-gone", replica: replica.address, sent: replica.sent, acked: replica.acked }, why);
    onChange();
  }
}

type Start = { readonly history: HistoryLog; readonly from: Offset; readonly snapshot: StoredSnapshot | undefined };
