/**
 * One socket to a master. Bytes are pushed to whichever receiver has the floor (handshake, snapshot transfer, stream);
 * what a receiver leaves goes to the next. Every end of the socket, whatever its reason, rejects the conversation under way.
 */
import net from "node:net";
import tls from "node:tls";
import { GatewayError, wrapError } from "../errors.ts";
import { encodeCommand } from "../resp/encode.ts";
import type { Clock } from "../runtime/clock.ts";

export type MasterAddress = {
  readonly host: string;
  readonly port: number;
  readonly username?: string;
  readonly password?: string;
  /** Present: TLS, with the certificate verified unless it says otherwise. */
  readonly tls?: tls.ConnectionOptions;
};

/** Takes a chunk, which is overwritten by the next; calls `done` at most once, with the bytes it did not use. */
export type Receiver<T> = (chunk: Buffer, done: (value: T, rest: Buffer) => void) => void;

export type MasterConnectionOptions = {
  readonly address: MasterAddress;
  readonly clock: Clock;
  /** Silence longer than this ends the connection: 60 s, Redis's own repl-timeout; a master pings every 10 s. */
  readonly silenceMs?: number;
};

const CONNECT_TIMEOUT_MS = 5_000;
const SILENCE_MS = 60_000;
/** One read takes at most this. */
export const READ_BYTES = 1024 * 1024;

const EMPTY = Buffer.alloc(0);

export class MasterConnection {
  readonly #socket: net.Socket;
  readonly #clock: Clock;
  readonly #silenceMs: number;
  readonly #watchdog: NodeJS.Timeout;
  #receive: ((chunk: Buffer) => void) | undefined;
  #reject: ((error: GatewayError) => void) | undefined;
  #unread: Buffer = EMPTY;
  #failure: GatewayError | undefined;
  #lastReadAtMs: number;

  private constructor(socket: net.Socket, options: MasterConnectionOptions) {
    this.#socket = socket;
    this.#clock = options.clock;
    this.#silenceMs = options.silenceMs ?? SILENCE_MS;
    this.#lastReadAtMs = options.clock.nowMs();
    socket.setNoDelay(true);
    socket.on("error", (cause) => this.#fail(wrapError("SOURCE_CONNECTION", "the connection to the master failed", cause)));
    socket.on("close", () => this.#fail(new GatewayError("SOURCE_CONNECTION", "the master closed the connection")));
    this.#watchdog = setInterval(() => this.#checkSilence(), Math.max(50, this.#silenceMs / 10));
    this.#watchdog.unref();
  }

  static async open(options: MasterConnectionOptions, signal: AbortSignal): Promise<MasterConnection> {
    const { host, port } = options.address;
    let connection: MasterConnection | undefined;
    const onData = (chunk: Buffer) => {
      if (connection !== undefined) connection.#onData(chunk);
    };
    const socket = await connect(options, onData, signal).catch((cause: unknown) => {
      throw wrapError("SOURCE_CONNECTION", `the master ${host}:${port} cannot be reached`, cause);
    });
    // A master says nothing before it is asked: no byte can come before this line.
    connection = new MasterConnection(socket, options);
    return connection;
  }

  /** What gathers in the kernel while we pause is taken in one read of READ_BYTES. TLS gives out 16 KiB at a time, however much there is. */
  get readsAtOnce(): boolean {
    return !(this.#socket instanceof tls.TLSSocket);
  }

  send(words: readonly string[]): void {
    if (!this.#socket.destroyed) this.#socket.write(encodeCommand(...words));
  }

  /** Gives `receiver` the floor until it is done, the connection ends or `signal` aborts. Whatever it throws ends the connection. */
  converse<T>(receiver: Receiver<T>, signal: AbortSignal): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const onAbort = () => this.#fail(new GatewayError("SOURCE_CONNECTION", "stopped"));
      const settle = () => {
        signal.removeEventListener("abort", onAbort);
        this.#receive = undefined;
        this.#reject = undefined;
      };
      this.#reject = (error) => {
        settle();
        reject(error);
      };
      this.#receive = (chunk) =>
        receiver(chunk, (value, rest) => {
          settle();
          this.#unread = Buffer.from(rest);
          resolve(value);
        });
      if (signal.aborted) return onAbort();
      if (this.#failure !== undefined) return this.#reject(this.#failure);
      signal.addEventListener("abort", onAbort);
      this.resume();
      const unread = this.#unread;
      this.#unread = EMPTY;
      if (unread.length > 0) this.guard(() => this.#receive?.(unread));
    });
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#lastReadAtMs = this.#clock.nowMs();
    this.#socket.resume();
  }

  close(): void {
    clearInterval(this.#watchdog);
    this.#socket.destroy();
  }

  #onData(chunk: Buffer): void {
    this.#lastReadAtMs = this.#clock.nowMs();
    if (this.#receive === undefined) {
      // Between two receivers: one read at most is kept, whatever the master sends and however long the next one takes (BOUNDED).
      this.#unread = Buffer.concat([this.#unread, chunk]);
      this.#socket.pause();
      return;
    }
    this.guard(() => this.#receive?.(chunk));
  }

  /** Runs what belongs to the conversation but is called from elsewhere; whatever it throws ends the connection. */
  guard(work: () => void): void {
    try {
      work();
    } catch (cause) {
      this.#fail(wrapError("INVARIANT", "reading from the master failed", cause));
    }
  }

  #checkSilence(): void {
    // Silence while we do not read is our own.
    if (this.#socket.isPaused()) return;
    if (this.#clock.nowMs() - this.#lastReadAtMs > this.#silenceMs) {
      this.#fail(new GatewayError("SOURCE_CONNECTION", `the master has been silent for ${this.#silenceMs} ms`));
    }
  }

  #fail(error: GatewayError): void {
    this.#failure ??= error;
    this.close();
    this.#reject?.(this.#failure);
  }
}

function connect(options: MasterConnectionOptions, onData: (chunk: Buffer) => void, signal: AbortSignal): Promise<net.Socket> {
  const { host, port, tls: secure } = options.address;
  // One buffer for all reads: node would allocate 64 KiB for each.
  const buffer = Buffer.allocUnsafeSlow(READ_BYTES);
  const onread = {
    buffer,
    callback: (bytes: number) => {
      onData(buffer.subarray(0, bytes));
      return true;
    },
  };
  return new Promise((resolve, reject) => {
    const socket =
      secure === undefined
        ? net.connect({ host, port, onread })
        : tls.connect({ ...(net.isIP(host) === 0 && { servername: host }), ...secure, host, port });
    if (secure !== undefined) socket.on("data", onData);
    const give = (outcome: () => void) => {
      clearTimeout(timer);
      signal.removeEventListener("abort", onAbort);
      socket.off("error", fail);
      outcome();
    };
    const fail = (cause: Error) =>
      give(() => {
        socket.on("error", () => undefined);
        socket.destroy();
        reject(cause);
      });
    const onAbort = () => fail(new Error("stopped"));
    const timer = setTimeout(() => fail(new Error(`no connection within ${CONNECT_TIMEOUT_MS} ms`)), CONNECT_TIMEOUT_MS);
    socket.once("error", fail);
    socket.once(secure === undefined ? "connect" : "secureConnect", () => give(() => resolve(socket)));
    if (signal.aborted) onAbort();
    else signal.addEventListener("abort", onAbort);
  });
}
