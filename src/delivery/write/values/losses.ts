/**
 * What the target cannot hold of a stream: counted by what and why, told once each in the log, and by key in a file that only its owner
 * may read (NEVER_SILENT). Whether a loss stops the stream is the topology's choice.
 */
import type { Logger } from "pino";
import { GatewayError } from "../../../errors.ts";
import type { StreamId } from "../../../stream/position.ts";
import type { TargetFacts } from "../target/target-facts.ts";
import type { Place } from "./counted-once.ts";
import { LossFile } from "./loss-file.ts";

export type Loss = {
  /** An RDB type, a command, …: never a key or value. */
  readonly what: string;
  readonly why: string;
  readonly db: number;
  /** Undefined where it is not a key that is lost. */
  readonly key: Buffer | undefined;
};

/** What outlives the attempts: `DeliveryStats`. */
type LossCounters = {
  /** Returns whether it is the first time that an attempt comes by. */
  countUnsupported(name: string, at: Place): boolean;
};

export type LossesOptions = {
  readonly stream: StreamId;
  readonly onUnsupported: "halt" | "skip";
  readonly path: string;
  readonly stats: LossCounters;
  readonly log: Logger;
};

export class Losses {
  readonly #options: LossesOptions;
  /** Of this attempt. */
  readonly #counts = new Map<string, number>();
  readonly #file: LossFile;
  #fileFails = false;

  constructor(options: LossesOptions) {
    this.#options = options;
    this.#file = new LossFile(options.path);
  }

  /** Nothing more may be carried: what follows is only counted, for `halt` to name. */
  get stops(): boolean {
    return this.#options.onUnsupported === "halt" && this.#counts.size > 0;
  }

  /** The file is about what is loaded from here on. */
  beginFile(): void {
    this.#file.begin();
  }

  add(loss: Loss, at: Place): void {
    const { log, onUnsupported, stats } = this.#options;
    const name = `${loss.what}: ${loss.why}`;
    const before = this.#counts.get(name) ?? 0;
    this.#counts.set(name, before + 1);
    const isNew = stats.countUnsupported(name, at);
    if (isNew && before === 0) {
      const { what, why } = loss;
      log[onUnsupported === "halt" ? "error" : "warn"]({ event: "delivery.unsupported", what, why }, "the target cannot hold this");
    }
    if (!this.#fileFails) this.#write(loss, at);
  }

  /** Why the stream stops. */
  toError({ product, version }: TargetFacts): GatewayError {
    const list = Array.from(this.#counts, ([name, count]) => `${count} × ${name}`);
    return new GatewayError(
      "TARGET_UNSUPPORTED",
      `the target, ${product} ${version}, cannot hold ${list.join("; ")}. The file of unsupported keys names them; onUnsupported: skip leaves them out`,
      { details: { unsupported: Object.fromEntries(this.#counts) } },
    );
  }

  #write({ what, why, db, key }: Loss, at: Place): void {
    const { stream, log } = this.#options;
    const wasFull = this.#file.isFull;
    try {
      this.#file.add({ stream, db, key: key?.toString("base64") ?? null, what, why }, at);
      if (this.#file.isFull && !wasFull)
        log.warn({ event: "delivery.unsupported-file-full" }, "further keys that the target cannot hold are only counted");
    } catch (cause) {
      this.#fileFails = true;
      log.error(
        { event: "delivery.unsupported-unwritten", err: cause },
        "the file of keys that the target cannot hold could not be written",
      );
    }
  }
}
