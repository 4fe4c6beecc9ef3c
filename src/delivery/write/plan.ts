/**
 * Turns records into units. Pure: bytes in, parts of units out. Commands travel as stretches of the record's own payload; what belongs to
 * the stream itself (PING, SELECT, MULTI, EXEC, REPLCONF) is left out, and what `translate.ts` knows is rewritten or dropped.
 * A unit ends between commands and outside MULTI…EXEC (TRANSACTIONS_STAY_WHOLE); one that is larger than its records is given out in parts.
 */
import { GatewayError } from "../../errors.ts";
import { CommandKind, CommandScanner } from "../../resp/command-scanner.ts";
import { nameOf } from "../../resp/command-words.ts";
import { encodeCommand } from "../../resp/encode.ts";
import { Offset } from "../../stream/position.ts";
import type { RecordHeader } from "../../stream/record.ts";
import { delayInPlace } from "./delay-in-place.ts";
import { type Dialect, render } from "./dialect.ts";
import type { Loss } from "./losses.ts";
import type { ModuleQuestion } from "./module-values.ts";
import { translate } from "./translate.ts";

/** A unit ends at the first boundary at or past either. Half as large costs both sides more guards, larger ones cost the target more per command. */
export const UNIT_COMMANDS = 500;
export const UNIT_BYTES = 64 * 1024;
/** A command that began in an earlier record waits whole up to this size, because it may have to be translated. */
const HELD_BYTES = 4 * 1024 * 1024;
/** Room for two header lines and any name that is examined. */
const FIRST_WORD_BYTES = 64;
/** More pieces than this are copied together: one write costs more than a few kilobytes of copying. */
const MAX_PIECES = 16;

export type StreamPoint = { readonly offset: Offset; readonly db: number };

export type UnitPart = {
  /** The first part of its unit. A transaction begins in database 0. */
  readonly opens: boolean;
  readonly pieces: readonly Buffer[];
  readonly bytes: number;
  /** Commands that end in the pieces, inserted SELECT and DEL included. */
  readonly commands: number;
  /** Of them, the stream's own. */
  readonly streamCommands: number;
  /** Database in which the transaction is after this part. */
  readonly db: number;
  /** Where the stream is once the unit commits; undefined: the unit goes on. */
  readonly end: StreamPoint | undefined;
};

/** Why the planner stopped before a command: `allowsFlush` said no, or the target has to be asked before it is known what is sent. */
export type Stop =
  | { readonly why: "flush"; readonly name: string; readonly offset: Offset }
  | { readonly why: "question"; readonly question: ModuleQuestion };

export type PlanEvents = {
  /** Asked before a FLUSHALL or FLUSHDB, which ends at `offset`. */
  readonly allowsFlush: (offset: Offset) => boolean;
  readonly onDropped: (name: string) => void;
  readonly onRewritten: (name: string) => void;
  /** A command that may have to be rewritten was too long to be held until it was whole, or is a script: it passed as it is (NEVER_SILENT). */
  readonly onUntranslated: (name: string) => void;
  /** What goes without being missed. */
  readonly onSkipped: (what: string) => void;
  /** What the target cannot hold of a command that ends at `offset`; what it throws ends the plan. */
  readonly onLost: (loss: Loss, offset: Offset) => void;
};

export type PlannerOptions = {
  /** What the target holds already: a boundary outside MULTI…EXEC. */
  readonly from: StreamPoint;
  /** Removed from database `n` when SWAPDB moves the checkpoint there. */
  readonly checkpointKey: string;
  /** How many databases the target has: in a transaction a SELECT beyond them would let the writes land in the wrong one. */
  readonly databases: number;
  /** The longest argument that the target takes: at a longer one it closes the connection and its reason is lost. */
  readonly maxBulkBytes: number;
  /** What the target does not know. */
  readonly dialect: Dialect;
  /** By how much later keys expire in the target (`expiry.ts`), ms. */
  readonly guardMs: number;
  readonly events: PlanEvents;
};

export class Planner {
  readonly #scanner: CommandScanner;
  readonly #checkpointKey: string;
  readonly #databases: number;
  readonly #maxBulkBytes: number;
  readonly #dialect: Dialect;
  readonly #guardMs: number;
  readonly #events: PlanEvents;
  #parts: UnitPart[] = [];

