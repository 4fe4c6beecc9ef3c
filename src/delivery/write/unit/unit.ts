/** What a unit writer takes and says. A unit is what commits at once: commands and checkpoint in one guarded MULTI/EXEC. */
import type { GatewayError } from "../../../errors.ts";
import type { Checkpoint } from "../target/checkpoint.ts";

/** Whole RESP commands in order, in pieces cut anywhere; never MULTI, EXEC, SELECT or WATCH. */
export type Unit = {
  /** Database in which all of them run. */
  readonly db: number;
  readonly pieces: readonly Buffer[];
  /** How many commands the pieces hold. */
  readonly commands: number;
  /** What the target will say once the unit is committed; the writer puts its own token into `writer`. */
  readonly checkpoint: Checkpoint;
  /** Says what command `index` (from 0) of the unit was, for the error message: never a key or value. */
  readonly explain?: (index: number) => string | undefined;
  /** Called once the unit is committed: nobody looks at its pieces any more, and they may be overwritten. */
  readonly onCommitted?: () => void;
};

/** An error reply inside a committed EXEC: the target did not do what the source did. */
export type Divergence = {
  /** The checkpoint that was committed together with it. */
  readonly checkpoint: Checkpoint;
  /** Which command of the unit, from 0, counted as `Unit.commands` is. */
  readonly index: number;
  /** Upper-case command name; "?" when the unit was too large to be kept. */
  readonly command: string;
  /** The target's error, first line. */
  readonly error: string;
  /** The command as it was sent; undefined when the unit was too large to be kept. */
  readonly bytes: Buffer | undefined;
  /** What `Unit.explain` said. */
  readonly explanation: string | undefined;
};

export type UnitEvents = {
  /** In order, as EXEC replies arrive. */
  readonly onCommit?: (checkpoint: Checkpoint) => void;
  /** Returns the error that ends the writer, or undefined to go on. Without it every divergence is TARGET_REJECTED. */
  readonly onDivergence?: (divergence: Divergence) => GatewayError | undefined;
  /** The writer has ended for the reason that every further call throws. */
  readonly onEnd?: (reason: GatewayError) => void;
};

/**
 * Commits units in order over one connection. Every method throws the reason once the writer has ended (TARGET_CONNECTION, TARGET_BUSY,
 * TARGET_REJECTED, CHECKPOINT_CONFLICT); what was in flight then is known only to the target: read the checkpoint again.
 */
export interface UnitSubmitter {
  /** The checkpoint as it will be once everything submitted has committed; undefined: none. */
  readonly expected: Checkpoint | undefined;
  /** Bytes written of units whose EXEC has not been answered. */
  readonly inFlightBytes: number;
  /** Writes a unit behind those already submitted; never waits. `ready` bounds what is in flight. */
  submit(unit: Unit): void;
  /** Opens a unit that is written as it comes, for one too large to be held; the next two belong to it. */
  begin(explain?: Unit["explain"]): void;
  /** Adds `commands` whole commands (those that end in the pieces). `ready` bounds what waits to be sent. */
  append(pieces: readonly Buffer[], commands: number): void;
  /** Ends the unit, whose transaction is in database `db`. */
  commit(checkpoint: Checkpoint, db: number): void;
  /** Resolves once less than the in-flight limit is outstanding, or when the signal aborts. */
  ready(signal: AbortSignal): Promise<void>;
  /** Resolves once everything submitted is committed, or when the signal aborts. */
  drain(signal: AbortSignal): Promise<void>;
}
