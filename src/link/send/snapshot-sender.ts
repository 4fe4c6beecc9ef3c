/**
 * A snapshot's chunks on their way to one peer: when it is their turn, no faster than all snapshots together may be, and while no record waits.
 * Records of the stream, and everything of other streams, go on meanwhile. Holds one chunk.
 */
import { GatewayError } from "../../errors.ts";
import type { Clock } from "../../runtime/clock.ts";
import type { SnapshotReader, StoredSnapshot } from "../../stream/log.ts";
import type { StreamId } from "../../stream/position.ts";
import { CHUNK_RAW_BYTES, chunkEnd } from "../../stream/snapshot-chunk.ts";
import type { SenderStats, SendingStats } from "../stats.ts";
import type { PlannedSnapshot } from "./origin-view.ts";
import type { PeerCopy } from "./peer-copy.ts";
import type { SnapshotTurns } from "./snapshot-turns.ts";
import type { StreamOutlet } from "./stream-outlet.ts";

export type SnapshotSenderOptions = {
  readonly stream: StreamId;
  readonly copy: PeerCopy;
  readonly outlet: StreamOutlet;
  readonly turns: SnapshotTurns;
  readonly clock: Clock;
};

export class SnapshotSender {
  readonly #stream: StreamId;
  readonly #copy: PeerCopy;
  readonly #outlet: StreamOutlet;
  readonly #turns: SnapshotTurns;
  readonly #clock: Clock;
  #sending: SendingStats | undefined;
  #chunks = 0;

  constructor(options: SnapshotSenderOptions) {
    this.#stream = options.stream;
    this.#copy = options.copy;
    this.#outlet = options.outlet;
    this.#turns = options.turns;
    this.#clock = options.clock;
  }

  get stats(): Pick<SenderStats, "chunks" | "snapshot"> {
    return { chunks: this.#chunks, snapshot: this.#sending };
  }

  /**
   * A Start has gone ahead. Returns whether the peer was sent all of it: otherwise the signal aborted. Throws what the reader throws, and
   * HISTORY_CHANGED when the snapshot is given up.
   */
  async run({ stored, firstChunk }: PlannedSnapshot, reader: SnapshotReader, signal: AbortSignal): Promise<boolean> {
    const bytes = firstChunk * CHUNK_RAW_BYTES;
    const since = () => ({ atMs: this.#clock.nowMs(), bytes });
    this.#sending = { waiting: true, bytes, totalBytes: stored.totalBytes, since: since() };
    const leave = await this.#turns.take(signal);
    try {
      this.#sending = { ...this.#sending, waiting: false, since: since() };
      return leave !== undefined && (await this.#sendChunks(stored, reader, signal));
    } finally {
      this.#sending = undefined;
      leave?.();
    }
  }

  async #sendChunks(stored: StoredSnapshot, reader: SnapshotReader, signal: AbortSignal): Promise<boolean> {
    const name = { stream: this.#stream, snapshotId: stored.info.id };
    for (;;) {
      const chunk = await reader.next(signal);
      if (chunk === undefined) return false;
      if (chunk === "aborted") {
        this.#outlet.send({ kind: "snapshot-aborted", ...name });
        this.#copy.snapshotAborted();
        throw new GatewayError("HISTORY_CHANGED", "the snapshot that was being sent was given up");
      }
      if (chunk === "end") {
        this.#outlet.send({ kind: "snapshot-end", ...name });
        this.#copy.snapshotSent();
        return true;
      }
      await this.#turns.pace(chunk.length, signal);
      await this.#outlet.roomForChunk(chunk.length, signal);
      if (signal.aborted) return false;
      this.#copy.chunkSent();
      this.#chunks++;
      const { totalBytes } = stored;
      this.#outlet.send({ kind: "snapshot-chunk", ...name, chunk, ...(totalBytes !== undefined && { rdbBytes: totalBytes }) });
      if (this.#sending) this.#sending = { ...this.#sending, bytes: chunkEnd(chunk), totalBytes };
    }
  }
}
