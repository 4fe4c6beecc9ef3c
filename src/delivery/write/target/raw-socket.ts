/** A plain socket to the target, logged in and proven: what a unit writer takes over. */
import { connect as connectTcp, isIP, type Socket } from "node:net";
import { type ConnectionOptions, connect as connectTls } from "node:tls";
import { GatewayError } from "../../../errors.ts";
import { encodeCommand } from "../../../resp/encode.ts";
import { ReplyScanner, ReplyType } from "../../../resp/reply-scanner.ts";
import { guardProof } from "./guard.ts";
import { IMPORT_SOURCE } from "./import-mode.ts";
import { refusalOutsideUnits } from "./replies.ts";

export type TargetAddress = {
  readonly host: string;
  readonly port: number;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  /** Present: TLS. Given to node:tls as it is. */
  readonly tls?: ConnectionOptions | undefined;
};

export type RawSocketOptions = {
  readonly checkpointKey: string;
  /** The target is in import mode, and this connection shall be the one that imports. */
  readonly importing: boolean;
};

const OPEN_TIMEOUT_MS = 10_000;
const KEEPALIVE_MS = 10_000;
const READ_BYTES = 64 * 1024;

/**
 * Connects, logs in, and lets the guard prove on this very server and with these rights that it stops a transaction.
 * Throws TARGET_CONNECTION, TARGET_BUSY or TARGET_REFUSED.
 */
export async function openRawSocket(address: TargetAddress, { checkpointKey, importing }: RawSocketOptions): Promise<Socket> {
  const { host, port, tls } = address;
  const socket = tls ? connectTls({ ...(isIP(host) ? {} : { servername: host }), ...tls, host, port }) : connectPlain(host, port);
  socket.setNoDelay(true);
  socket.setKeepAlive(true, KEEPALIVE_MS);
  try {
    await opened(socket, tls ? "secureConnect" : "connect");
    if (address.password !== undefined) {
      const login = address.username === undefined ? [address.password] : [address.username, address.password];
      const [reply] = await ask(socket, encodeCommand("AUTH", ...login), 1);
      if (reply!.type === ReplyType.error) throw loginRefusal(reply!.text);
    }
    const replies = await ask(socket, Buffer.from(guardProof(checkpointKey), "latin1"), 4);
    for (const [index, reply] of replies.entries()) {
      if (reply.type === ReplyType.error) throw refusalOutsideUnits(reply.text, ["WATCH", "EVAL", "MULTI", "EXEC"][index]!);
    }
    if (replies[3]!.type !== ReplyType.array || replies[3]!.value !== -1) {
      throw new GatewayError("TARGET_REFUSED", "on the target a transaction goes through although its watched key was touched");
    }
    if (importing) {
      const [reply] = await ask(socket, encodeCommand(...IMPORT_SOURCE), 1);
      if (reply!.type === ReplyType.error) throw refusalOutsideUnits(reply!.text, "CLIENT IMPORT-SOURCE");
    }
    return socket;
  } catch (cause) {
    socket.destroy();
    throw cause;
  }
}

/** One buffer for all reads, where node would allocate 64 KiB for each: what "data" brings is overwritten by the next. */
function connectPlain(host: string, port: number): Socket {
  const buffer = Buffer.allocUnsafeSlow(READ_BYTES);
  const callback = (bytes: number) => {
    socket.emit("data", buffer.subarray(0, bytes));
    return true;
  };
  const socket = connectTcp({ host, port, onread: { buffer, callback } });
  return socket;
}

function opened(socket: Socket, event: "connect" | "secureConnect"): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => settle(lost("the target did not accept a connection in time")), OPEN_TIMEOUT_MS);
    const settle = (error?: GatewayError) => {
      clearTimeout(timer);
      socket.off("error", fail).off(event, done);
      if (error) reject(error);
      else resolve();
    };
    const done = () => settle();
    const fail = (cause: Error) => settle(lost("the target cannot be reached", cause));
    socket.once("error", fail).once(event, done);
  });
}

/** What the server says to a login may quote it. */
function loginRefusal(text: string): GatewayError {
  const refusal = refusalOutsideUnits(text, "AUTH");
  return refusal.code === "TARGET_BUSY" ? refusal : new GatewayError("TARGET_REFUSED", "the target refused the login");
}

type Reply = { readonly type: number; readonly value: number; readonly text: string };

/** Sends `bytes` and waits for `count` replies. */
function ask(socket: Socket, bytes: Buffer, count: number): Promise<readonly Reply[]> {
  return new Promise((resolve, reject) => {
    const scanner = new ReplyScanner();
    const replies: Reply[] = [];
    const timer = setTimeout(() => settle(lost("the target did not answer in time")), OPEN_TIMEOUT_MS);
    const settle = (error?: GatewayError) => {
      clearTimeout(timer);
      socket.pause();
      socket.off("data", take).off("error", fail).off("close", fail);
      if (error) reject(error);
      else resolve(replies);
    };
    const fail = (cause?: unknown) => settle(lost("the connection to the target was lost", cause));
    const take = (chunk: Buffer) => {
      try {
        scanner.feed(chunk);
        while (scanner.next()) {
          if (scanner.depth === 0) replies.push({ type: scanner.type, value: scanner.value, text: scanner.errorText });
        }
      } catch (cause) {
        settle(cause instanceof GatewayError ? cause : lost("the target's answer cannot be read", cause));
        return;
      }
      if (replies.length >= count) settle();
    };
    socket.on("data", take).on("error", fail).on("close", fail);
    socket.resume();
    socket.write(bytes);
  });
}

function lost(message: string, cause?: unknown): GatewayError {
  const why = cause instanceof Error ? `: ${cause.message}` : "";
  return new GatewayError("TARGET_CONNECTION", message + why, { cause });
}