  /** Where the bytes seen so far end. */
  #at: Offset;
  /** The last boundary at which a unit could end. */
  #boundary: StreamPoint;
  #first = true;

  /** The unit being made. */
  #unitOpen = false;
  #unitDb = 0;
  #pieces: Buffer[] = [];
  #bytes = 0;
  #commands = 0;
  #streamCommands = 0;
  /** Size of the whole unit, parts already given out included. */
  #unitBytes = 0;
  #unitCommands = 0;

  /** Where the command that is examined ends. */
  #endsAt: Offset;
  #stop: Stop | undefined;

  /** The beginning of a command that ends in a later record. */
  #held: Buffer[] = [];
  #heldBytes = 0;
  /** That command was too long to be held: its bytes pass as they come. The value is its first word. */
  #passing: string | undefined;

  constructor(options: PlannerOptions) {
    this.#scanner = new CommandScanner({ db: options.from.db, examined: options.dialect.renders.keys() });
    this.#checkpointKey = options.checkpointKey;
    this.#databases = options.databases;
    this.#maxBulkBytes = options.maxBulkBytes;
    this.#dialect = options.dialect;
    this.#guardMs = options.guardMs;
    this.#events = options.events;
    this.#at = options.from.offset;
    this.#endsAt = options.from.offset;
    this.#boundary = options.from;
  }

  /** The last boundary: everything before it is in parts given out or has no effect. */
  get boundary(): StreamPoint {
    return this.#boundary;
  }

  /** What the planner stopped before: it takes no more records. */
  get stop(): Stop | undefined {
    return this.#stop;
  }

  /** A part has been given out whose unit has not ended. */
  get unitOpen(): boolean {
    return this.#unitOpen;
  }

