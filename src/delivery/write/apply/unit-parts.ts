/** The unit that a planner is making, and the parts of it and of those before it that are ready. */
import type { Offset } from "../../../stream/position.ts";

/** A unit ends at the first boundary at or past either. Half as large costs both sides more guards, larger ones cost the target more per command. */
export const UNIT_COMMANDS = 500;
export const UNIT_BYTES = 64 * 1024;
/** More pieces than this are copied together: one write costs more than a few kilobytes of copying. */
const MAX_PIECES = 16;

export type StreamPoint = { readonly offset: Offset; readonly db: number };

export type UnitPart = {
  /** The first part of its unit. A transaction begins in database 0. */
  readonly opens: boolean;
  readonly pieces: readonly Buffer[];
  readonly bytes: number;
  /** Commands that end in the pieces, inserted SELECT and DEL included; SETs that were gathered are one. */
  readonly commands: number;
  /** The stream's own that they stand for. */
  readonly streamCommands: number;
  /** Database in which the transaction is after this part. */
  readonly db: number;
  /** Where the stream is once the unit commits; undefined: the unit goes on. */
  readonly end: StreamPoint | undefined;
  /** As `Unit.explain`, for all parts of the unit. */
  readonly explain: (index: number) => string | undefined;
};

/** Plain SETs that became one MSET. */
type Gathered = { readonly sets: number; readonly from: Offset };

export class UnitParts {
  /** A part has been given out whose unit has not ended. */
  isOpen = false;
  /** In which the transaction is. */
  db = 0;
  #ready: UnitPart[] = [];
  #pieces: Buffer[] = [];
  #bytes = 0;
  #commands = 0;
  #streamCommands = 0;
  /** Of the whole unit, parts already given out included. */
  #unitBytes = 0;
  #unitCommands = 0;
  #unitStreamCommands = 0;
  /** By their index in the unit. */
  #gathered = new Map<number, Gathered>();

  get hasPieces(): boolean {
    return this.#pieces.length > 0;
  }

  /** With so many bytes more. */
  isFull(bytes: number): boolean {
    return this.#unitStreamCommands >= UNIT_COMMANDS || this.#unitBytes + bytes >= UNIT_BYTES;
  }

  push(piece: Buffer): void {
    this.#pieces.push(piece);
    this.#bytes += piece.length;
    this.#unitBytes += piece.length;
  }

  /** Commands whose last piece is pushed, or will be; `ofStream`: of the stream's own that they stand for. */
  count(commands: number, ofStream: number): void {
    this.#commands += commands;
    this.#unitCommands += commands;
    this.#streamCommands += ofStream;
    this.#unitStreamCommands += ofStream;
  }

  /** The last so many commands are one. The first of them begins at `from`. */
  gather(sets: number, from: Offset): void {
    this.count(1 - sets, 0);
    this.#gathered.set(this.#unitCommands - 1, { sets, from });
  }

  /** What was pushed is a part; `end`: the last of its unit. */
  give(end: StreamPoint | undefined): void {
    const gathered = this.#gathered;
    this.#ready.push({
      opens: !this.isOpen,
      pieces: this.#pieces.length > MAX_PIECES && this.#bytes <= 2 * UNIT_BYTES ? [Buffer.concat(this.#pieces)] : this.#pieces,
      bytes: this.#bytes,
      commands: this.#commands,
      streamCommands: this.#streamCommands,
      db: this.db,
      end,
      explain: (index) => describe(gathered.get(index)),
    });
    this.#pieces = [];
    this.#bytes = 0;
    this.#commands = 0;
    this.#streamCommands = 0;
    this.isOpen = end === undefined;
    if (end === undefined) return;
    this.db = 0;
    this.#unitBytes = 0;
    this.#unitCommands = 0;
    this.#unitStreamCommands = 0;
    if (gathered.size > 0) this.#gathered = new Map();
  }

  /** All parts since it was called before. */
  take(): readonly UnitPart[] {
    const ready = this.#ready;
    this.#ready = [];
    return ready;
  }
}

function describe(gathered: Gathered | undefined): string | undefined {
  return gathered && `${gathered.sets} SETs of the stream, from offset ${gathered.from} on, which travel as one`;
}
