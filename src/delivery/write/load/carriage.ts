/**
 * How each value of a snapshot gets into this target: by RESTORE as its master wrote it, by RESTORE in a form that the target knows, by
 * commands, or not at all; and what of it the target cannot hold.
 */
import { DumpPayloads, dumpPayload } from "../../../rdb/dump-payload.ts";
import type { RdbFormat } from "../../../rdb/format.ts";
import type { RdbEntry } from "../../../rdb/parser.ts";
import { expiresFields, isOpaque, knowsFieldExpiry, type RebuildOptions } from "../../../rdb/rebuild.ts";
import type { Target } from "../target/target.ts";
import { FIELD_MARK_MS, guarded } from "../values/expiry.ts";
import { type ModuleAnswers, moduleIdOf } from "../values/module-values.ts";
import { BY_COMMANDS, type Carriage, MODULE_VALUE, plainCarriage, STREAM_PRODUCERS, TOO_LONG } from "../values/plain-carriage.ts";
import { payloadBytesOf } from "./restore-large.ts";

const AS_IT_IS: Carriage = { by: "restore" };

export type CarrierOptions = {
  readonly target: Target;
  /** By how much later than at the source fields expire in the target. */
  readonly guardMs: number;
  /** A value that is rebuilt goes without that. */
  readonly onSkipped: (what: string) => void;
};

export class Carrier {
  readonly #target: Target;
  readonly #guardsFields: boolean;
  readonly payloads: DumpPayloads;
  readonly rebuilding: RebuildOptions;
  readonly #modules: ModuleAnswers = new Map();

  constructor(format: RdbFormat, { target, guardMs, onSkipped }: CarrierOptions) {
    this.#target = target;
    this.#guardsFields = guardMs > 0 && knowsFieldExpiry(target.facts);
    this.payloads = new DumpPayloads(format, target.facts);
    this.rebuilding = {
      ...{ format, server: target.facts },
      fieldExpiry: (atMs) => guarded(atMs, guardMs, FIELD_MARK_MS),
      onProducers: () => onSkipped(STREAM_PRODUCERS),
    };
  }

  /** A promise only where the target has to be asked. Throws RDB_MALFORMED, TARGET_CONNECTION, TARGET_BUSY or TARGET_REFUSED. */
  carriageOf(entry: RdbEntry): Carriage | Promise<Carriage> {
    if (entry.key.length > this.#target.maxBulkBytes) return { by: "leave", lost: TOO_LONG };
    if (isOpaque(entry.type)) return this.#moduleCarriage(entry);
    const plain = this.#withoutMeta(entry);
    if (entry.meta.length === 0) return plain;
    const fits = payloadBytesOf(entry) <= this.#target.maxBulkBytes;
    if (fits && plain.by === "restore" && this.payloads.acceptsMeta) return plain;
    return { ...plain, lost: plain.lost ?? "module metadata of a key" };
  }

  /** A target that takes no metadata gets the entry without. */
  #withoutMeta(entry: RdbEntry): Carriage {
    // A payload brings the fields' true expiries along.
    if (this.#guardsFields && expiresFields(entry, this.rebuilding.format)) return BY_COMMANDS;
    if (entry.meta.length > 0 && !this.payloads.acceptsMeta) return plainCarriage({ ...entry, meta: [] }, this.payloads, this.rebuilding);
    return this.payloads.accepts(entry.type) ? AS_IT_IS : plainCarriage(entry, this.payloads, this.rebuilding);
  }

  async #moduleCarriage(entry: RdbEntry): Promise<Carriage> {
    if (!this.payloads.accepts(entry.type)) return { by: "leave", lost: MODULE_VALUE };
    if (payloadBytesOf(entry) > this.#target.maxBulkBytes) {
      return { by: "leave", lost: `its ${entry.valueBytes} bytes are more than one command may carry` };
    }
    // One that is too large to be held is tried in earnest.
    if (entry.measured) return AS_IT_IS;
    const id = moduleIdOf(entry.value);
    const takes = this.#modules.get(id) ?? (await this.#target.takesValue(dumpPayload(entry, this.payloads)));
    this.#modules.set(id, takes);
    return takes ? AS_IT_IS : { by: "leave", lost: MODULE_VALUE };
  }
}
