/**
 * Commits units over one raw connection: bytes out, replies counted, nothing built per command. `guard.ts` has the order on the wire; a unit's
 * EXEC and the next unit leave together, once the first one's guard has agreed. Every reply is looked at, each element of EXEC included.
 * The first failure ends the writer: what was in flight is then known only to the target, so the next attempt begins by reading the
 * checkpoint (APPLIED_ONCE).
 */
import type { Socket } from "node:net";
import { GatewayError, publicError } from "../../errors.ts";
import { encodeCommand } from "../../resp/encode.ts";
import { ReplyScanner, ReplyType } from "../../resp/reply-scanner.ts";
import type { Clock } from "../../runtime/clock.ts";
import { crashPoint } from "../../runtime/crash-point.ts";
import { type Checkpoint, formatCheckpoint, parseCheckpoint } from "./checkpoint.ts";
import { commandName, Flight } from "./flight.ts";
import { type Guard, guardOf } from "./guard.ts";
import { connectionLost, refusalOf } from "./replies.ts";
import type { Divergence, Unit, UnitEvents, UnitSubmitter } from "./unit.ts";

/** Of one open unit, and of units that wait for their answers. */
const IN_FLIGHT_BYTES = 512 * 1024;
/** Replies are due and neither do they come nor does the target take bytes. A script that blocks it for longer is a retry. */
const STALL_MS = 30_000;
const STALL_CHECK_MS = 1_000;

const WATCH = 0;
const GUARD = 1;
const MULTI = 2;
const QUEUED = 3;
const EXEC = 4;
const ELEMENT = 5;

