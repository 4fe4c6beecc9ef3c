/** One connection through the WanProxy: two sockets and a delay line in each direction. */
import { connect, type Socket } from "node:net";

export const DIRECTIONS = ["up", "down"] as const;
export type Direction = (typeof DIRECTIONS)[number];
export type CutMode = "blackhole" | "reset";

export type Conditions = {
  readonly delayMs: number;
  /** Added to the delay, between nothing and so much. */
  readonly jitterMs: number;
  /** Of the pieces sent, how many are lost at first and come `stallMs` late by TCP's repetition, with all that follow them. */
  readonly stallRate: number;
  readonly stallMs: number;
  readonly bytesPerSecond: number;
  /** Under way at most; beyond it the sender is not read. */
  readonly bufferBytes: number;
};

type LineOptions = {
  readonly from: Socket;
  readonly to: Socket;
  readonly conditions: Conditions;
  /** Undefined: all of it passes. A number: so many pass and then the connection is cut. */
  readonly admit: (bytes: number) => number | undefined;
  readonly onForwarded: (bytes: number) => void;
};

type Item = { readonly what: Buffer | "end" | "reset"; readonly dueAtMs: number };

/** One direction: what comes in at one end goes out at the other, in order, not before its time. */
class Line {
  readonly #options: LineOptions;
  readonly #queue: Item[] = [];
  #conditions: Conditions;
  #queuedBytes = 0;
  #departedAtMs = 0;
  #lastDueAtMs = 0;
  #held = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: LineOptions) {
    this.#options = options;
    this.#conditions = options.conditions;
    const { from, to } = options;
    from.on("data", (chunk: Buffer) => this.#push(chunk));
    from.on("end", () => this.#push("end"));
    from.on("error", () => this.#push("reset"));
    to.on("drain", () => this.#pump());
    to.on("close", () => this.stop());
  }

  change(conditions: Conditions): void {
    this.#conditions = conditions;
  }

  hold(): void {
    this.#held = true;
    this.#options.from.pause();
  }

  flow(): void {
    this.#held = false;
    this.#pump();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#queue.length = 0;
    this.#queuedBytes = 0;
    // Nobody is at the other end any more: read on, so that the end of this side is seen too.
    this.#options.from.resume();
  }

  #push(what: Item["what"]): void {
    const { to, from } = this.#options;
    if (to.destroyed) return;
    const bytes = typeof what === "string" ? 0 : what.length;
    const { delayMs, jitterMs, stallRate, stallMs, bytesPerSecond, bufferBytes } = this.#conditions;
    this.#departedAtMs = Math.max(this.#departedAtMs, performance.now()) + (bytes / bytesPerSecond) * 1_000;
    const lateMs = Math.random() * jitterMs + (Math.random() < stallRate ? stallMs : 0);
    this.#lastDueAtMs = Math.max(this.#lastDueAtMs, this.#departedAtMs + delayMs + lateMs);
    this.#queue.push({ what, dueAtMs: this.#lastDueAtMs });
    this.#queuedBytes += bytes;
    if (this.#queuedBytes > bufferBytes) from.pause();
    this.#pump();
  }

  #pump(): void {
    clearTimeout(this.#timer);
    const { to, from } = this.#options;
    while (!this.#held && !to.destroyed && !to.writableNeedDrain) {
      const item = this.#queue[0];
      if (item === undefined) break;
      // A timer may fire a little early: ask the clock, not the timer.
      const waitMs = item.dueAtMs - performance.now();
      if (waitMs > 0) {
        this.#timer = setTimeout(() => this.#pump(), Math.ceil(waitMs));
        break;
      }
      this.#queue.shift();
      this.#forward(item.what);
    }
    if (!this.#held && this.#queuedBytes <= this.#conditions.bufferBytes) from.resume();
  }

  #forward(what: Item["what"]): void {
    const { to, from, admit, onForwarded } = this.#options;
    if (what === "end") to.end();
    else if (what === "reset") to.resetAndDestroy();
    else {
      this.#queuedBytes -= what.length;
      const admitted = admit(what.length);
      onForwarded(admitted ?? what.length);
      if (admitted === undefined) to.write(what);
      else {
        // A reset would overtake bytes that the system still holds; an end arrives after exactly so many.
        to.end(what.subarray(0, admitted));
        from.resetAndDestroy();
        this.stop();
      }
    }
  }
}

export type LinePairOptions = {
  readonly client: Socket;
  readonly target: { readonly host: string; readonly port: number };
  readonly conditions: Readonly<Record<Direction, Conditions>>;
  /** Directions in which nothing passes; when both are, not even the connection is made. */
  readonly held: readonly Direction[];
  readonly admit: (direction: Direction, bytes: number) => number | undefined;
  readonly onForwarded: (direction: Direction, bytes: number) => void;
  readonly onClosed: () => void;
};

export class LinePair {
  readonly #options: LinePairOptions;
  #sockets: readonly Socket[];
  #lines: Readonly<Record<Direction, Line>> | undefined;

  constructor(options: LinePairOptions) {
    this.#options = options;
    const { client, held } = options;
    this.#sockets = [client];
    client.on("error", () => undefined);
    if (held.length === DIRECTIONS.length) client.pause();
    else {
      this.#connect();
      this.hold(held);
    }
  }

  change(conditions: Readonly<Record<Direction, Conditions>>): void {
    this.#lines?.up.change(conditions.up);
    this.#lines?.down.change(conditions.down);
  }

  hold(directions: readonly Direction[]): void {
    for (const direction of directions) this.#lines?.[direction].hold();
  }

  flow(): void {
    if (this.#lines === undefined) this.#connect();
    this.#lines?.up.flow();
    this.#lines?.down.flow();
  }

  reset(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
    if (this.#lines === undefined) this.#options.onClosed();
  }

  /** A reset waits for what is being written; this does not. */
  destroy(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  #connect(): void {
    const { client, target, conditions, admit, onForwarded, onClosed } = this.#options;
    const upstream = connect({ ...target, allowHalfOpen: true, noDelay: true });
    const line = (direction: Direction, from: Socket, to: Socket): Line =>
      new Line({
        from,
        to,
        conditions: conditions[direction],
        admit: (bytes) => admit(direction, bytes),
        onForwarded: (bytes) => onForwarded(direction, bytes),
      });
    this.#sockets = [client, upstream];
    this.#lines = { up: line("up", client, upstream), down: line("down", upstream, client) };
    let open = 2;
    const closed = () => {
      open--;
      if (open === 0) onClosed();
    };
    client.once("close", closed);
    upstream.once("close", closed);
  }
}
