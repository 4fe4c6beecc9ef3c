/** What ended a writer, said as well as the target can tell; and the mark that stays in a target which has diverged. */
import { GatewayError } from "../../errors.ts";
import type { DeliveryContext } from "./delivery-context.ts";
import { explainConflict } from "./start.ts";
import { parseCheckpoint } from "./target/checkpoint.ts";
import { openRawSocket } from "./target/raw-socket.ts";
import type { Target } from "./target/target.ts";
import { UnitWriter } from "./unit/unit-writer.ts";

const MARK_ATTEMPTS = 5;
/** The target answers a mark in this time. */
const ANSWER_MS = 2_000;

export type Failure = {
  readonly context: DeliveryContext;
  readonly target: Target;
  readonly cause: unknown;
  /** What the checkpoint said when the writer began; undefined once it has committed. */
  readonly begunOn: string | undefined;
};

/** Returns what is to be thrown. */
export async function explainFailure({ context, target, cause, begunOn }: Failure): Promise<unknown> {
  const { checkpointKey, token, divergences, log } = context;
  try {
    if (divergences.stops) await markDiverged(context, target);
    else if (cause instanceof GatewayError && (cause.code === "CHECKPOINT_CONFLICT" || cause.details["touched"])) {
      const text = await target.readCheckpoint(checkpointKey);
      // Touched by a writer that failed: it still says what we left there.
      if (cause.details["touched"] && (text === begunOn || text.includes(` writer=${token} `))) return cause;
      return explainConflict(text, token);
    }
  } catch (error) {
    if (!divergences.stops && error instanceof GatewayError && error.code === "CHECKPOINT_CONFLICT") return error;
    log.error({ event: "delivery.unmarked", err: error }, "the target could not be asked or marked after a failure");
  }
  return cause;
}

/** A restart must not go on as if nothing had happened. What the ended writer still had in flight may come between. */
async function markDiverged({ checkpointKey, token, clock }: DeliveryContext, target: Target): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const expected = await target.readCheckpoint(checkpointKey);
    if (expected === "") return;
    const socket = await openRawSocket(target.address, { checkpointKey, importing: target.importing });
    const writer = new UnitWriter({ socket, clock, checkpointKey, expected, token });
    try {
      writer.submit({ db: 0, pieces: [], commands: 0, checkpoint: { ...parseCheckpoint(expected), state: "diverged" } });
      await writer.drain(AbortSignal.timeout(ANSWER_MS));
      if (writer.inFlightBytes > 0) throw new GatewayError("TARGET_CONNECTION", "the target did not answer in time");
      return;
    } catch (cause) {
      if (attempt === MARK_ATTEMPTS) throw cause;
    } finally {
      writer.close();
    }
  }
}
