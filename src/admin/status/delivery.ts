/** Delivery by write: the target, what it took and what it did not. */
import type { LoadingStatus } from "./transfer.ts";

export type DeliveryStatus = {
  /** `waiting`, `loading`, `streaming`, `halted`, … */
  readonly state: string;
  /** host:port. */
  readonly address: string;
  readonly targetVersion?: string;
  readonly units: number;
  readonly commands: number;
  readonly keysLoaded: number;
  readonly keysRemoved: number;
  readonly functionsLoaded: number;
  readonly divergences: number;
  readonly deadLetters: number;
  readonly reconnects: number;
  readonly inFlightBytes: number;
  /** While a snapshot is loaded. */
  readonly loading?: LoadingStatus;
  /** Who decides that keys expire, once the target was opened. */
  readonly expiry?: ExpiryStatus;
  /** While and after it is promoted. */
  readonly promotion?: { readonly step: string; readonly done: number; readonly total: number };
  /** Records that came later than the guard is wide, or than a restart of a target in import mode: keys may have expired in the target that the source had prolonged. */
  readonly guardExceeded: number;
  /** Commands that were not carried on, by reason or command name. */
  readonly dropped: Readonly<Record<string, number>>;
  /** Commands that were rewritten, by command name. */
  readonly rewritten: Readonly<Record<string, number>>;
  /** Commands that could not be looked into (too large, or scripts) and went on as they are, by command name. */
  readonly untranslated: Readonly<Record<string, number>>;
  /** What no command can carry and nobody misses: slot statistics, what streams remember of idempotent producers. */
  readonly skipped: Readonly<Record<string, number>>;
  /** What the target cannot hold, by what and why. */
  readonly unsupported: Readonly<Record<string, number>>;
  /** Times that the target took no writes, by its own word: OOM, READONLY, … */
  readonly conditions: Readonly<Record<string, number>>;
  /** Stays after recovery: the time says how old it is. */
  readonly lastError?: string;
  readonly lastErrorAtMs?: number;
};

export type ExpiryStatus = {
  /** import: the source, by the target's import mode. guard: the source, unless the stream is later than `guardMs`. target: its own clock. */
  readonly by: "import" | "guard" | "target";
  /** By how much later than at the source keys expire in the target. */
  readonly guardMs: number;
  /** Why the target's import mode could not be used. */
  readonly refusal?: string;
};

/** What `POST /promote/STREAM` answers. */
export type PromotionStatus = {
  readonly stream: string;
  /** delivering: what the journal holds is applied first. marking and restoring: the true expiries are put back, in two passes. */
  readonly step: "delivering" | "marking" | "restoring" | "promoted" | "refused";
  /** Expiries that had their turn in this step, of about `total`. */
  readonly done: number;
  readonly total: number;
  /** This request was the order; those after it only ask how far it is. */
  readonly ordered?: true;
  readonly appliedOffset?: string;
  /** Why it does not go on, or not now. */
  readonly message?: string;
};