  /** Takes one record, whose payload is the planner's own: expiries are delayed in it. Throws JOURNAL_GAP when it does not follow (NO_GAP). Only the first may begin before what the target holds. */
  add(header: RecordHeader, payload: Buffer): readonly UnitPart[] {
    this.#parts = [];
    let at = this.#skip(header);
    const base = header.from;
    const scanner = this.#scanner;
    scanner.feed(payload, at);
    /** A stretch of ordinary commands that is not in `#pieces` yet: payload[run, at). */
    let run = at;
    let db = scanner.db;
    while (scanner.next()) {
      const { kind, start, end } = scanner;
      if (start >= 0 && (kind === CommandKind.ordinary || (kind === CommandKind.examined && this.#delays(payload, start, end)))) {
        if (scanner.db !== this.#unitDb) {
          this.#push(payload, run, start);
          run = start;
          this.#select(scanner.db);
        }
        this.#count(1);
      } else {
        this.#push(payload, run, Math.max(run, start));
        run = end;
        if (kind === CommandKind.examined) this.#endsAt = Offset.plus(base, end);
        if (start < 0) this.#finishHeld(payload.subarray(0, end), header.readAtMs);
        else if (kind === CommandKind.examined) this.#examine(payload.subarray(start, end), header.readAtMs);
      }
      if (this.#stop) return this.#stopBefore(start < 0 ? undefined : { offset: Offset.plus(base, at), db });
      at = end;
      db = scanner.db;
      if (!scanner.inTransaction && (this.#unitCommands >= UNIT_COMMANDS || this.#unitBytes + end - run >= UNIT_BYTES)) {
        this.#push(payload, run, end);
        run = end;
        this.#boundary = { offset: Offset.plus(base, end), db: scanner.db };
        this.#give(this.#boundary);
      }
    }
    this.#push(payload, run, at);
    if (!scanner.atBoundary) this.#hold(payload.subarray(Math.max(0, scanner.start)));
    this.#at = header.to;
    if (scanner.atBoundary && !scanner.inTransaction) this.#boundary = { offset: header.to, db: scanner.db };
    else if (!header.open) throw new GatewayError("RECORD_MALFORMED", "a record ends inside a transaction without saying so");
    else if (this.#pieces.length > 0) this.#give(undefined);
    return this.#parts;
  }

  /** Ends the unit at the last boundary, if there is one to end; call it when no further record is at hand. */
  flush(): UnitPart | undefined {
    if ((this.#pieces.length === 0 && !this.#unitOpen) || this.#boundary.offset !== this.#at) return undefined;
    this.#parts = [];
    this.#give(this.#boundary);
    return this.#parts[0];
  }

  /** With a guard of 0 it is seen that nothing is to be done: the command travels on in its stretch all the same. */
  #delays(payload: Buffer, start: number, end: number): boolean {
    return this.#dialect.knowsPxat && delayInPlace(payload, { start, end, guardMs: this.#guardMs });
  }

  /** Gives out what comes before a command that is not sent; a transaction that it stands in, or a record that it began in (no `point`), is left out whole. */
  #stopBefore(point: StreamPoint | undefined): readonly UnitPart[] {
    if (point && !this.#scanner.inTransaction) {
      this.#boundary = point;
      if (this.#pieces.length > 0 || this.#unitOpen) this.#give(point);
    }
    return this.#parts;
  }

  /** How many bytes of the record the target holds already. */
  #skip(header: RecordHeader): number {
    const known = Offset.distance(header.from, this.#at);
    if (this.#first ? known < 0 || this.#at > header.to : known !== 0) {
      throw new GatewayError("JOURNAL_GAP", "a record does not follow the one before", {
        details: { from: header.from, wanted: this.#at },
      });
    }
    if (known === 0 && this.#scanner.atBoundary && header.db !== this.#scanner.db) {
      throw new GatewayError("RECORD_MALFORMED", "a record begins in another database than the one before ended in");
    }
    this.#first = false;
    return known;
  }

  #count(commands: number): void {
    this.#commands += commands;
    this.#streamCommands += commands;
    this.#unitCommands += commands;
  }

  #push(payload: Buffer, from: number, to: number): void {
    if (to > from) this.#pushPiece(from === 0 && to === payload.length ? payload : payload.subarray(from, to));
  }

  #pushPiece(piece: Buffer): void {
    this.#pieces.push(piece);
    this.#bytes += piece.length;
    this.#unitBytes += piece.length;
  }

  #select(db: number): void {
    if (db >= this.#databases) {
      throw new GatewayError("TARGET_REFUSED", `the stream uses database ${db}, the target has only ${this.#databases}`);
    }
    this.#pushPiece(encodeCommand("SELECT", db));
    this.#commands++;
    this.#unitDb = db;
  }

  #examine(command: Buffer, readAtMs: number): void {
    const translation = translate(command, { readAtMs, guardMs: this.#guardMs });
    if (translation.kind === "drop") {
      this.#events.onDropped(translation.name);
      return;
    }
    if (translation.kind === "flush" && !this.#events.allowsFlush(this.#endsAt)) {
      this.#stop = { why: "flush", name: translation.name, offset: this.#endsAt };
      return;
    }
    if (translation.kind === "script") this.#events.onUntranslated(translation.name);
    // The translation may be another command than the one that came.
    const name = "pieces" in translation ? firstWord(translation.pieces) : nameOf(command);
    if (translation.kind !== "swap-from-zero" && this.#dialect.renders.has(name)) {
      const carried = "pieces" in translation ? Buffer.concat(translation.pieces) : command;
      if (this.#render(carried)) return;
    }
    if (this.#scanner.db !== this.#unitDb) this.#select(this.#scanner.db);
    this.#count(1);
    if (translation.kind === "rewrite") this.#events.onRewritten(translation.name);
    if (translation.kind === "rewrite" || translation.kind === "guard") {
      for (const piece of translation.pieces) this.#pushPiece(piece);
      return;
    }
    this.#pushPiece(command);
    if (translation.kind === "swap-from-zero") {
      // The old checkpoint is in the other database now; the unit's end writes the new one into database 0.
      this.#select(translation.other);
      this.#pushPiece(encodeCommand("DEL", this.#checkpointKey));
      this.#commands++;
    }
  }

  /** In the words of the target; false: the command passes. */
  #render(command: Buffer): boolean {
    const rendering = render(this.#dialect, command);
    if (!rendering) return false;
    const { name, commands, lost, skipped, key, asks } = rendering;
    if (asks !== undefined) {
      this.#stop = { why: "question", question: asks };
      return true;
    }
    if (lost !== undefined) this.#events.onLost({ what: name, why: lost, db: this.#scanner.db, key }, this.#endsAt);
    if (skipped !== undefined) this.#events.onSkipped(skipped);
    if (commands.length === 0) {
      if (lost === undefined && skipped === undefined) this.#events.onDropped(name);
      return true;
    }
    // A value that LZF packed may hold longer ones than its payload.
    for (const words of commands) for (const word of words) if (Buffer.isBuffer(word)) this.#checkLength(word.length);
    this.#events.onRewritten(name);
    if (this.#scanner.db !== this.#unitDb) this.#select(this.#scanner.db);
    for (const words of commands) this.#pushPiece(encodeCommand(...words));
    this.#count(1);
    this.#commands += commands.length - 1;
    return true;
  }

  /** No server's limit is below 1 MiB, so a word that is too long never lies whole in one record: looking here is enough. */
  #hold(bytes: Buffer): void {
    this.#checkLength(this.#scanner.wordBytes);
    if (this.#passing === undefined && this.#heldBytes + bytes.length > HELD_BYTES) {
      this.#passing = firstWord(this.#held.length > 0 ? this.#held : [bytes]);
      if (this.#scanner.db !== this.#unitDb) this.#select(this.#scanner.db);
      for (const piece of this.#held) this.#pushPiece(piece);
      this.#held = [];
      this.#heldBytes = 0;
    }
    if (this.#passing !== undefined) {
      this.#pushPiece(bytes);
    } else {
      this.#held.push(bytes);
      this.#heldBytes += bytes.length;
    }
  }

  #checkLength(wordBytes: number): void {
    if (wordBytes <= this.#maxBulkBytes) return;
    throw new GatewayError(
      "TARGET_REFUSED",
      `the stream carries an argument of ${wordBytes} bytes, the target takes only ${this.#maxBulkBytes} (proto-max-bulk-len, client-query-buffer-limit)`,
      { details: { offset: this.#boundary.offset, bytes: wordBytes, limit: this.#maxBulkBytes } },
    );
  }

  #finishHeld(last: Buffer, readAtMs: number): void {
    const kind = this.#scanner.kind;
    if (this.#passing !== undefined) {
      if (kind === CommandKind.examined) this.#events.onUntranslated(this.#passing);
      this.#passing = undefined;
      this.#pushPiece(last);
      this.#count(1);
      return;
    }
    const pieces = [...this.#held, last];
    this.#held = [];
    this.#heldBytes = 0;
    if (kind === CommandKind.examined) {
      this.#examine(Buffer.concat(pieces), readAtMs);
    } else if (kind === CommandKind.ordinary) {
      if (this.#scanner.db !== this.#unitDb) this.#select(this.#scanner.db);
      for (const piece of pieces) this.#pushPiece(piece);
      this.#count(1);
    }
  }

  #give(end: StreamPoint | undefined): void {
    const pieces = this.#pieces.length > MAX_PIECES && this.#bytes <= 2 * UNIT_BYTES ? [Buffer.concat(this.#pieces)] : this.#pieces;
    this.#parts.push({
      opens: !this.#unitOpen,
      pieces,
      bytes: this.#bytes,
      commands: this.#commands,
      streamCommands: this.#streamCommands,
      db: this.#unitDb,
      end,
    });
    this.#pieces = [];
    this.#bytes = 0;
    this.#commands = 0;
    this.#streamCommands = 0;
    this.#unitOpen = end === undefined;
    if (end === undefined) return;
    this.#unitDb = 0;
    this.#unitBytes = 0;
    this.#unitCommands = 0;
  }
}

/** The first word of a command that begins in these pieces, upper case. */
function firstWord(pieces: readonly Buffer[]): string {
  const head = Buffer.concat(pieces.slice(0, FIRST_WORD_BYTES).map((piece) => piece.subarray(0, FIRST_WORD_BYTES)));
  return (/^\*\d+\r\n\$\d+\r\n([^\r]+)\r/.exec(head.toString("latin1", 0, FIRST_WORD_BYTES))?.[1] ?? "?").toUpperCase();
}
