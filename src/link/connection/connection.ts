/**
 * One WebSocket as frames: the only file that knows how `ws` sends, pauses and dies. It ends once, for one reason: an error
 * of ours, the peer's farewell, or a lost connection. After that nothing is delivered and nothing is sent.
 */
import type { Socket } from "node:net";
import type { WebSocket } from "ws";
import { SendRoom } from "../../bytes/send-room.ts";
import { GatewayError, wrapError } from "../../errors.ts";
import type { Clock } from "../../runtime/clock.ts";
import { Notice } from "../../runtime/notice.ts";
import { restartReason } from "../../runtime/supervisor.ts";
import { carriesPayload, decodeFrame, encodeFrame } from "../../wire/codec.ts";
import { type Frame, MAX_FRAME_BYTES, type Refusal } from "../../wire/frames.ts";

/** `ws` options of both sides: records are compressed already, a frame has a bound before it is buffered, and is never sent in pieces. */
export const WEBSOCKET_OPTIONS = {
  perMessageDeflate: false,
  maxPayload: MAX_FRAME_BYTES,
  maxFragments: 16,
  autoPong: false,
} as const;

const CLOSE_NORMAL = 1000;
const CLOSE_REFUSED = 1008;
/** How long a farewell may take to reach the peer before the socket is cut. */
const FAREWELL_MS = 1000;

export class LinkConnection {
  readonly connectedAt: number;
  /** Resolves once the socket is closed. */
  readonly closed: Promise<void>;
  readonly #ws: WebSocket;
  readonly #socket: Socket;
  readonly #clock: Clock;
  readonly #over = new AbortController();
  readonly #sent = new Notice();
  /** Where frames with payloads lie until they are sent. */
  readonly #room = new SendRoom();
  readonly #take = (bytes: number) => this.#room.take(bytes) ?? Buffer.allocUnsafe(bytes);
  readonly #afterSend = () => this.#sent.wake();
  readonly #afterSendFromRoom = (error?: Error) => {
    this.#room.written(error);
    this.#sent.wake();
  };
  #onFrame: (frame: Frame) => void = () => undefined;
  #error: GatewayError | undefined;
  #farewell: NodeJS.Timeout | undefined;
  #lastFrameAt: number;

  /** `ws` must be open; `socket` is the one under it. */
  constructor(options: { readonly ws: WebSocket; readonly socket: Socket; readonly clock: Clock }) {
    this.#ws = options.ws;
    this.#socket = options.socket;
    this.#clock = options.clock;
    this.connectedAt = this.#clock.nowMs();
    this.#lastFrameAt = this.connectedAt;
    this.#ws.on("message", (data: Buffer, isBinary: boolean) => this.#receive(data, isBinary));
    this.#ws.on("error", (error: Error & { code?: string }) => this.fail(connectionError(error)));
    this.closed = new Promise((resolve) => {
      this.#ws.on("close", (code: number) => {
        clearTimeout(this.#farewell);
        this.#end(new GatewayError("LINK_CONNECTION", "the peer closed the link", { details: { code } }));
        resolve();
      });
    });
  }

  /** Aborted when the connection is over; `error` says why. */
  get over(): AbortSignal {
    return this.#over.signal;
  }

  get error(): GatewayError | undefined {
    return this.#error;
  }

  get bytesReceived(): number {
    return this.#socket.bytesRead;
  }

  get bytesSent(): number {
    return this.#socket.bytesWritten ?? 0;
  }

  /** Address of the peer, as this machine sees it. */
  get remote(): string {
    const { remoteAddress = "unknown", remotePort } = this.#socket;
    return `${remoteAddress.includes(":") ? `[${remoteAddress}]` : remoteAddress}:${remotePort ?? "?"}`;
  }

  get lastFrameAt(): number {
    return this.#lastFrameAt;
  }

  /** Bytes handed to `ws` that the socket has not taken. */
  get bufferedBytes(): number {
    return this.#ws.bufferedAmount;
  }

  get isPaused(): boolean {
    return this.#ws.isPaused;
  }

  /** What happens with each frame; a throw ends the connection. */
  onFrame(listener: (frame: Frame) => void): void {
    this.#onFrame = listener;
  }

  send(frame: Frame): void {
    if (this.#over.signal.aborted) return;
    this.#ws.send(encodeFrame(frame, this.#take), carriesPayload(frame) ? this.#afterSendFromRoom : this.#afterSend);
  }

  /** Resolves once at most `limitBytes` wait for the socket, or when the signal aborts. */
  async writable(limitBytes: number, signal: AbortSignal): Promise<void> {
    while (!signal.aborted && this.#ws.bufferedAmount > limitBytes) await this.#sent.wait(signal);
  }

  /** Stops and restarts reading from the socket. */
  pause(): void {
    if (!this.#over.signal.aborted) this.#ws.pause();
  }

  resume(): void {
    this.#ws.resume();
  }

  /** Ends the connection at once. */
  fail(error: GatewayError): void {
    this.#end(error);
    this.#ws.terminate();
  }

  /** Ends the connection with a sentence for the peer. */
  refuse(code: Refusal, error: GatewayError): void {
    this.#leave({ kind: "refused", code, message: error.message }, CLOSE_REFUSED, error);
  }

  /** Ends the connection because `signal` has aborted. */
  leave(signal: AbortSignal): void {
    this.bye(restartReason(signal) ?? "the gateway is stopping");
  }

  bye(reason: string): void {
    this.#leave({ kind: "bye", reason }, CLOSE_NORMAL, new GatewayError("LINK_CONNECTION", reason, { details: { goodbye: true } }));
  }

  #leave(frame: Frame, code: number, error: GatewayError): void {
    if (this.#over.signal.aborted) return;
    this.send(frame);
    this.#end(error);
    // A paused socket would never see the peer's answer.
    this.#ws.resume();
    this.#ws.close(code);
    this.#farewell = setTimeout(() => this.#ws.terminate(), FAREWELL_MS);
  }

  #end(error: GatewayError): void {
    if (this.#over.signal.aborted) return;
    this.#error = error;
    this.#over.abort();
  }

  #receive(data: Buffer, isBinary: boolean): void {
    if (this.#over.signal.aborted) return;
    this.#lastFrameAt = this.#clock.nowMs();
    try {
      if (!isBinary) throw new GatewayError("FRAME_MALFORMED", "a text message on a link");
      this.#onFrame(decodeFrame(data));
    } catch (cause) {
      const error = wrapError("INVARIANT", "a frame could not be handled", cause);
      if (error.code === "FRAME_MALFORMED") this.refuse("malformed", error);
      else this.fail(error);
    }
  }
}

function connectionError(error: Error & { code?: string }): GatewayError {
  const ofProtocol = error.code?.startsWith("WS_ERR_") === true;
  return wrapError(ofProtocol ? "FRAME_MALFORMED" : "LINK_CONNECTION", "the link broke", error);
}
