/**
 * Parses an RDB file (Redis 6–13, Valkey 80) fed in chunks of any size. Values are not decoded: an entry carries its raw bytes,
 * which between a type byte and a footer are a RESTORE payload (`dump-payload.ts`). Nothing that is not understood is passed over:
 * unknown opcodes and types are refused by number, and the CRC-64 at the end is checked unless the server left it zero.
 *
 *   magic { aux | function | module aux | select db | resize db | slot info | [expiry] [idle | freq] [key meta] type key value } end crc
 */
import { GatewayError } from "../errors.ts";
import { decodeMagic, MAGIC_BYTES, type RdbFormat } from "./format.ts";
import { LARGEST_TYPE, LOWEST_OPCODE, Opcode } from "./opcodes.ts";
import { type MeasuredSpan, RdbReader, SHORT } from "./reader.ts";
import { isOneString, length, unknownType, type Walk, walkModuleOps, walkValue } from "./value-span.ts";

/** What one RESTORE may carry: proto-max-bulk-len (512 MiB), less room for type, footer and a key. */
export const MAX_VALUE_BYTES = 512 * 1024 * 1024 - 1024;

/** A database number is a positive int32 in every server. */
const MAX_DB = 2 ** 31 - 1;

const NO_PIECES: readonly Buffer[] = [];

export type RdbEntry = {
  readonly kind: "entry";
  readonly db: number;
  /** Milliseconds since 1970; undefined: no expiry. A bigint, because servers keep all 63 bits. */
  readonly expireAtMs: bigint | undefined;
  readonly idleSeconds: number | undefined;
  /** LFU counter, 0–255. */
  readonly freq: number | undefined;
  readonly type: number;
  readonly key: Buffer;
  /** Raw value in pieces; views of the chunks that were fed. */
  readonly value: readonly Buffer[];
  readonly valueBytes: number;
  /** Stands for the pieces of a value that is larger than `heldValueBytes`: there are none then. */
  readonly measured: MeasuredSpan | undefined;
  /** Redis 8.6: opcode 243 with what modules attached to the key, raw; usually empty. Precedes the type byte in a DUMP payload. */
  readonly meta: readonly Buffer[];
  /** RDB offset after the entry. */
  readonly endsAt: number;
};

export type RdbItem =
  | RdbEntry
  | { readonly kind: "aux"; readonly name: string; readonly value: Buffer }
  /** Source text of a function library; `endsAt` as in entries. */
  | { readonly kind: "function"; readonly source: Buffer; readonly endsAt: number }
  /** A hint of how many keys the database has. */
  | { readonly kind: "sizes"; readonly db: number; readonly keys: number; readonly expires: number }
  /** Read over: RESTORE cannot carry it. */
  | { readonly kind: "skipped"; readonly what: "module-aux" | "slot-info" | "slot-import" }
  | { readonly kind: "end"; readonly checksum: "verified" | "absent" | "unchecked" };

type Parse = Generator<RdbItem | undefined, void, void>;

export type RdbParserOptions = {
  readonly maxValueBytes?: number;
  /** Larger values are not held but measured, to be read once more; without it all are held. */
  readonly heldValueBytes?: number;
  /** False where the CRC-64 has been verified before: it costs as much as the parsing. */
  readonly verifyChecksum?: boolean;
  /** False: values are only measured, may have any size, and `value` and `meta` say nothing. */
  readonly keepValues?: boolean;
};

export class RdbParser {
  readonly #reader: RdbReader;
  readonly #items: Parse;
  #format: RdbFormat | undefined;
  #ended = false;

  constructor(options: RdbParserOptions = {}) {
    const { maxValueBytes: maxBytes = MAX_VALUE_BYTES, heldValueBytes: heldBytes = maxBytes, verifyChecksum = true } = options;
    this.#reader = new RdbReader({ maxBytes, heldBytes, verifyChecksum, keepSpans: options.keepValues ?? true });
    this.#items = this.#parse();
  }

  /** Known once the first nine bytes were fed and `next` was called. */
  get format(): RdbFormat | undefined {
    return this.#format;
  }

  /** RDB bytes consumed. */
  get offset(): number {
    return this.#reader.offset;
  }

