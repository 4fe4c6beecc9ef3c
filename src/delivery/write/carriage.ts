/**
 * How each value of a snapshot gets into this target: by RESTORE as its master wrote it, by RESTORE in a form that the target knows, by
 * commands, or not at all; and what of it the target cannot hold.
 */
import { convert } from "../../rdb/convert.ts";
import { DumpPayloads, dumpPayload } from "../../rdb/dump-payload.ts";
import type { RdbFormat } from "../../rdb/format.ts";
import type { RdbEntry } from "../../rdb/parser.ts";
import { expiresFields, isOpaque, knowsFieldExpiry, type RebuildOptions } from "../../rdb/rebuild.ts";
import { FIELD_MARK_MS, guarded } from "./expiry.ts";
import { type Target, targetError } from "./target.ts";

export type Carriage = {
  /** leave: the key cannot be made there at all. */
  readonly by: "restore" | "rebuild" | "leave";
  /** What to restore, when it is not the entry as it is. */
  readonly entry?: RdbEntry;
  /** What of the value the target cannot hold. */
  readonly lost?: string;
  /** What goes without being missed: see `LoadProgress.skipped`. */
  readonly skipped?: string;
};

const AS_IT_IS: Carriage = { by: "restore" };
const BY_COMMANDS: Carriage = { by: "rebuild" };
const PROBED_KEY = "causeway:probe";
/** A module's value begins with its name and version in eight bytes, behind a length byte. */
const MODULE_ID_BYTES = 9;

export class Carrier {
  readonly #target: Target;
  readonly #guardsFields: boolean;
  readonly payloads: DumpPayloads;
  readonly rebuilding: RebuildOptions;
  /** By the module's id: does the target have it? */
  readonly #modules = new Map<string, boolean>();

  /** Fields expire in the target by `guardMs` later than at the source. */
  constructor(format: RdbFormat, { target, guardMs }: { readonly target: Target; readonly guardMs: number }) {
    this.#target = target;
    this.#guardsFields = guardMs > 0 && knowsFieldExpiry(target.facts);
    this.payloads = new DumpPayloads(format, target.facts);
    this.rebuilding = { format, server: target.facts, fieldExpiry: (atMs) => guarded(atMs, guardMs, FIELD_MARK_MS) };
  }

  /** A promise only where the target has to be asked. Throws RDB_MALFORMED, TARGET_CONNECTION, TARGET_BUSY or TARGET_REFUSED. */
  carriageOf(entry: RdbEntry): Carriage | Promise<Carriage> {
    if (isOpaque(entry.type)) return this.#moduleCarriage(entry);
    if (entry.meta.length > 0 && !this.payloads.acceptsMeta) {
      return { ...this.#plainCarriage({ ...entry, meta: [] }), lost: "module metadata of a key" };
    }
    // A payload brings the fields' true expiries along.
    if (this.#guardsFields && expiresFields(entry, this.rebuilding.format)) return BY_COMMANDS;
    return this.payloads.accepts(entry.type) ? AS_IT_IS : this.#plainCarriage(entry);
  }

  #plainCarriage(entry: RdbEntry): Carriage {
    const { format, server } = this.rebuilding;
    if (this.payloads.accepts(entry.type)) return { by: "restore", entry };
    const converted = convert(entry, format, this.payloads);
    if (converted) {
      const skipped = converted.producers > 0 ? { skipped: "stream-producers" } : {};
      return { by: "restore", entry: converted.entry, ...skipped };
    }
    if (!knowsFieldExpiry(server) && expiresFields(entry, format)) return { by: "rebuild", lost: "the expiry of hash fields" };
    return BY_COMMANDS;
  }

  async #moduleCarriage(entry: RdbEntry): Promise<Carriage> {
    const lost = "a module's value";
    if (!this.payloads.accepts(entry.type)) return { by: "leave", lost };
    // One that is too large to be held is tried in earnest.
    if (entry.measured) return AS_IT_IS;
    const id = Buffer.concat(entry.value).toString("latin1", 0, MODULE_ID_BYTES);
    let has = this.#modules.get(id);
    if (has === undefined) {
      has = await this.#takes(entry);
      this.#modules.set(id, has);
    }
    return has ? AS_IT_IS : { by: "leave", lost };
  }

  /** RESTORE decodes the value before it looks at an expiry that is past, and then creates nothing. */
  async #takes(entry: RdbEntry): Promise<boolean> {
    try {
      await this.#target.control.callBuffer("RESTORE", PROBED_KEY, "1", dumpPayload(entry, this.payloads), "ABSTTL");
      return true;
    } catch (cause) {
      const error = targetError(cause);
      if (error.code === "TARGET_REFUSED" && !/^NO/.test(String(error.details["error"]))) return false;
      throw error;
    }
  }
}
