/**
 * The peer's copy of a stream, as its origin knows it: what the peer said it holds when it subscribed, and what it was sent since. That decides
 * where it goes on.
 */
import { GatewayError } from "../../errors.ts";
import type { HistoryLog, StreamLog } from "../../stream/log.ts";
import type { HistoryId, Offset } from "../../stream/position.ts";
import type { Held } from "../../wire/frames.ts";
import { type Plan, type PlannedSnapshot, planResume } from "./origin-view.ts";
import { SentRecords } from "./sent-records.ts";

export class PeerCopy {
  /** Histories in which the peer's bytes turned out not to be ours. */
  readonly #diverged = new Set<HistoryId>();
  /** The history that was sent to its end, while a newer one arrives. */
  #left: HistoryId | undefined;
  /** What the peer has beside the history that is being sent. */
  #others: readonly Held[];
  #sent: SentRecords | undefined;
  /** The snapshot on its way, or begun on an earlier link beside the records, and how many chunks of it the peer has or was sent. */
  #snapshot: { readonly id: string; readonly beside: boolean; chunks: number } | undefined;
  /** The peer wants a snapshot of the history that is sent, of this offset or later. */
  #wanted: Offset | undefined;
  /** The last snapshot that it got so: asked for twice, it is sent once. */
  #given: string | undefined;

  constructor(held: readonly Held[]) {
    this.#others = held;
    const begun = held.find(({ beside }) => beside)?.beside;
    this.#snapshot = begun && { ...begun, beside: true };
  }

  /** Of the history of the last Start. */
  get sent(): SentRecords | undefined {
    return this.#sent;
  }

  /** How far the peer is with a history that it holds whole. */
  wholeUpTo(history: HistoryId | undefined): Offset | undefined {
    return this.#held().find((held) => held.history === history && held.snapshot === undefined)?.offset;
  }

  /** Where the peer goes on, or why it cannot yet. */
  async plan(log: StreamLog): Promise<Plan | "wait" | "request"> {
    const unfit = this.#left === undefined ? this.#diverged : new Set([...this.#diverged, this.#left]);
    const plan = await planResume(log, this.#held(), unfit);
    if (typeof plan !== "object" || plan.snapshot) return plan;
    const snapshot = this.#besideIn(plan.history, plan.from);
    return snapshot ? { ...plan, snapshot } : plan;
  }

  /** A Start goes to the peer. */
  begin({ history, from, replid, snapshot }: Plan): void {
    this.#others = this.#held().filter((held) => held.history !== history.id && held.snapshot === undefined);
    this.#sent = new SentRecords(history.id, { offset: from, replid }, this.#sent);
    this.#snapshot = snapshot && { id: snapshot.stored.info.id, beside: snapshot.beside, chunks: snapshot.firstChunk };
  }

  /** The record as the peer needs it next, as `SentRecords.prepare` says. */
  prepare(record: Buffer, isFirst: boolean): Buffer | undefined {
    try {
      return this.#sent?.prepare(record, isFirst);
    } catch (error) {
      // The peer stands where our stream has no boundary: its bytes are not ours, whatever its replid says.
      if (isFirst && error instanceof GatewayError && error.code === "JOURNAL_GAP") this.#diverged.add(this.#sent!.history);
      throw error;
    }
  }

  chunkSent(): void {
    if (this.#snapshot) this.#snapshot.chunks++;
  }

  snapshotSent(): void {
    if (this.#snapshot?.beside) this.#given = this.#snapshot.id;
    this.#snapshot = undefined;
    this.#wanted = undefined;
    this.#others = [];
  }

  /** The peer drops what it has of it; of a history that began with it that is all. */
  snapshotAborted(): void {
    if (!this.#snapshot?.beside) {
      this.#sent = undefined;
      this.#wanted = undefined;
      this.#left = undefined;
    }
    this.#snapshot = undefined;
  }

  /** Everything of this history was sent, and a newer one arrives. */
  leave(history: HistoryId): void {
    this.#left = history;
  }

  /** The peer holds the history and no snapshot of this offset or later that its records go on from. */
  want(from: Offset): void {
    this.#wanted = from;
  }

  /** The peer could have the snapshot that it wants: a new plan would hold it. */
  canHaveWanted(current: HistoryLog | undefined): boolean {
    const sent = this.#sent;
    if (this.#snapshot !== undefined || sent === undefined || current?.id !== sent.history) return false;
    return this.#besideIn(current, sent.boundary.offset) !== undefined;
  }

  /** What a peer gets beside the records, once it has those up to `reached` and the snapshot is whole: the rest of what it has begun, or what it wants. */
  #besideIn(history: HistoryLog, reached: Offset): PlannedSnapshot | undefined {
    const { snapshot: stored } = history;
    if (stored?.state !== "complete" || stored.info.offset > reached) return undefined;
    const { id, offset } = stored.info;
    const begun = this.#snapshot?.beside ? this.#snapshot : undefined;
    if (begun?.id === id && begun.chunks <= stored.chunks) return { stored, firstChunk: begun.chunks, beside: true };
    const isWanted = this.#wanted !== undefined && this.#wanted <= offset && id !== this.#given;
    return isWanted ? { stored, firstChunk: 0, beside: true } : undefined;
  }

  /** Newest first. */
  #held(): readonly Held[] {
    if (this.#sent === undefined) return this.#others;
    const { history, boundary } = this.#sent;
    const sent = { history, offset: boundary.offset, replid: boundary.replid };
    if (this.#snapshot === undefined || this.#snapshot.beside) return [sent, ...this.#others];
    const { id, chunks } = this.#snapshot;
    return [{ ...sent, snapshot: { id, chunks } }, ...this.#others];
  }
}
