/**
 * Cuts a master's stream into records: at command boundaries outside MULTI…EXEC (TRANSACTIONS_STAY_WHOLE), when 256 KiB are
 * together or when the caller says that the event-loop turn is over. Offsets advance by bytes, whatever they mean
 * (OFFSET_COUNTS_EVERY_BYTE). A command or transaction too large for one record goes out as OPEN records, so that memory stays
 * bounded; the record that ends such a unit ends exactly with it.
 */
import { CommandKind, CommandScanner } from "../resp/command-scanner.ts";
import type { HeartbeatCode } from "../stream/heartbeat.ts";
import { Offset, type Replid } from "../stream/position.ts";
import { encodeRecord, MAX_RECORD_RAW_BYTES, type RecordHeader } from "../stream/record.ts";

/** Only a flood fills it. Large enough that what a record costs beside its bytes does not count, small enough for the caches. */
const TARGET_BYTES = 256 * 1024;

export type CutterOptions = {
  readonly offset: Offset;
  readonly db: number;
  readonly replid: Replid;
  /** Each record says when it was read: what a relative TTL in it counts from. */
  readonly wallMs: () => number;
  /** `encodeRecord` unless somebody counts what it takes. */
  readonly encode?: (header: RecordHeader, payload: Buffer) => Buffer;
  /** Gets each record, encoded, in order. */
  readonly emit: (record: Buffer, header: RecordHeader) => void;
  /** The master asked for an acknowledgement (REPLCONF GETACK). */
  readonly onGetAck?: () => void;
  /** Told when a heartbeat of this code ends at `offset`. */
  readonly heartbeat?: CutterHeartbeat | undefined;
};

type CutterHeartbeat = { readonly code: HeartbeatCode; readonly onReturned: (sentAtMs: number, offset: Offset) => void };

export class Cutter {
  readonly #scanner: CommandScanner;
  readonly #wallMs: () => number;
  readonly #emit: (record: Buffer, header: RecordHeader) => void;
  readonly #onGetAck: (() => void) | undefined;
  readonly #heartbeat: CutterHeartbeat | undefined;
  readonly #encode: NonNullable<CutterOptions["encode"]>;
  readonly #replid: Replid;
  readonly #pending = Buffer.allocUnsafeSlow(MAX_RECORD_RAW_BYTES);
  /** In `#pending`: bytes taken in lie in [start, filled), those up to `safe` end at a boundary. */
  #start = 0;
  #safe = 0;
  #filled = 0;
  /** Commands that ended since `start`, and how many of them before `safe`. */
  #commands = 0;
  #safeCommands = 0;
  #commandsCut = 0;
  #safeDb: number;
  #fromOffset: Offset;
  #fromDb: number;
  /** The record cut last was OPEN. */
  #open = false;

  constructor(options: CutterOptions) {
    this.#scanner = new CommandScanner({ db: options.db });
    this.#wallMs = options.wallMs;
    this.#emit = options.emit;
    this.#onGetAck = options.onGetAck;
    this.#heartbeat = options.heartbeat;
    this.#encode = options.encode ?? encodeRecord;
    this.#replid = options.replid;
    this.#fromOffset = options.offset;
    this.#fromDb = options.db;
    this.#safeDb = options.db;
  }

  /** Offset after the last byte taken in. */
  get offset(): Offset {
    return Offset.plus(this.#fromOffset, this.#filled - this.#start);
  }

  /** Commands taken in since the beginning. */
  get commands(): number {
    return this.#commandsCut + this.#commands;
  }

  /** Bytes that wait to be cut, the beginning of an unfinished unit included. */
  get pendingBytes(): number {
    return this.#filled - this.#start;
  }

  /** Takes in bytes as read; the chunk may be reused afterwards. Throws RESP_MALFORMED. */
  push(chunk: Buffer): void {
    for (let at = 0; at < chunk.length; ) {
      const take = Math.min(chunk.length - at, TARGET_BYTES, MAX_RECORD_RAW_BYTES - this.#filled);
      chunk.copy(this.#pending, this.#filled, at, at + take);
      at += take;
      this.#filled += take;
      this.#scan(take);
      this.#compact();
    }
  }

  /** Cuts what is complete. Called at the end of the event-loop turn in which bytes came. */
  flush(): void {
    if (this.#safe === this.#start) return;
    this.#cut(this.#safe, false);
    this.#compact();
  }

  #scan(bytes: number): void {
    const scanner = this.#scanner;
    scanner.feed(this.#pending, this.#filled - bytes, this.#filled);
    while (scanner.next()) {
      this.#commands++;
      if (scanner.kind !== CommandKind.ordinary) this.#notice(scanner);
      if (scanner.inTransaction) continue;
      this.#safe = scanner.end;
      this.#safeCommands = this.#commands;
      this.#safeDb = scanner.db;
      if (this.#open || this.#safe - this.#start >= TARGET_BYTES) this.#cut(this.#safe, false);
    }
    const limit = this.#open ? TARGET_BYTES : MAX_RECORD_RAW_BYTES;
    if (this.#filled - this.#start < limit) return;
    if (this.#safe > this.#start) this.#cut(this.#safe, false);
    else this.#cut(this.#filled, true);
  }

  #notice({ kind, start, end }: CommandScanner): void {
    // REPLCONF GETACK is the only REPLCONF that a master sends down the stream.
    if (kind === CommandKind.replconf) this.#onGetAck?.();
    else if (kind === CommandKind.examined && this.#heartbeat) {
      const sentAtMs = this.#heartbeat.code.sentAtMs(this.#pending, start, end);
      if (sentAtMs !== undefined) this.#heartbeat.onReturned(sentAtMs, Offset.plus(this.#fromOffset, end - this.#start));
    }
  }

  #cut(end: number, open: boolean): void {
    const to = Offset.plus(this.#fromOffset, end - this.#start);
    const commands = open ? this.#commands : this.#safeCommands;
    const dbAfter = open ? this.#scanner.db : this.#safeDb;
    const header = {
      from: this.#fromOffset,
      to,
      replid: this.#replid,
      db: this.#fromDb,
      dbAfter,
      commands,
      readAtMs: this.#wallMs(),
      open,
    };
    this.#emit(this.#encode(header, this.#pending.subarray(this.#start, end)), header);
    this.#start = end;
    this.#safe = end;
    this.#commands -= commands;
    this.#commandsCut += commands;
    this.#safeCommands = 0;
    this.#fromOffset = to;
    this.#fromDb = dbAfter;
    this.#open = open;
  }

  /** Moves what is left (at most one unfinished unit) to the front. */
  #compact(): void {
    if (this.#start === 0) return;
    this.#pending.copyWithin(0, this.#start, this.#filled);
    this.#filled -= this.#start;
    this.#safe -= this.#start;
    this.#start = 0;
  }
}
