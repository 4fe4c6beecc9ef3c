/**
 * Commits units over one raw connection: bytes out, replies counted, nothing built per command. `guard.ts` has the order on the wire, and
 * `unit-answers.ts` reads what comes back. A unit's EXEC and the guard of the next unit leave together, so that after a pause the next one
 * leaves whole, at once. The first failure ends the writer: what was in flight is then known only to the target, so the next attempt begins
 * by reading the checkpoint (APPLIED_ONCE).
 */
import type { Socket } from "node:net";
import { GatewayError } from "../../../errors.ts";
import { encodeCommand } from "../../../resp/encode.ts";
import type { Clock } from "../../../runtime/clock.ts";
import { crashPoint } from "../../../runtime/crash-point.ts";
import { type Checkpoint, formatCheckpoint, parseCheckpoint } from "../target/checkpoint.ts";
import { type Guard, guardOf } from "../target/guard.ts";
import { connectionLost } from "../target/replies.ts";
import { Flight } from "./flight.ts";
import type { Unit, UnitEvents, UnitSubmitter } from "./unit.ts";
import { UnitAnswers } from "./unit-answers.ts";

/** Of one open unit, and of units that wait for their answers. */
const IN_FLIGHT_BYTES = 512 * 1024;
/** Replies are due and neither do they come nor does the target take bytes. A script that blocks it for longer is a retry. */
const STALL_MS = 30_000;
const STALL_CHECK_MS = 1_000;

export type UnitWriterOptions = {
  /** Connected, logged in, in database 0, nothing outstanding; the writer owns it from here on. */
  readonly socket: Socket;
  readonly clock: Clock;
  readonly checkpointKey: string;
  /** What the target's checkpoint holds now; "" means missing. */
  readonly expected: string;
  /** This writer's own token, 16 hex characters. */
  readonly token: string;
  readonly events?: UnitEvents;
  readonly inFlightBytes?: number;
  readonly stallMs?: number;
};

export class UnitWriter implements UnitSubmitter {
  readonly #socket: Socket;
  readonly #clock: Clock;
  readonly #guard: Guard;
  readonly #token: string;
  readonly #events: UnitEvents;
  readonly #limitBytes: number;
  readonly #stallMs: number;
  readonly #answers: UnitAnswers;
  readonly #stallTimer: NodeJS.Timeout;

  #expectedText: string;
  #expected: Checkpoint | undefined;
  /** Its guard is written, and it waits for its unit. */
  #armed: Flight | undefined;
  /** The last flight, from `begin` to `commit`. */
  #open: Flight | undefined;
  /** The flight whose bytes go out: the first whose EXEC has not been written. */
  #turn: Flight | undefined;
  #inFlightBytes = 0;
  #corked = false;
  #end: GatewayError | undefined;
  #wake: (() => void)[] = [];
  readonly #heeded = new Set<AbortSignal>();

  #repliesDue = 0;
  #progressAtMs: number;
  #sentBytes = 0;

