/**
 * A RESTORE of the stream: its payload is of the RDB version that the master takes, which may be newer than the target's or of the other
 * family. The value is carried as the loader carries one of a snapshot: with a footer that the target takes, converted, or by commands. Pure.
 */
import { GatewayError } from "../../../errors.ts";
import { DumpPayloads, dumpPayload, type RestoreServer, readDumpPayload } from "../../../rdb/dump-payload.ts";
import type { RdbEntry } from "../../../rdb/parser.ts";
import { expiresFields, isOpaque, KEY, knowsFieldExpiry, rebuild } from "../../../rdb/rebuild.ts";
import type { Word } from "../../../resp/encode.ts";
import { FIELD_MARK_MS, guarded } from "../values/expiry.ts";
import { type ModuleQuestion, moduleIdOf } from "../values/module-values.ts";
import { MODULE_VALUE, plainCarriage, STREAM_PRODUCERS } from "../values/plain-carriage.ts";

/** What is sent instead of a command: whole commands, none where it has no effect there. */
export type Rendering = {
  readonly commands: readonly (readonly Word[])[];
  /** What of the command the target cannot hold. */
  readonly lost?: string;
  /** What of it goes without being missed. */
  readonly skipped?: string;
  /** The target has to be asked this before it is known what is sent. */
  readonly asks?: ModuleQuestion;
};

/** Of the commands for one value: they are one part of a transaction, and packed values unfold. */
const MAX_REBUILT_BYTES = 64 * 1024 * 1024;

export type RestoreOptions = {
  readonly server: RestoreServer;
  /** By how much later than at the source fields of hashes expire, ms; keys have that in their `ttl` already. */
  readonly guardMs: number;
  /** What the target has answered so far. */
  readonly modules: ReadonlyMap<string, boolean>;
};

/**
 * `RESTORE key ttl payload [REPLACE] [ABSTTL] …`, with a `ttl` of 0 or in absolute time. Undefined: it passes as it is, also where it cannot
 * be made out: the target judges it then.
 */
export function restoreInStream(words: readonly Buffer[], options: RestoreOptions): Rendering | undefined {
  try {
    return restored(words, options);
  } catch (error) {
    if (error instanceof GatewayError && (error.code === "RDB_MALFORMED" || error.code === "RDB_UNSUPPORTED")) return undefined;
    throw error;
  }
}

function restored([, key, ttl, payload, ...rest]: readonly Buffer[], { server, guardMs, modules }: RestoreOptions): Rendering | undefined {
  const read = payload && readDumpPayload(payload);
  if (!key || !ttl || !read) return undefined;
  const { type, value, format } = read;
  const payloads = new DumpPayloads(format, server);
  const common = {
    kind: "entry",
    db: 0,
    expireAtMs: undefined,
    idleSeconds: undefined,
    freq: undefined,
    key,
    meta: [],
    endsAt: 0,
  } as const;
  const entry: RdbEntry = { ...common, type, value: [value], valueBytes: value.length, measured: undefined };
  const guardsFields = guardMs > 0 && knowsFieldExpiry(server) && expiresFields(entry, format);
  const fits = payloads.accepts(type) && payloads.acceptsFooter(format);
  const again = (other: RdbEntry): readonly Word[] => ["RESTORE", key, ttl, dumpPayload(other, payloads), ...rest];
  if (isOpaque(type)) {
    const id = moduleIdOf(entry.value);
    const takes = payloads.accepts(type) && modules.get(id);
    if (takes === undefined) return { commands: [], asks: { id, payload: dumpPayload(entry, payloads) } };
    if (!takes) return { commands: [["UNLINK", key]], lost: MODULE_VALUE };
    return fits ? undefined : { commands: [again(entry)] };
  }
  if (fits && !guardsFields) return undefined;
  let skipped: string | undefined;
  const rebuilding = {
    ...{ format, server },
    fieldExpiry: (atMs: bigint) => guarded(atMs, guardMs, FIELD_MARK_MS),
    onProducers: () => {
      skipped = STREAM_PRODUCERS;
    },
  };
  const carriage = guardsFields ? undefined : plainCarriage(entry, payloads, rebuilding);
  if (carriage?.by === "restore") {
    return { commands: [again(carriage.entry ?? entry)], ...(carriage.skipped !== undefined && { skipped: carriage.skipped }) };
  }
  const commands: (readonly Word[])[] = [["UNLINK", key]];
  let bytes = 0;
  for (const command of rebuild(entry, rebuilding)) {
    const made = command.map((word) => (word === KEY ? key : word));
    for (const word of made) bytes += Buffer.isBuffer(word) ? word.length : String(word).length;
    if (bytes > MAX_REBUILT_BYTES) return undefined;
    commands.push(made);
  }
  if (ttl.toString("latin1") !== "0") commands.push(["PEXPIREAT", key, ttl]);
  return { commands, ...(carriage?.lost !== undefined && { lost: carriage.lost }), ...(skipped !== undefined && { skipped }) };
}
