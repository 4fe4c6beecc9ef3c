/**
 * Reads the target's answers to the units in flight, in their order (`guard.ts`). Every reply is looked at, each element of EXEC included.
 * Pure: bytes in, calls out. Whatever it throws ends the connection: what stands behind a wrong answer belongs to nobody.
 */
import { GatewayError, publicError } from "../../../errors.ts";
import { ReplyScanner, ReplyType } from "../../../resp/reply-scanner.ts";
import { refusalOf } from "../target/replies.ts";
import { commandName, type Flight } from "./flight.ts";
import type { Divergence, UnitEvents } from "./unit.ts";

const WATCH = 0;
const GUARD = 1;
const MULTI = 2;
const QUEUED = 3;
const EXEC = 4;
const ELEMENT = 5;

const LETTER_Q = 81;

export type AnswerEvents = {
  readonly onGuarded: (flight: Flight) => void;
  readonly onCommitted: (flight: Flight) => void;
  readonly onDivergence: UnitEvents["onDivergence"];
};

export class UnitAnswers {
  readonly #events: AnswerEvents;
  readonly #scanner = new ReplyScanner();
  /** Written, at least in part, and not answered to the end. */
  readonly #flights: Flight[] = [];
  /** Where in the answers of the first flight we are. */
  #stage = WATCH;
  #index = 0;
  #elements = 0;
  #replies = 0;

  constructor(events: AnswerEvents) {
    this.#events = events;
  }

  /** Replies read so far; EXEC's counts as one. */
  get replies(): number {
    return this.#replies;
  }

  get flights(): number {
    return this.#flights.length;
  }

  get last(): Flight | undefined {
    return this.#flights.at(-1);
  }

  expect(flight: Flight): void {
    this.#flights.push(flight);
  }

  after(flight: Flight): Flight | undefined {
    return this.#flights[this.#flights.indexOf(flight) + 1];
  }

  forget(): void {
    this.#flights.length = 0;
  }

  /** Throws what a refusal means (`replies.ts`), CHECKPOINT_CONFLICT, TARGET_REJECTED, RESP_MALFORMED, or INVARIANT. */
  feed(chunk: Buffer): void {
    this.#scanner.feed(chunk);
    while (this.#scanner.next()) this.#take();
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
        this.#events.onGuarded(flight);
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
      throw explained(refusalOf(this.#scanner.errorText, nameOf(flight, index)), flight, index);
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
      throw new GatewayError("TARGET_BUSY", "the target's checkpoint was touched since it was looked at", { details: { touched: true } });
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
    this.#stage = WATCH;
    this.#events.onCommitted(flight);
  }

  #diverge(flight: Flight, index: number): void {
    const { onDivergence } = this.#events;
    const error = publicError(this.#scanner.errorText);
    const bytes = index < 0 ? undefined : flight.command(index);
    const command = nameOf(flight, index);
    const explanation = index < 0 ? undefined : flight.explain?.(index);
    const divergence: Divergence = { checkpoint: flight.checkpoint!, index, command, error, bytes, explanation };
    const ownCommand = index < 0 || this.#index === this.#elements;
    const reason =
      onDivergence && !ownCommand
        ? onDivergence(divergence)
        : new GatewayError("TARGET_REJECTED", `the target failed ${command}: ${error}${explanation ? ` (${explanation})` : ""}`, {
            details: { command, error, explanation },
          });
    if (reason) throw reason;
  }
}

function nameOf(flight: Flight, index: number): string {
  return index < 0 ? "a command of the gateway" : commandName(flight.command(index));
}

/** A condition of the server is its own explanation: what the command was of has no part in it. */
function explained(error: GatewayError, flight: Flight, index: number): GatewayError {
  const explanation = index < 0 || error.code === "TARGET_BUSY" ? undefined : flight.explain?.(index);
  if (explanation === undefined) return error;
  return new GatewayError(error.code, `${error.message} (${explanation})`, { details: { ...error.details, explanation } });
}

function unexpected(stage: number): GatewayError {
  return new GatewayError("RESP_MALFORMED", "the target's replies do not fit the commands", { details: { stage } });
}
