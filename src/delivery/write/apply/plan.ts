/**
 * Turns records into units. Pure: bytes in, parts of units out. Commands travel as stretches of the record's own payload; what belongs to
 * the stream itself (PING, SELECT, MULTI, EXEC, REPLCONF) is left out, what `translate.ts` knows is rewritten or dropped, and plain SETs that
 * follow each other become one MSET.
 * A unit ends between commands and outside MULTI…EXEC (TRANSACTIONS_STAY_WHOLE); one that is larger than its records is given out in parts.
 */
import { GatewayError } from "../../../errors.ts";
import { CommandKind, CommandScanner } from "../../../resp/command-scanner.ts";
import { nameOf } from "../../../resp/command-words.ts";
import { encodeCommand } from "../../../resp/encode.ts";
import { Offset } from "../../../stream/position.ts";
import type { RecordHeader } from "../../../stream/record.ts";
import type { Loss } from "../values/losses.ts";
import type { ModuleQuestion } from "../values/module-values.ts";
import { delayInPlace } from "./delay-in-place.ts";
import { type Dialect, render } from "./dialect.ts";
import { gatherSets, isPlainSet } from "./sets-in-place.ts";
import { translate } from "./translate.ts";
import { type StreamPoint, UNIT_COMMANDS, type UnitPart, UnitParts } from "./unit-parts.ts";

