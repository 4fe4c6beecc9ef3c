/** Commands that the target failed although the source had run them: counted and told, and by configuration the end of the stream or dead letters. */
import type { Logger } from "pino";
import { GatewayError, wrapError } from "../../errors.ts";
import type { Clock } from "../../runtime/clock.ts";
import type { StreamId } from "../../stream/position.ts";
import { DeadLetters } from "./dead-letters.ts";
import type { DeliveryStats } from "./delivery-stats.ts";
import type { Divergence } from "./unit/unit.ts";

/** Those in a row are counted each and logged no more often than this. */
const LOG_MS = 1_000;

type DivergencesOptions = {
  readonly stream: StreamId;
  readonly onDivergence: "halt" | "dead-letter";
  readonly deadLetterFile: string;
  readonly stats: DeliveryStats;
  readonly log: Logger;
  readonly clock: Clock;
};

export class Divergences {
  readonly #options: DivergencesOptions;
  readonly #deadLetters: DeadLetters;
  #loggedAtMs = Number.NEGATIVE_INFINITY;
  #stops = false;

  constructor(options: DivergencesOptions) {
    this.#options = options;
    this.#deadLetters = new DeadLetters({ path: options.deadLetterFile, stream: options.stream });
  }

  /** One of them has ended the stream: the target holds something else than the source. */
  get stops(): boolean {
    return this.#stops;
  }

  /** Returns what ends the writer; undefined: it is kept as a dead letter, and the stream goes on. */
  add(divergence: Divergence): GatewayError | undefined {
    const { stats, log, clock, onDivergence } = this.#options;
    const { command, error, checkpoint } = divergence;
    stats.divergences++;
    const now = clock.nowMs();
    if (now - this.#loggedAtMs >= LOG_MS) {
      this.#loggedAtMs = now;
      log.error(
        { event: "delivery.diverged", command, error, offset: checkpoint.offset, divergences: stats.divergences },
        "the target failed a command of the stream",
      );
    }
    if (onDivergence === "halt") {
      this.#stops = true;
      return rejected(divergence);
    }
    try {
      this.#deadLetters.write(divergence, now);
      stats.deadLetters++;
      return undefined;
    } catch (cause) {
      this.#stops = true;
      return wrapError("TARGET_REJECTED", "a dead letter could not be written", cause);
    }
  }
}

export function rejected({ command, error, explanation, checkpoint }: Divergence): GatewayError {
  const what = explanation === undefined ? command : `${command} (${explanation})`;
  return new GatewayError("TARGET_REJECTED", `the target failed ${what}: ${error}`, {
    details: { command, error, explanation, offset: checkpoint.offset },
  });
}