  constructor(options: UnitWriterOptions) {
    this.#socket = options.socket;
    this.#clock = options.clock;
    this.#guard = guardOf(options.checkpointKey);
    this.#token = options.token;
    this.#events = options.events ?? {};
    this.#limitBytes = options.inFlightBytes ?? IN_FLIGHT_BYTES;
    this.#stallMs = options.stallMs ?? STALL_MS;
    this.#expectedText = options.expected;
    this.#expected = options.expected === "" ? undefined : parseCheckpoint(options.expected);
    this.#progressAtMs = options.clock.nowMs();
    this.#answers = new UnitAnswers({
      onGuarded: () => this.#release(),
      onCommitted: (flight) => {
        this.#inFlightBytes -= flight.bytes;
        flight.onCommitted?.();
        this.#events.onCommit?.(flight.checkpoint!);
      },
      onDivergence: this.#events.onDivergence,
    });
    this.#stallTimer = setInterval(() => this.#checkStall(), Math.min(STALL_CHECK_MS, this.#stallMs));
    this.#socket.on("data", (chunk: Buffer) => this.#receive(chunk));
    this.#socket.on("drain", this.#wakeAll);
    this.#socket.on("error", (cause) => this.#fail(connectionLost(cause)));
    this.#socket.on("close", () => this.#fail(connectionLost(undefined)));
    if (this.#socket.destroyed) this.#fail(connectionLost(undefined));
    else this.#socket.resume();
  }

  get expected(): Checkpoint | undefined {
    return this.#expected;
  }

  get inFlightBytes(): number {
    return this.#inFlightBytes;
  }

  /** A unit has begun and not ended: `drain` would wait for `commit`. */
  get unitOpen(): boolean {
    return this.#open !== undefined;
  }

  /**
   * Whether `ready` would wait. One unit may stand behind the one that goes out; what comes meanwhile makes the next one larger, so that
   * a distant target does not mean a queue of tiny units. An open unit is bounded by the socket alone: it is answered only after its end.
   */
  get full(): boolean {
    const waiting = this.#turn !== undefined && this.#turn !== this.#answers.last;
    if (!this.#open) return waiting || this.#inFlightBytes >= this.#limitBytes;
    return this.#socket.writableLength + this.#open.waitingBytes >= this.#limitBytes;
  }

  submit(unit: Unit): void {
    this.begin(unit.explain);
    this.#openFlight.onCommitted = unit.onCommitted;
    if (unit.db !== 0) this.#openFlight.lead += this.#select(unit.db);
    this.append(unit.pieces, unit.commands);
    this.commit(unit.checkpoint, unit.db);
  }

  begin(explain?: Unit["explain"]): void {
    if (this.#end) throw this.#end;
    if (this.#open) throw new GatewayError("INVARIANT", "a unit begins inside another");
    const flight = this.#armed ?? this.#arm();
    this.#armed = undefined;
    this.#open = flight;
    flight.explain = explain;
    this.#write(this.#guard.begin(this.#expectedText), flight);
    this.#due(2);
  }

  append(pieces: readonly Buffer[], commands: number): void {
    const flight = this.#openFlight;
    let bytes = 0;
    for (const piece of pieces) {
      bytes += piece.length;
      this.#write(piece, flight);
    }
    flight.keep(pieces, bytes);
    flight.queued += commands;
    this.#due(commands);
  }

  commit(checkpoint: Checkpoint, db: number): void {
    const flight = this.#openFlight;
    if (db !== 0) this.#select(0);
    const own = { ...checkpoint, writer: this.#token };
    const text = formatCheckpoint(own);
    this.#write(this.#guard.close(text), flight);
    flight.queued++;
    this.#due(2);
    flight.checkpoint = own;
    this.#expected = own;
    this.#expectedText = text;
    this.#open = undefined;
    this.#release();
  }

  async ready(signal: AbortSignal): Promise<void> {
    await this.#until(() => !this.full, signal);
  }

  async drain(signal: AbortSignal): Promise<void> {
    await this.#until(() => this.#answers.flights === (this.#armed ? 1 : 0), signal);
  }

  /** Ends the writer; what is in flight may still commit. */
  close(): void {
    this.#fail(new GatewayError("TARGET_CONNECTION", "the connection to the target was closed"));
  }

  get #openFlight(): Flight {
    if (this.#end) throw this.#end;
    if (!this.#open) throw new GatewayError("INVARIANT", "no unit is open");
    return this.#open;
  }

  /** Returns how many commands that is. */
  #select(db: number): number {
    const flight = this.#openFlight;
    this.#write(encodeCommand("SELECT", db), flight);
    flight.queued++;
    this.#due(1);
    return 1;
  }

  async #until(holds: () => boolean, signal: AbortSignal): Promise<void> {
    this.#heed(signal);
    for (;;) {
      if (this.#end) throw this.#end;
      if (signal.aborted || holds()) return;
      await new Promise<void>((resolve) => this.#wake.push(resolve));
    }
  }

  /** Listens to a signal once, however often one waits with it, until the writer ends. */
  #heed(signal: AbortSignal): void {
    if (this.#heeded.has(signal)) return;
    this.#heeded.add(signal);
    signal.addEventListener("abort", this.#wakeAll, { once: true });
  }

  readonly #wakeAll = (): void => {
    if (this.#wake.length === 0) return;
    const wake = this.#wake;
    this.#wake = [];
    for (const resolve of wake) resolve();
  };

  /** The first half of a flight, which the unit follows whenever it comes: from here on EXEC fails if anybody touches the checkpoint. */
  #arm(): Flight {
    const flight = new Flight();
    this.#answers.expect(flight);
    this.#turn ??= flight;
    this.#send(this.#guard.arm(this.#expectedText), flight);
    this.#due(2);
    return flight;
  }

  #write(bytes: Buffer | string, flight: Flight): void {
    flight.bytes += bytes.length;
    this.#inFlightBytes += bytes.length;
    this.#send(bytes, flight);
  }

  #send(bytes: Buffer | string, flight: Flight): void {
    if (flight === this.#turn) this.#put(bytes);
    else flight.wait(bytes);
  }

  /** Writes EXEC once the unit is complete and its guard has agreed; then the next unit may follow, or at least its guard. */
  #release(): void {
    const flight = this.#turn;
    if (!flight?.guarded || !flight.checkpoint) return;
    this.#put(this.#guard.exec);
    // Behind the uncorking.
    process.nextTick(() => crashPoint("delivery-exec-sent"));
    this.#turn = this.#answers.after(flight);
    for (const bytes of this.#turn?.takeWaiting() ?? []) this.#put(bytes);
    if (!this.#turn) this.#armed = this.#arm();
  }

  /** All writes of one event-loop turn leave in one system call. */
  #put(bytes: Buffer | string): void {
    if (!this.#corked) {
      this.#corked = true;
      this.#socket.cork();
      process.nextTick(() => {
        this.#corked = false;
        this.#socket.uncork();
      });
    }
    if (typeof bytes === "string") this.#socket.write(bytes, "latin1");
    else this.#socket.write(bytes);
  }

  #due(replies: number): void {
    if (this.#answers.replies === this.#repliesDue) this.#progressAtMs = this.#clock.nowMs();
    this.#repliesDue += replies;
  }

  #receive(chunk: Buffer): void {
    if (this.#end) return;
    this.#progressAtMs = this.#clock.nowMs();
    try {
      this.#answers.feed(chunk);
    } catch (cause) {
      this.#fail(cause instanceof GatewayError ? cause : new GatewayError("INVARIANT", "reading the target's replies failed", { cause }));
    }
    this.#wakeAll();
  }

  #checkStall(): void {
    const sentBytes = this.#socket.bytesWritten - this.#socket.writableLength;
    if (sentBytes !== this.#sentBytes || this.#answers.replies === this.#repliesDue) {
      this.#sentBytes = sentBytes;
      if (this.#answers.replies !== this.#repliesDue) this.#progressAtMs = this.#clock.nowMs();
      return;
    }
    if (this.#clock.nowMs() - this.#progressAtMs > this.#stallMs) {
      this.#fail(new GatewayError("TARGET_CONNECTION", `the target has not answered for ${this.#stallMs / 1000} seconds`));
    }
  }

  #fail(reason: GatewayError): void {
    if (this.#end) return;
    this.#end = reason;
    clearInterval(this.#stallTimer);
    this.#answers.forget();
    this.#inFlightBytes = 0;
    this.#socket.destroy();
    for (const signal of this.#heeded) signal.removeEventListener("abort", this.#wakeAll);
    this.#heeded.clear();
    this.#wakeAll();
    this.#events.onEnd?.(reason);
  }
}
