/**
 * Ends a stream at its target for good: the target becomes a server like any other, with the true expiries.
 *
 * Keys are stored with an expiry that is later by the guard, and no value tells whether that was taken off already: SCAN names keys twice, and
 * a kill may come between any two units. So it is done in two passes, and a key tells by its expiry whether it had its turn in either:
 *
 *   marking     guarded → true + MARK_MS, where no time is        restoring     true + MARK_MS → true; what is over goes
 *
 * The checkpoint tells the pass. One that was interrupted begins anew and finds what is left, so kill -9 does no harm at any line, and nothing
 * is remembered but the pass (BOUNDED). Nobody else may write meanwhile: a new key's expiry would be taken for a guarded one.
 */
import type { Redis } from "ioredis";
import { encodeCommand, type Word } from "../../resp/encode.ts";
import { EXPIRY_SCRIPT, EXPIRY_SCRIPT_BEFORE_7 } from "./promotion-scripts.ts";
import type { Checkpoint } from "./target/checkpoint.ts";
import type { Target } from "./target/target.ts";
import { askTarget, filledDatabases, scanFields, scanKeys } from "./target/target-scan.ts";
import type { UnitSubmitter } from "./unit/unit.ts";
import { FIELD_MARK_MS, MARK_MS } from "./values/expiry.ts";

export type PromotionStep = "marking" | "restoring" | "promoted";

export type PromotionProgress = {
  readonly step: PromotionStep;
  /** Expiries that had their turn in this step, also before an interruption, of about `total`; keys and fields. */
  readonly done: number;
  readonly total: number;
};

export type PromotionOptions = {
  readonly target: Target;
  readonly writer: UnitSubmitter;
  /** What the target holds, in whatever state but loading. */
  readonly checkpoint: Checkpoint;
  readonly onProgress: (progress: PromotionProgress) => void;
};

/** Commands of one unit. */
const UNIT_COMMANDS = 500;

/** The one that is further: a pass that begins anew is behind until it is where the last one was. */
export function further(before: PromotionProgress | undefined, now: PromotionProgress): PromotionProgress {
  return before?.step === now.step && before.done > now.done ? before : now;
}

/** Resolves once the target is promoted, or when the signal aborts. */
export async function promote(options: PromotionOptions, signal: AbortSignal): Promise<void> {
  const { writer, target, checkpoint, onProgress } = options;
  const enter = async (step: PromotionStep, guardMs: number) => {
    writer.submit({ db: 0, pieces: [], commands: 0, checkpoint: { ...checkpoint, state: step, guardMs } });
    await writer.drain(signal);
  };
  const total = await countExpiries(target);
  let restored = 0;
  if (checkpoint.guardMs > 0) {
    if (checkpoint.state !== "restoring") {
      await enter("marking", checkpoint.guardMs);
      await new Pass(options, "marking", total).run(signal);
      if (signal.aborted) return;
    }
    await enter("restoring", checkpoint.guardMs);
    restored = await new Pass(options, "restoring", total).run(signal);
    if (signal.aborted) return;
  }
  await enter("promoted", 0);
  if (!signal.aborted) onProgress({ step: "promoted", done: restored, total: restored });
}

/** Where an expiry belongs after its turn; undefined: it had its turn, or is none. `markMs` is MARK_MS or FIELD_MARK_MS. */
export function turnOf(
  expiryMs: number,
  { step, guardMs, markMs }: { readonly step: PromotionStep; readonly guardMs: number; readonly markMs: number },
): number | undefined {
  if (expiryMs < 0) return undefined;
  if (step === "marking") return expiryMs < markMs ? expiryMs - guardMs + markMs : undefined;
  return expiryMs >= markMs && expiryMs < 2 * markMs ? expiryMs - markMs : undefined;
}

class Pass {
  readonly #options: PromotionOptions;
  readonly #step: PromotionStep;
  readonly #total: number;
  #done = 0;

  constructor(options: PromotionOptions, step: PromotionStep, total: number) {
    this.#options = options;
    this.#step = step;
    this.#total = total;
  }

