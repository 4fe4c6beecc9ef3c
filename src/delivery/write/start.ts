/** Where delivery begins: from the target's checkpoint and what the journal holds. Pure. */
import { GatewayError } from "../../errors.ts";
import type { HistoryLog, StoredSnapshot } from "../../stream/log.ts";
import { type Checkpoint, parseCheckpoint } from "./target/checkpoint.ts";

export type Start =
  | { readonly kind: "stream"; readonly checkpoint: Checkpoint }
  | { readonly kind: "load"; readonly snapshot: StoredSnapshot; readonly resumeAt: number }
  /** Nothing can be done until the journal holds more; `why` is for the log. */
  | { readonly kind: "wait"; readonly why: string };

/** `checkpoint` is undefined when the target has none that counts. */
export function decideStart(checkpoint: Checkpoint | undefined, history: HistoryLog): Start {
  const same = checkpoint?.history === history.id ? checkpoint : undefined;
  if (same?.state === "streaming" && same.offset >= history.start) {
    // A journal that lost its unsynced end in a crash gets it again from its writer.
    if (same.offset > history.tail.offset) return { kind: "wait", why: "the target is ahead of the journal" };
    return { kind: "stream", checkpoint: same };
  }
  const { snapshot } = history;
  if (!snapshot || snapshot.state === "aborted") return { kind: "wait", why: "the journal holds no snapshot to begin with" };
  if (same?.state === "streaming" && snapshot.info.offset < same.offset) {
    return { kind: "wait", why: "the journal's snapshot is older than what the target holds" };
  }
  // One that arrives may yet break off: a target that has a whole copy keeps it until there is another.
  if (checkpoint?.state === "streaming" && snapshot.state !== "complete") return { kind: "wait", why: "the snapshot is not whole yet" };
  return { kind: "load", snapshot, resumeAt: same && isBeingLoaded(snapshot, same) ? same.rdbOffset : 0 };
}

/** Whether it is this very snapshot that the target was being loaded with. */
export function isBeingLoaded({ info }: StoredSnapshot, { state, snapshotId }: Checkpoint): boolean {
  return state === "loading" && snapshotId === info.id;
}

/**
 * Why a unit's guard found another checkpoint than this writer (`token`) had left: `text` is what the key holds now. Throws CHECKPOINT_CONFLICT when
 * no gateway wrote it.
 */
export function explainConflict(text: string, token: string): GatewayError {
  if (text === "") {
    return new GatewayError("CHECKPOINT_LOST", "the target's checkpoint has disappeared; somebody deleted it or emptied the target");
  }
  const { writer } = parseCheckpoint(text);
  if (writer !== token) return new GatewayError("CHECKPOINT_CONFLICT", "another gateway writes to this target", { details: { writer } });
  return new GatewayError("INVARIANT", "the target's checkpoint is this writer's own but not its newest");
}
