/**
 * Offers one load to one server, in a process of its own: raw RESP over a few connections, at a rate or as fast as it is taken. Gets an
 * order from its parent, answers with what was done, and ends.
 */
import { connect, type Socket } from "node:net";
import { ReplyScanner, ReplyType } from "../../../src/resp/reply-scanner.ts";
import { type Batch, makeBatches } from "./commands.ts";
import type { LoadName } from "./scenario.ts";

export type LoadOrder = { readonly port: number; readonly load: LoadName; readonly rate: number | "max"; readonly seconds: number };
export type LoadDone = { readonly commands: number; readonly bytes: number; readonly seconds: number; readonly errors: number };

const CONNECTIONS = 8;
/** Batches without an answer on one connection: 4 × 64 commands, more than a round trip on loopback needs. */
const WINDOW = 4;
const TICK_MS = 1;
/** Bursts: all of a second's commands in this part of it. */
const BURST_SHARE = 0.1;

process.once("message", async (order: LoadOrder) => {
  process.send!(await offer(order));
  process.disconnect();
});

async function offer({ port, load, rate, seconds }: LoadOrder): Promise<LoadDone> {
  const batches = makeBatches(load);
  const connections = await Promise.all(Array.from({ length: CONNECTIONS }, () => Connection.open(port)));
  const startedAtMs = performance.now();
  const elapsedMs = () => performance.now() - startedAtMs;
  const total = rate === "max" ? Number.POSITIVE_INFINITY : rate * seconds;
  let next = 0;
  let sent = 0;
  const pump = () => {
    const due = rate === "max" ? total : Math.min(total, allowed(load, rate, elapsedMs() / 1_000));
    for (let idle = 0; idle < CONNECTIONS && sent < due && elapsedMs() < seconds * 1_000; ) {
      const connection = connections[next % CONNECTIONS]!;
      if (connection.waiting >= WINDOW) idle++;
      else {
        idle = 0;
        const batch = batches[next % batches.length]!;
        connection.send(batch);
        sent += batch.commands;
      }
      next++;
    }
  };
  for (const connection of connections) connection.onAnswer = pump;
  const timer = setInterval(pump, TICK_MS);
  pump();
  await new Promise((resolve) => setTimeout(resolve, seconds * 1_000));
  clearInterval(timer);
  await Promise.all(connections.map((connection) => connection.finish()));
  const sum = (of: (connection: Connection) => number) => connections.reduce((total, connection) => total + of(connection), 0);
  return { commands: sum((c) => c.answered), bytes: sum((c) => c.bytes), seconds: elapsedMs() / 1_000, errors: sum((c) => c.errors) };
}

function allowed(load: LoadName, rate: number, seconds: number): number {
  if (load !== "bursts") return rate * seconds;
  const whole = Math.floor(seconds);
  return rate * (whole + Math.min(1, (seconds - whole) / BURST_SHARE));
}

class Connection {
  readonly #socket: Socket;
  readonly #scanner = new ReplyScanner();
  /** Replies still to come of each batch under way. */
  readonly #due: number[] = [];
  #finished: (() => void) | undefined;
  onAnswer: () => void = () => undefined;
  answered = 0;
  bytes = 0;
  errors = 0;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("data", (chunk: Buffer) => this.#take(chunk));
  }

  static open(port: number): Promise<Connection> {
    return new Promise((resolve, reject) => {
      const socket = connect({ port, host: "127.0.0.1", noDelay: true }, () => resolve(new Connection(socket)));
      socket.once("error", reject);
    });
  }

  get waiting(): number {
    return this.#due.length;
  }

  send({ bytes, commands }: Batch): void {
    this.#socket.write(bytes);
    this.#due.push(commands);
    this.bytes += bytes.length;
  }

  /** Resolves when everything was answered. */
  async finish(): Promise<void> {
    if (this.#due.length > 0) await new Promise<void>((resolve) => (this.#finished = resolve));
    this.#socket.destroy();
  }

  #take(chunk: Buffer): void {
    this.#scanner.feed(chunk);
    while (this.#scanner.next()) {
      if (this.#scanner.type === ReplyType.error) this.errors++;
      if (this.#scanner.depth > 0) continue;
      this.answered++;
      this.#due[0]!--;
      if (this.#due[0] === 0) this.#due.shift();
    }
    if (this.#due.length === 0) this.#finished?.();
    this.onAnswer();
  }
}
