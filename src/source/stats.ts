/** What one source has done since the process began; shared by its successive connections. */
import type { HistoryLog, Mark } from "../stream/log.ts";

export type SourcePhase = "connecting" | "disconnected" | "handshaking" | "full sync" | "streaming";

export type Backlog = {
  readonly sizeBytes: number;
  /** The master's own offset. */
  readonly endOffset: bigint;
  /** The names of the history that it counts: its own, and that of before its last failover. */
  readonly replids: readonly string[];
  /** Of what it writes, between the last two looks. */
  readonly bytesPerSecond: number;
};

export class SourceStats {
  phase: SourcePhase = "connecting";
  fullSyncs = 0;
  partialSyncs = 0;
  /** Full syncs that replaced a history which we had: each one is an alert. */
  historiesLost = 0;
  failovers = 0;
  /** Times that the socket was not read because the journal was full. */
  pauses = 0;
  bytesRead = 0;
  connectedAtMs: number | undefined;
  /** The master's stream is not read since then: at the start, at the end of a connection, while the journal takes no more. */
  unreadSinceMs: number | undefined;
  /** It is read since then; undefined while it is not. */
  readSinceMs: number | undefined;
  /** The master's backlog as its INFO said last; undefined where INFO is not allowed. */
  backlog: Backlog | undefined;
  /** Why no heartbeat goes through the master; undefined while they return, or are off. */
  heartbeatTrouble: string | undefined;
  acked: Mark | undefined;
  /** Another region is too far behind, so that the master is not acknowledged since then; and how often that began. */
  ackHeldSinceMs: number | undefined;
  acksHeld = 0;
  /** What ended the last connection. */
  lastError: { readonly message: string; readonly atMs: number } | undefined;

  constructor(unreadSinceMs?: number) {
    this.unreadSinceMs = unreadSinceMs;
  }

  streams(atMs: number): void {
    this.phase = "streaming";
    this.connectedAtMs = atMs;
  }

  reads(atMs: number): void {
    this.readSinceMs = atMs;
    this.unreadSinceMs = undefined;
  }

  readsNot(atMs: number): void {
    this.readSinceMs = undefined;
    this.unreadSinceMs ??= atMs;
  }

  ended(atMs: number): void {
    this.phase = "disconnected";
    this.readsNot(atMs);
  }

  /** What the master has of this history beyond its end here, as its INFO said last; 0 where that says nothing of it, or is older than what was read. */
  unreadBytes(history: Pick<HistoryLog, "tail"> | undefined): number {
    const { backlog } = this;
    if (history === undefined || backlog === undefined || !backlog.replids.includes(history.tail.replid)) return 0;
    return Math.max(0, Number(backlog.endOffset - history.tail.offset));
  }

  failed(cause: unknown, atMs: number): void {
    this.lastError = { message: cause instanceof Error ? cause.message : String(cause), atMs };
  }
}