  /** Returns how many expiries had their turn, now or before. */
  async run(signal: AbortSignal): Promise<number> {
    const { target, writer } = this.#options;
    this.#tell(0);
    for (const db of await filledDatabases(target)) {
      if (signal.aborted) return this.#done;
      const connection = await target.openControl(db);
      try {
        await this.#keys(connection, db, signal);
        if (await mayExpireFields(target, db)) await this.#fields(connection, db, signal);
      } finally {
        connection.disconnect();
      }
    }
    await writer.drain(signal);
    return this.#done;
  }

  async #keys(connection: Redis, db: number, signal: AbortSignal): Promise<void> {
    const script = this.#options.target.facts.versionNumber >= 700 ? EXPIRY_SCRIPT : EXPIRY_SCRIPT_BEFORE_7;
    for await (const keys of scanKeys(connection)) {
      if (signal.aborted) return;
      if (keys.length === 0) continue;
      const expiries = await askTarget<readonly number[]>(connection.callBuffer("EVAL", script, keys.length, ...keys));
      const commands = keys.flatMap((key, index) => {
        const at = this.#turn(expiries[index]!, MARK_MS);
        return at === undefined ? [] : [encodeCommand("PEXPIREAT", key, at)];
      });
      this.#tellFound(expiries, commands.length);
      await this.#submit(db, commands, signal);
    }
  }

  async #fields(connection: Redis, db: number, signal: AbortSignal): Promise<void> {
    for await (const keys of scanKeys(connection, "hash")) {
      for (const key of keys) {
        for await (const fields of scanFields(connection, key)) {
          if (signal.aborted) return;
          const asked = connection.call("HPEXPIRETIME", key, "FIELDS", fields.length, ...fields);
          const expiries = await askTarget<readonly number[] | null>(asked);
          const commands = fields.flatMap((field, index) => {
            const at = this.#turn(expiries?.[index] ?? -1, FIELD_MARK_MS);
            return at === undefined ? [] : [encodeCommand("HPEXPIREAT", key, at, "FIELDS", 1, field)];
          });
          this.#tellFound(expiries ?? [], commands.length);
          await this.#submit(db, commands, signal);
        }
      }
    }
  }

  #turn(expiryMs: number, markMs: number): Word | undefined {
    return turnOf(expiryMs, { step: this.#step, guardMs: this.#options.checkpoint.guardMs, markMs });
  }

  async #submit(db: number, commands: readonly Buffer[], signal: AbortSignal): Promise<void> {
    const { writer, checkpoint } = this.#options;
    for (let from = 0; from < commands.length; from += UNIT_COMMANDS) {
      const some = commands.slice(from, from + UNIT_COMMANDS);
      await writer.ready(signal);
      if (signal.aborted) return;
      const state = this.#step;
      writer.submit({ db, pieces: [Buffer.concat(some)], commands: some.length, checkpoint: { ...checkpoint, state } });
      this.#tell(some.length);
    }
  }

  /** What an interrupted pass has done counts, too; of those that are changed now `#submit` tells. */
  #tellFound(expiries: readonly number[], changing: number): void {
    this.#tell(expiries.filter((expiryMs) => expiryMs >= 0).length - changing);
  }

  #tell(done: number): void {
    this.#done += done;
    this.#options.onProgress({ step: this.#step, done: this.#done, total: this.#total });
  }
}

/** Keys with an expiry; hashes with expiring fields count as one. */
async function countExpiries(target: Target): Promise<number> {
  const text = await askTarget<string>(target.control.info("keyspace"));
  const counts = text.matchAll(/(?:expires|subexpiry|keys_with_volatile_items)=(\d+)/g);
  return Array.from(counts, (match) => Number(match[1])).reduce((sum, count) => sum + count, 0);
}

/** Servers with expiring fields say in how many hashes there are such. */
async function mayExpireFields(target: Target, db: number): Promise<boolean> {
  const text = await askTarget<string>(target.control.info("keyspace"));
  const line = text.split("\r\n").find((one) => one.startsWith(`db${db}:`)) ?? "";
  return Number(/(?:subexpiry|keys_with_volatile_items)=(\d+)/.exec(line)?.[1] ?? 0) > 0;
}
