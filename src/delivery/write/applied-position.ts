/** How far the target is, for the status and for the journal, which keeps what is not applied and lets the peers know. */
import type { Logger } from "pino";
import type { HistoryLog, StreamLog } from "../../stream/log.ts";
import type { Offset } from "../../stream/position.ts";
import type { DeliveryStats } from "./delivery-stats.ts";
import type { Start } from "./start.ts";

const READER = "delivery";

type AppliedPositionOptions = { readonly journal: StreamLog; readonly stats: DeliveryStats; readonly log: Logger };

export class AppliedPosition {
  readonly #options: AppliedPositionOptions;

  constructor(options: AppliedPositionOptions) {
    this.#options = options;
  }

  /** Perhaps behind what was acknowledged before: the target came back from a backup, failed over to a lagging replica, or was emptied. */
  begin(history: HistoryLog, start: Exclude<Start, { readonly kind: "wait" }>): void {
    const { stats, journal, log } = this.#options;
    const { progress } = journal;
    const before = progress?.history === history.id ? progress.applied?.offset : undefined;
    const offset = start.kind === "stream" ? start.checkpoint.offset : undefined;
    if (before !== undefined && (offset === undefined || offset < before)) {
      log.warn({ event: "delivery.went-back", from: before, to: offset }, "the target holds less than it had before");
    }
    if (offset !== undefined) {
      this.report(history, offset);
    } else {
      stats.applied = undefined;
      journal.markApplied(undefined);
      journal.retain(READER, undefined);
    }
  }

  report(history: HistoryLog, offset: Offset): void {
    const { stats, journal } = this.#options;
    const position = { history: history.id, offset };
    stats.applied = offset;
    journal.markApplied(position);
    journal.retain(READER, position);
  }
}