const LETTER_Q = 81;

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
  readonly #scanner = new ReplyScanner();
  readonly #stallTimer: NodeJS.Timeout;

  #expectedText: string;
  #expected: Checkpoint | undefined;
  #flights: Flight[] = [];
  /** The last flight, until `commit`. */
  #open: Flight | undefined;
  /** The flight whose bytes go out: the first whose EXEC has not been written. */
  #turn: Flight | undefined;
  #inFlightBytes = 0;
  #corked = false;
  #end: GatewayError | undefined;
  #wake: (() => void)[] = [];
  readonly #heeded = new Set<AbortSignal>();

  /** Where in the answers of the first flight we are. */
  #stage = WATCH;
  #index = 0;
  #elements = 0;

  #replies = 0;
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
    const waiting = this.#turn !== undefined && this.#turn !== this.#flights.at(-1);
    if (!this.#open) return waiting || this.#inFlightBytes >= this.#limitBytes;
    return this.#socket.writableLength + this.#open.waitingBytes >= this.#limitBytes;
  }

  submit(unit: Unit): void {
    this.begin(unit.explain);
    if (unit.db !== 0) this.#openFlight.lead += this.#select(unit.db);
    this.append(unit.pieces, unit.commands);
    this.commit(unit.checkpoint, unit.db);
  }

  begin(explain?: Unit["explain"]): void {
    if (this.#end) throw this.#end;
    if (this.#open) throw new GatewayError("INVARIANT", "a unit begins inside another");
    const flight = new Flight(explain);
    this.#flights.push(flight);
    this.#open = flight;
    this.#turn ??= flight;
    this.#write(this.#guard.open(this.#expectedText), flight);
    this.#due(4);
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
    await this.#until(() => this.#flights.length === 0, signal);
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

  #write(bytes: Buffer | string, flight: Flight): void {
    flight.bytes += bytes.length;
    this.#inFlightBytes += bytes.length;
    if (flight === this.#turn) this.#put(bytes);
    else flight.wait(bytes);
  }

  /** Writes EXEC once the unit is complete and its guard has agreed; then the next unit may follow. */
  #release(): void {
    const flight = this.#turn;
    if (!flight?.guarded || !flight.checkpoint) return;
    this.#put(this.#guard.exec);
    // Behind the uncorking.
    process.nextTick(() => crashPoint("delivery-exec-sent"));
    this.#turn = this.#flights[this.#flights.indexOf(flight) + 1];
    for (const bytes of this.#turn?.takeWaiting() ?? []) this.#put(bytes);
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
    if (this.#replies === this.#repliesDue) this.#progressAtMs = this.#clock.nowMs();
    this.#repliesDue += replies;
  }

  #receive(chunk: Buffer): void {
    if (this.#end) return;
    this.#progressAtMs = this.#clock.nowMs();
    try {
      this.#scanner.feed(chunk);
      while (this.#scanner.next()) this.#take();
    } catch (cause) {
      this.#fail(cause instanceof GatewayError ? cause : new GatewayError("INVARIANT", "reading the target's replies failed", { cause }));
    }
    this.#wakeAll();
  }

  /** One reply, or one element of EXEC's. */
  #take(): void {
    const flight = this.#flights[0];
    const { type, value } = this.#scanner;
    if (!flight || this.#scanner.depth !== (this.#stage === ELEMENT ? 1 : 0)) throw unexpected(this.#stage);
    if (this.#stage !== ELEMENT) this.#replies++;
    switch (this.#stage) {
      case WATCH:
      case MULTI:
        if (type === ReplyType.error) throw refusalOf(this.#scanner.errorText, this.#stage === WATCH ? "WATCH" : "MULTI");
        if (type !== ReplyType.simple) throw unexpected(this.#stage);
        this.#stage++;
        this.#index = 0;
        return;
      case GUARD:
        if (type === ReplyType.error) throw refusalOf(this.#scanner.errorText, "EVAL");
        if (type !== ReplyType.integer) throw unexpected(this.#stage);
        if (value !== 1) throw new GatewayError("CHECKPOINT_CONFLICT", "the target's checkpoint is not what this writer left there");
        this.#stage++;
        flight.guarded = true;
        this.#release();
        return;
      case QUEUED:
        this.#takeQueued(flight, type);
        return;
      case EXEC:
        this.#takeExec(flight, type, value);
        return;
      default:
        this.#takeElement(flight, type, value);
    }
  }

  #takeQueued(flight: Flight, type: number): void {
    if (type === ReplyType.error) {
      const index = this.#index - flight.lead;
      // The transaction is lost, and every unit behind it: no use in waiting for EXEC to say so.
      throw this.#explained(refusalOf(this.#scanner.errorText, this.#nameOf(flight, index)), flight, index);
    }
    if (type !== ReplyType.simple || this.#scanner.firstByte !== LETTER_Q) throw unexpected(this.#stage);
    this.#index++;
    if (this.#index === flight.queued && flight.checkpoint) this.#stage = EXEC;
  }

  #takeExec(flight: Flight, type: number, value: number): void {
    if (type === ReplyType.error) throw refusalOf(this.#scanner.errorText, "EXEC");
    if (type !== ReplyType.array) throw unexpected(this.#stage);
    // The guard had agreed: the key was touched since, perhaps by a writer that failed. Reading it again tells.
    if (value === -1) {
      throw new GatewayError("TARGET_BUSY", "the target's checkpoint was touched while a unit was under way", {
        details: { touched: true },
      });
    }
    if (value !== flight.queued) throw unexpected(this.#stage);
    this.#stage = ELEMENT;
    this.#index = 0;
    this.#elements = value;
  }

  #takeElement(flight: Flight, type: number, value: number): void {
    const index = this.#index++;
    if (index === 0) {
      if (type !== ReplyType.integer || value !== 1) {
        throw new GatewayError("INVARIANT", "a unit was committed although the target's checkpoint had changed");
      }
    } else if (type === ReplyType.error) {
      this.#diverge(flight, index - flight.lead);
    }
    if (this.#index < this.#elements) return;
    this.#flights.shift();
    this.#inFlightBytes -= flight.bytes;
    this.#stage = WATCH;
    this.#events.onCommit?.(flight.checkpoint!);
  }

  #diverge(flight: Flight, index: number): void {
    const text = this.#scanner.errorText;
    const bytes = index < 0 ? undefined : flight.command(index);
    const command = this.#nameOf(flight, index);
    const explanation = index < 0 ? undefined : flight.explain?.(index);
    const divergence: Divergence = { checkpoint: flight.checkpoint!, index, command, error: publicError(text), bytes, explanation };
    const ownCommand = index < 0 || this.#index === this.#elements;
    const reason =
      this.#events.onDivergence && !ownCommand
        ? this.#events.onDivergence(divergence)
        : new GatewayError(
            "TARGET_REJECTED",
            `the target failed ${command}: ${publicError(text)}${explanation ? ` (${explanation})` : ""}`,
            {
              details: { command, error: publicError(text), explanation },
            },
          );
    if (reason) throw reason;
  }

  #nameOf(flight: Flight, index: number): string {
    return index < 0 ? "a command of the gateway" : commandName(flight.command(index));
  }

  #explained(error: GatewayError, flight: Flight, index: number): GatewayError {
    const explanation = index < 0 ? undefined : flight.explain?.(index);
    if (explanation === undefined) return error;
    return new GatewayError(error.code, `${error.message} (${explanation})`, { details: { ...error.details, explanation } });
  }

  #checkStall(): void {
    const sentBytes = this.#socket.bytesWritten - this.#socket.writableLength;
    if (sentBytes !== this.#sentBytes || this.#replies === this.#repliesDue) {
      this.#sentBytes = sentBytes;
      if (this.#replies !== this.#repliesDue) this.#progressAtMs = this.#clock.nowMs();
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
    this.#flights = [];
    this.#inFlightBytes = 0;
    this.#socket.destroy();
    for (const signal of this.#heeded) signal.removeEventListener("abort", this.#wakeAll);
    this.#heeded.clear();
    this.#wakeAll();
    this.#events.onEnd?.(reason);
  }
}

function unexpected(stage: number): GatewayError {
  return new GatewayError("RESP_MALFORMED", "the target's replies do not fit the commands", { details: { stage } });
}
