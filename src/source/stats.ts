/** What one source has done since the process began; shared by its successive connections. */
import type { Mark } from "../stream/log.ts";

export type SourcePhase = "connecting" | "disconnected" | "handshaking" | "full sync" | "streaming";

export type Backlog = {
  readonly sizeBytes: number;
  /** The master's own offset. */
  readonly endOffset: bigint;
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
  /** The master does not stream since then: at the start, at the end of a connection. */
  awaySinceMs: number | undefined;
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

  constructor(awaySinceMs?: number) {
    this.awaySinceMs = awaySinceMs;
  }

  streams(atMs: number): void {
    this.phase = "streaming";
    this.connectedAtMs = atMs;
    this.awaySinceMs = undefined;
  }

  ended(atMs: number): void {
    this.phase = "disconnected";
    this.awaySinceMs ??= atMs;
  }

  failed(cause: unknown, atMs: number): void {
    this.lastError = { message: cause instanceof Error ? cause.message : String(cause), atMs };
  }
}
