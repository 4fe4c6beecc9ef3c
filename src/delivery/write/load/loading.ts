/** The port between delivery and the loading of a snapshot. */
import type { Logger } from "pino";
import type { StoredSnapshot } from "../../../stream/log.ts";
import type { Checkpoint } from "../target/checkpoint.ts";
import type { Target } from "../target/target.ts";
import type { UnitSubmitter } from "../unit/unit.ts";
import type { Losses } from "../values/losses.ts";

export type LoadProgress = {
  readonly keysLoaded: number;
  /** Of the snapshot: those that earlier attempts have loaded, and those that are left out, included. */
  readonly keysRead: number;
  /** As the RDB says of the databases begun so far; undefined where it does not. */
  readonly totalKeys: number | undefined;
  readonly keysRemoved: number;
  readonly functionsLoaded: number;
  /** RDB bytes loaded so far, of `totalBytes` known so far (more while the snapshot is still arriving). */
  readonly bytes: number;
  readonly totalBytes: number;
};

export type LoadOptions = {
  readonly log: Logger;
  readonly snapshot: StoredSnapshot;
  readonly writer: UnitSubmitter;
  readonly target: Target;
  /** RDB offset of an earlier attempt with this same snapshot: entries that end at or before it are in the target. 0: from the beginning. */
  readonly resumeAt: number;
  /** The target held no key when loading began: nothing can be stale. */
  readonly targetWasEmpty: boolean;
  /** What the target cannot hold. */
  readonly losses: Losses;
  /** Larger values are rebuilt in pieces, under this key until they are whole. */
  readonly rebuildAboveBytes: number;
  readonly buildKey: string;
  /** By how much later than at the source keys expire in the target, ms. */
  readonly guardMs: number;
  /** The checkpoint (state loading) to commit with a unit after which entries up to `rdbOffset` are loaded. */
  readonly checkpointAt: (rdbOffset: number) => Checkpoint;
  /**
   * What the snapshot holds beside its data, or remembers of it, and no command can carry. It ends at `rdbOffset`: an attempt that went further
   * than it committed may have said so before.
   */
  readonly onSkipped: (what: string, rdbOffset: number) => void;
  readonly onProgress: (progress: LoadProgress) => void;
};

/** Resolves once the target holds exactly the snapshot's data and everything is committed. The caller commits state=streaming. */
export type LoadSnapshot = (options: LoadOptions, signal: AbortSignal) => Promise<void>;