/** A command that began in an earlier record waits whole up to this size, because it may have to be translated. */
const HELD_BYTES = 4 * 1024 * 1024;
/** Room for two header lines and any name that is examined. */
const FIRST_WORD_BYTES = 64;
/** Fewer plain SETs travel as they are: from here on the target saves more than gathering them costs us. */
const LEAST_SETS = 4;
/** A larger SET is not worth the copying. */
const GATHERED_BYTES = 4 * 1024;
/** Of one MSET. */
const MOST_SETS = UNIT_COMMANDS;

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
  readonly #unit = new UnitParts();

  /** Where the bytes seen so far end. */
  #at: Offset;
  /** The last boundary at which a unit could end. */
  #boundary: StreamPoint;
  #first = true;

  /** Plain SETs that end the stretch, and where the first of them begins in the payload. */
  #sets = 0;
  #setsFrom = 0;
  /** Where the payload begins. */
  #base: Offset;

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
    this.#base = options.from.offset;
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
    return this.#unit.isOpen;
  }

  /**
   * Takes one record, whose payload is the planner's own: expiries are delayed and SETs gathered in it. Throws JOURNAL_GAP when it does not follow
   * (NO_GAP). Only the first may begin before what the target holds.
   */
  add(header: RecordHeader, payload: Buffer): readonly UnitPart[] {
    let at = this.#skip(header);
    const base = header.from;
    this.#base = base;
    const scanner = this.#scanner;
    scanner.feed(payload, at);
    /** A stretch of ordinary commands that is not in the unit yet: payload[run, at). */
    let run = at;
    let db = scanner.db;
    while (scanner.next()) {
      const { kind, start, end } = scanner;
      if (start >= 0 && (kind === CommandKind.ordinary || (kind === CommandKind.examined && this.#delays(payload, start, end)))) {
        if (scanner.db !== this.#unit.db) {
          this.#push(payload, run, start);
          run = start;
          this.#select(scanner.db);
        }
        if (end - start <= GATHERED_BYTES && isPlainSet(payload, start)) {
          if (this.#sets++ === 0) this.#setsFrom = start;
        } else if (this.#sets > 0) {
          run = this.#endSets(payload, run, start);
        }
        this.#unit.count(1, 1);
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
      if (this.#sets === MOST_SETS) run = this.#endSets(payload, run, end);
      if (!scanner.inTransaction && this.#unit.isFull(end - run)) {
        this.#push(payload, run, end);
        run = end;
        this.#boundary = { offset: Offset.plus(base, end), db: scanner.db };
        this.#unit.give(this.#boundary);
      }
    }
    this.#push(payload, run, at);
    if (!scanner.atBoundary) this.#hold(payload.subarray(Math.max(0, scanner.start)));
    this.#at = header.to;
    if (scanner.atBoundary && !scanner.inTransaction) this.#boundary = { offset: header.to, db: scanner.db };
    else if (!header.open) throw new GatewayError("RECORD_MALFORMED", "a record ends inside a transaction without saying so");
    else if (this.#unit.hasPieces) this.#unit.give(undefined);
    return this.#unit.take();
  }

  /** Ends the unit at the last boundary, if there is one to end; call it when no further record is at hand. */
  flush(): UnitPart | undefined {
    if ((!this.#unit.hasPieces && !this.#unit.isOpen) || this.#boundary.offset !== this.#at) return undefined;
    this.#unit.give(this.#boundary);
    return this.#unit.take()[0];
  }

  /** With a guard of 0 it is seen that nothing is to be done: the command travels on in its stretch all the same. */
  #delays(payload: Buffer, start: number, end: number): boolean {
    return this.#dialect.knowsPxat && delayInPlace(payload, { start, end, guardMs: this.#guardMs });
  }

  /** Gives out what comes before a command that is not sent; a transaction that it stands in, or a record that it began in (no `point`), is left out whole. */
  #stopBefore(point: StreamPoint | undefined): readonly UnitPart[] {
    if (point && !this.#scanner.inTransaction) {
      this.#boundary = point;
      if (this.#unit.hasPieces || this.#unit.isOpen) this.#unit.give(point);
    }
    return this.#unit.take();
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

  /** The stretch payload[from, to), which ends with the run of SETs if there is one. */
  #push(payload: Buffer, from: number, to: number): void {
    const end = this.#sets < LEAST_SETS ? to : this.#gather(payload);
    this.#sets = 0;
    if (end > from) this.#unit.push(from === 0 && end === payload.length ? payload : payload.subarray(from, end));
  }

  /** Something else follows the SETs that end payload[run, at). Returns where the stretch begins that goes on. */
  #endSets(payload: Buffer, run: number, at: number): number {
    if (this.#sets >= LEAST_SETS) {
      this.#push(payload, run, at);
      return at;
    }
    this.#sets = 0;
    return run;
  }

  #gather(payload: Buffer): number {
    this.#unit.gather(this.#sets, Offset.plus(this.#base, this.#setsFrom));
    return gatherSets(payload, this.#setsFrom, this.#sets);
  }

  #select(db: number): void {
    if (db >= this.#databases) {
      throw new GatewayError("TARGET_REFUSED", `the stream uses database ${db}, the target has only ${this.#databases}`);
    }
    this.#unit.push(encodeCommand("SELECT", db));
    this.#unit.count(1, 0);
    this.#unit.db = db;
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
    if (this.#scanner.db !== this.#unit.db) this.#select(this.#scanner.db);
    this.#unit.count(1, 1);
    if (translation.kind === "rewrite") this.#events.onRewritten(translation.name);
    if (translation.kind === "rewrite" || translation.kind === "guard") {
      for (const piece of translation.pieces) this.#unit.push(piece);
      return;
    }
    this.#unit.push(command);
    if (translation.kind === "swap-from-zero") {
      // The old checkpoint is in the other database now; the unit's end writes the new one into database 0.
      this.#select(translation.other);
      this.#unit.push(encodeCommand("DEL", this.#checkpointKey));
      this.#unit.count(1, 0);
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
    if (this.#scanner.db !== this.#unit.db) this.#select(this.#scanner.db);
    for (const words of commands) this.#unit.push(encodeCommand(...words));
    this.#unit.count(commands.length, 1);
    return true;
  }

  /** No server's limit is below 1 MiB, so a word that is too long never lies whole in one record: looking here is enough. */
  #hold(bytes: Buffer): void {
    this.#checkLength(this.#scanner.wordBytes);
    if (this.#passing === undefined && this.#heldBytes + bytes.length > HELD_BYTES) {
      this.#passing = firstWord(this.#held.length > 0 ? this.#held : [bytes]);
      if (this.#scanner.db !== this.#unit.db) this.#select(this.#scanner.db);
      for (const piece of this.#held) this.#unit.push(piece);
      this.#held = [];
      this.#heldBytes = 0;
    }
    if (this.#passing !== undefined) {
      this.#unit.push(bytes);
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
      this.#unit.push(last);
      this.#unit.count(1, 1);
      return;
    }
    const pieces = [...this.#held, last];
    this.#held = [];
    this.#heldBytes = 0;
    if (kind === CommandKind.examined) {
      this.#examine(Buffer.concat(pieces), readAtMs);
    } else if (kind === CommandKind.ordinary) {
      if (this.#scanner.db !== this.#unit.db) this.#select(this.#scanner.db);
      for (const piece of pieces) this.#unit.push(piece);
      this.#unit.count(1, 1);
    }
  }
}

/** The first word of a command that begins in these pieces, upper case. */
function firstWord(pieces: readonly Buffer[]): string {
  const head = Buffer.concat(pieces.slice(0, FIRST_WORD_BYTES).map((piece) => piece.subarray(0, FIRST_WORD_BYTES)));
  return (/^\*\d+\r\n\$\d+\r\n([^\r]+)\r/.exec(head.toString("latin1", 0, FIRST_WORD_BYTES))?.[1] ?? "?").toUpperCase();
}
