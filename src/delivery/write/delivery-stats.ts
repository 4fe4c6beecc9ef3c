/** What delivery of one stream has done; it outlives the attempts, so that counters do not start over with each connection. */
import type { Offset } from "../../stream/position.ts";
import type { LoadProgress } from "./load/loading.ts";
import type { PromotionProgress } from "./promotion.ts";
import { CountedOnce, type Place } from "./values/counted-once.ts";

export type DeliveryPhase = "connecting" | "waiting" | "loading" | "streaming" | "promoting" | "promoted" | "stopped";

/**
 * Who decides that a key of the target expires. import: the source alone. guard: the source, unless the stream is late by more than `guardMs`.
 * target: its own clock.
 */
export type ExpiryMode = {
  readonly by: "import" | "guard" | "target";
  readonly guardMs: number;
  /** Why the target's import mode could not be used. */
  readonly refusal: string | undefined;
};

/** Names come from the stream: never more than this many are told apart. */
const MAX_NAMES = 64;
const OTHER = "other";

export class DeliveryStats {
  phase: DeliveryPhase = "connecting";
  targetVersion: string | undefined;
  /** Committed in the target, or without any effect there. */
  applied: Offset | undefined;
  units = 0;
  commands = 0;
  divergences = 0;
  deadLetters = 0;
  /** Times a connection was opened. */
  connections = 0;
  inFlightBytes = 0;
  loading: LoadProgress | undefined;
  /** When this attempt began to load, and from which byte on. */
  loadingFrom: { readonly atMs: number; readonly bytes: number } | undefined;
  promotion: PromotionProgress | undefined;
  /** Why the order to promote was not obeyed. */
  promotionRefusal: string | undefined;
  expiry: ExpiryMode | undefined;
  /** Records that came so late (or after the restart of a target in import mode) that keys may have expired in it although the source still had them. */
  guardExceeded = 0;
  /** Stays after recovery: `atMs` says how old it is. */
  lastError: { readonly message: string; readonly atMs: number } | undefined;
  /** By command name: belongs to the origin alone, or only marks a duplicate. */
  readonly dropped = new Map<string, number>();
  /** By command name: not what a normal client may send, or relative to a time that is over. */
  readonly rewritten = new Map<string, number>();
  /** By command name: too large to be held until it was whole, or a script, so it passed as it is. */
  readonly untranslated = new Map<string, number>();
  /** By what: no command can carry it, and nobody misses it. Of a snapshot each thing once, however often its loading is begun again. */
  readonly skipped = new Map<string, number>();
  readonly #skippedOnce = new CountedOnce();
  /** By what and why: the target cannot hold it. Each thing once, however many attempts come by it. */
  readonly unsupported = new Map<string, number>();
  readonly #unsupportedOnce = new CountedOnce();
  /** By the target's word: OOM, READONLY, … */
  readonly conditions = new Map<string, number>();

  countSkipped(what: string, at: Place): void {
    if (this.#skippedOnce.isNew(what, at)) this.count(this.skipped, what);
  }

  /** Returns whether an earlier attempt has not counted it. */
  countUnsupported(name: string, at: Place): boolean {
    const isNew = this.#unsupportedOnce.isNew(name, at);
    if (isNew) this.count(this.unsupported, name);
    return isNew;
  }

  count(counters: Map<string, number>, name: string): void {
    const key = counters.has(name) || counters.size < MAX_NAMES ? name : OTHER;
    counters.set(key, (counters.get(key) ?? 0) + 1);
  }
}
