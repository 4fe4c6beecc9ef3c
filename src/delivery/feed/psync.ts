/**
 * How a PSYNC is answered: by the rules of a master with a backlog, which is our journal, and with every replid that the history has
 * had, not only the last two (redis src/replication.c, masterTryPartialResynchronization). Pure.
 */
import type { Offset, Replid } from "../../stream/position.ts";

/** Where the replica stands, under the name that it knows. */
export type Asked = { readonly replid: Replid; readonly offset: Offset };

export type Held = {
  readonly start: Offset;
  /** End of what is never withdrawn. */
  readonly boundary: Offset;
  /** The history's name now. */
  readonly replid: Replid;
  /** The replica's name was the history's at its offset or later. */
  readonly vouched: boolean;
};

/** later: the replica has more of this history than we; what it lacks is still on its way to us. */
export type PsyncDecision = "continue" | "full" | "later";

export function decidePsync(asked: Asked | undefined, held: Held): PsyncDecision {
  if (asked === undefined || asked.offset < held.start) return "full";
  if (asked.offset > held.boundary) return asked.replid === held.replid ? "later" : "full";
  return held.vouched ? "continue" : "full";
}
