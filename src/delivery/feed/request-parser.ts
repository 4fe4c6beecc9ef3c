/**
 * Reads the commands of a replica, or of a person with redis-cli or telnet: RESP arrays of bulk strings, and inline commands
 * (redis.io/docs/reference/protocol-spec). Empty lines are keepalives of a replica that loads. Pure and bounded.
 */
import { GatewayError } from "../../errors.ts";

/** No command of a handshake is longer, passwords included. */
const MAX_BYTES = 16 * 1024;
const MAX_WORDS = 64;
const ASTERISK = 0x2a;
const EMPTY = Buffer.alloc(0);

type Found = { readonly words: readonly string[]; readonly next: number };

export class RequestParser {
  #held: Buffer = EMPTY;

  /** The commands that are whole now. Throws RESP_MALFORMED. */
  push(chunk: Buffer): readonly (readonly string[])[] {
    const bytes = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    const commands: (readonly string[])[] = [];
    let at = 0;
    for (let found = commandAt(bytes, at); found !== undefined; found = commandAt(bytes, at)) {
      at = found.next;
      if (found.words.length > 0) commands.push(found.words);
    }
    if (bytes.length - at > MAX_BYTES) throw malformed("a command is too long");
    this.#held = at === bytes.length ? EMPTY : Buffer.from(bytes.subarray(at));
    return commands;
  }
}

/** Undefined while the command that begins at `at` is not whole. */
function commandAt(bytes: Buffer, at: number): Found | undefined {
  const line = lineAt(bytes, at);
  if (line === undefined) return undefined;
  if (bytes[at] !== ASTERISK) return { words: line.text.split(/\s+/).filter((word) => word !== ""), next: line.next };
  const words: string[] = [];
  let next = line.next;
  for (let left = numberOf(line.text, "*", MAX_WORDS); left > 0; left--) {
    const header = lineAt(bytes, next);
    if (header === undefined) return undefined;
    const end = header.next + numberOf(header.text, "$", MAX_BYTES);
    if (bytes.length < end + 2) return undefined;
    if (bytes.toString("latin1", end, end + 2) !== "\r\n") throw malformed("a word does not end where it says");
    words.push(bytes.toString("utf8", header.next, end));
    next = end + 2;
  }
  return { words, next };
}

function lineAt(bytes: Buffer, at: number): { readonly text: string; readonly next: number } | undefined {
  const end = bytes.indexOf("\n", at);
  if (end < 0) return undefined;
  if (end - at > MAX_BYTES) throw malformed("a line is too long");
  return { text: bytes.toString("utf8", at, end).replace(/\r$/, ""), next: end + 1 };
}

function numberOf(text: string, type: string, most: number): number {
  const value = /^\d{1,9}$/.test(text.slice(1)) ? Number(text.slice(1)) : -1;
  if (text[0] !== type || value < 0 || value > most) throw malformed(`expected ${type} and a number up to ${most}`);
  return value;
}

function malformed(what: string): GatewayError {
  return new GatewayError("RESP_MALFORMED", `a replica's command is malformed: ${what}`);
}
