/** The phases of a link and of each stream on it, and the moves between them; an illegal move is a bug. */
import { GatewayError } from "../errors.ts";

export type LinkPhase = "connecting" | "proving" | "open" | "closed";
/** resuming: deciding where to go on. waiting: nothing can be sent yet. snapshotting: a snapshot is on its way. */
export type StreamPhase = "resuming" | "waiting" | "snapshotting" | "streaming" | "closed";

type Moves<Phase extends string> = Readonly<Record<Phase, readonly Phase[]>>;

const LINK_MOVES: Moves<LinkPhase> = {
  connecting: ["proving", "closed"],
  proving: ["open", "closed"],
  open: ["closed"],
  closed: [],
};

const STREAM_MOVES: Moves<StreamPhase> = {
  resuming: ["waiting", "snapshotting", "streaming", "closed"],
  waiting: ["resuming", "snapshotting", "streaming", "closed"],
  snapshotting: ["streaming", "resuming", "closed"],
  streaming: ["resuming", "closed"],
  closed: [],
};

export function advanceLink(from: LinkPhase, to: LinkPhase): LinkPhase {
  return advance(LINK_MOVES, from, to);
}

/** Staying where one is is no move. */
export function advanceStream(from: StreamPhase, to: StreamPhase): StreamPhase {
  return from === to ? from : advance(STREAM_MOVES, from, to);
}

function advance<Phase extends string>(moves: Moves<Phase>, from: Phase, to: Phase): Phase {
  if (moves[from].includes(to)) return to;
  throw new GatewayError("INVARIANT", "illegal link transition", { details: { from, to } });
}