  /** The chunk is kept by the items made from it: it must not be written to again. */
  feed(chunk: Buffer): void {
    if (this.#ended && chunk.length > 0) throw this.#reader.malformed("bytes after its end");
    this.#reader.feed(chunk);
  }

  /** The next item, or undefined when more bytes are needed or the RDB has ended. Throws RDB_MALFORMED and RDB_UNSUPPORTED. */
  next(): RdbItem | undefined {
    const step = this.#items.next();
    return step.done ? undefined : step.value;
  }

  /** Says that no more bytes will come. Throws RDB_MALFORMED unless the RDB has ended. */
  finish(): void {
    if (!this.#ended) throw this.#reader.malformed("it breaks off");
  }

  *#parse(): Parse {
    const reader = this.#reader;
    const format = decodeMagic(yield* this.#bytes(MAGIC_BYTES));
    this.#format = format;
    let db = 0;
    let expireAtMs: bigint | undefined;
    let idleSeconds: number | undefined;
    let freq: number | undefined;
    let meta = NO_PIECES;
    for (;;) {
      let opcode = reader.byte();
      while (opcode === SHORT) {
        yield;
        opcode = reader.byte();
      }
      if (opcode < LOWEST_OPCODE) {
        const type = opcode;
        if (type > LARGEST_TYPE) throw unknownType(type, format, reader.offset);
        let key = reader.string();
        while (key === undefined) {
          yield;
          key = reader.string();
        }
        reader.beginSpan(type, meta);
        if (isOneString(type)) while (!reader.skipString()) yield;
        else yield* walkValue(reader, type, format);
        while (!reader.settled()) yield;
        const span = reader.endSpan();
        const isMeasured = "crc" in span;
        const value = isMeasured ? NO_PIECES : span;
        const measured = isMeasured ? span : undefined;
        const { spanBytes: valueBytes, offset: endsAt } = reader;
        yield { kind: "entry", db, expireAtMs, idleSeconds, freq, type, key, value, valueBytes, measured, meta, endsAt };
        expireAtMs = undefined;
        idleSeconds = undefined;
        freq = undefined;
        meta = NO_PIECES;
        continue;
      }
      switch (opcode) {
        case Opcode.expireMs:
          expireAtMs = reader.int64();
          while (expireAtMs === undefined) {
            yield;
            expireAtMs = reader.int64();
          }
          break;
        case Opcode.expireSeconds:
          expireAtMs = BigInt((yield* this.#bytes(4)).readInt32LE(0)) * 1000n;
          break;
        case Opcode.idle:
          idleSeconds = yield* length(reader);
          break;
        case Opcode.freq:
          freq = (yield* this.#bytes(1))[0]!;
          break;
        case Opcode.selectDb:
          db = yield* length(reader);
          if (db > MAX_DB) throw reader.malformed("impossible database");
          break;
        case Opcode.resizeDb:
          yield { kind: "sizes", db, keys: yield* length(reader), expires: yield* length(reader) };
          break;
        case Opcode.aux:
          yield { kind: "aux", name: (yield* this.#string()).toString(), value: yield* this.#string() };
          break;
        case Opcode.function2:
          yield { kind: "function", source: yield* this.#string(), endsAt: reader.offset };
          break;
        case Opcode.moduleAux:
          for (let field = 0; field < 3; field++) yield* length(reader); // module id, type of `when`, when
          yield* walkModuleOps(reader);
          yield { kind: "skipped", what: "module-aux" };
          break;
        case Opcode.slotInfo:
          for (let field = 0; field < 3; field++) yield* length(reader); // slot, keys, expires
          yield { kind: "skipped", what: "slot-info" };
          break;
        case Opcode.keyMetaOrSlotImport:
          if (format.family === "valkey") {
            yield* this.#skipSlotImport();
            yield { kind: "skipped", what: "slot-import" };
          } else {
            meta = yield* this.#keyMeta();
          }
          break;
        case Opcode.end:
          yield* this.#end();
          return;
        default:
          throw new GatewayError("RDB_UNSUPPORTED", `RDB opcode ${opcode} of ${format.family} RDB ${format.version} is not known`, {
            details: { opcode, ...format, rdbOffset: reader.offset },
          });
      }
    }
  }

  /** Job name, n × (first slot, last slot). */
  *#skipSlotImport(): Walk {
    const reader = this.#reader;
    yield* this.#string();
    const ranges = yield* length(reader);
    for (let field = 0; field < 2 * ranges; field++) yield* length(reader);
  }

  /** n × (4 bytes class, module operations). */
  *#keyMeta(): Walk<readonly Buffer[]> {
    const reader = this.#reader;
    reader.beginSpan(Opcode.keyMetaOrSlotImport, NO_PIECES);
    const classes = yield* length(reader);
    for (let each = 0; each < classes; each++) {
      while (!reader.skip(4)) yield;
      yield* walkModuleOps(reader);
    }
    while (!reader.settled()) yield;
    const span = reader.endSpan();
    if (!("crc" in span)) return [Buffer.of(Opcode.keyMetaOrSlotImport), ...span];
    throw new GatewayError("RDB_UNSUPPORTED", `module metadata of a key has ${span.bytes} bytes`, { details: { rdbOffset: span.from } });
  }

  *#end(): Parse {
    const reader = this.#reader;
    const consumed = reader.offset;
    const checksum = reader.verify(yield* this.#bytes(8), consumed);
    this.#ended = true;
    if (reader.unread > 0) throw reader.malformed("bytes after its end");
    yield { kind: "end", checksum };
  }

  *#bytes(count: number): Walk<Buffer> {
    for (;;) {
      const bytes = this.#reader.bytes(count);
      if (bytes !== undefined) return bytes;
      yield;
    }
  }

  *#string(): Walk<Buffer> {
    for (;;) {
      const text = this.#reader.string();
      if (text !== undefined) return text;
      yield;
    }
  }
}
