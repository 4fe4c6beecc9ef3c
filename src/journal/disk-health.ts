/** Whether the disk takes what is written. One log event when it begins to refuse and one when it works again, however many attempts lie between. */
import type { Logger } from "pino";

export class DiskHealth {
  readonly #log: Logger;
  readonly #onChange: () => void;
  /** Who is being refused at the moment. */
  readonly #refused = new Set<object>();
  #attempts = 0;
  #lastCode: string | undefined;

  /** `onChange`: called when it begins to refuse, and when it works again. */
  constructor(log: Logger, onChange: () => void = () => undefined) {
    this.#log = log;
    this.#onChange = onChange;
  }

  /** A write was refused (ENOSPC, EIO, EROFS …) and is being tried again. */
  get refuses(): boolean {
    return this.#refused.size > 0;
  }

  get lastCode(): string | undefined {
    return this.refuses ? this.#lastCode : undefined;
  }

  failed(who: object, error: unknown): void {
    this.#attempts++;
    this.#lastCode = error instanceof Error && "code" in error ? String(error.code) : String(error);
    const isFirst = !this.refuses;
    this.#refused.add(who);
    if (isFirst) {
      this.#log.error(
        { event: "journal.disk-refused", code: this.#lastCode, err: error },
        "the disk refuses the journal; kept in memory and tried again",
      );
      this.#onChange();
    }
  }

  worked(who: object): void {
    if (!this.#refused.delete(who) || this.refuses) return;
    this.#log.info({ event: "journal.disk-recovered", attempts: this.#attempts }, "the disk takes the journal again");
    this.#attempts = 0;
    this.#onChange();
  }

  /** Who gives up writing neither works nor fails any more. */
  forget(who: object): void {
    this.#refused.delete(who);
  }
}
