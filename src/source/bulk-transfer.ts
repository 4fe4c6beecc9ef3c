/**
 * Takes the RDB out of what a master sends after +FULLRESYNC: lone newlines as keepalive, then `$<length>\r\n` + bytes (from
 * disk), or `$EOF:<40 byte mark>\r\n` + bytes + mark (diskless). What follows belongs to the stream.
 */
import { GatewayError } from "../errors.ts";

const MARK_BYTES = 40;
const MAX_HEADER_BYTES = 64;
const LF = 10;
const EMPTY = Buffer.alloc(0);

export class BulkTransfer {
  readonly #onBody: (bytes: Buffer) => void;
  #header = "";
  #totalBytes: number | undefined;
  /** From disk: how many bytes are still to come. */
  #bytesLeft: number | undefined;
  /** Diskless: the mark that ends the RDB, and a tail that may be its beginning. */
  #mark: Buffer | undefined;
  #held: Buffer = EMPTY;

  /** `onBody` gets the RDB's bytes in order; they are views of the chunks. */
  constructor(onBody: (bytes: Buffer) => void) {
    this.#onBody = onBody;
  }

  /** Of the RDB; undefined where only the mark tells its end. */
  get totalBytes(): number | undefined {
    return this.#totalBytes;
  }

  /** Answers the bytes behind the RDB once it is complete, until then undefined. Throws RESP_MALFORMED. */
  push(chunk: Buffer): Buffer | undefined {
    let rest = chunk;
    if (this.#bytesLeft === undefined && this.#mark === undefined) {
      const body = this.#takeHeader(chunk);
      if (body === undefined) return undefined;
      rest = body;
    }
    return this.#mark === undefined ? this.#takeCounted(rest) : this.#takeMarked(rest, this.#mark);
  }

  #takeHeader(chunk: Buffer): Buffer | undefined {
    for (let at = 0; at < chunk.length; at++) {
      if (chunk[at] !== LF) {
        this.#header += String.fromCharCode(chunk[at]!);
        if (this.#header.length > MAX_HEADER_BYTES) throw malformed("its header is too long");
      } else if (this.#header !== "") {
        this.#parseHeader(this.#header);
        return chunk.subarray(at + 1);
      }
    }
    return undefined;
  }

  #parseHeader(line: string): void {
    const [, mark, length] = /^\$(?:EOF:(.{40})|(\d{1,15}))\r$/s.exec(line) ?? [];
    if (mark !== undefined) this.#mark = Buffer.from(mark, "latin1");
    else if (length !== undefined) this.#totalBytes = this.#bytesLeft = Number(length);
    else throw malformed("its header is neither a length nor an end mark");
  }

  #takeCounted(chunk: Buffer): Buffer | undefined {
    const left = this.#bytesLeft ?? 0;
    const take = Math.min(left, chunk.length);
    if (take > 0) this.#onBody(chunk.subarray(0, take));
    this.#bytesLeft = left - take;
    return this.#bytesLeft === 0 ? chunk.subarray(take) : undefined;
  }

  #takeMarked(chunk: Buffer, mark: Buffer): Buffer | undefined {
    const held = this.#held;
    if (held.length === 0) return this.#search(chunk, mark);
    if (chunk.length < MARK_BYTES) return this.#search(Buffer.concat([held, chunk]), mark);
    // A mark that begins in what was held ends in the first bytes of the chunk: the rest of it need not be copied.
    const border = Buffer.concat([held, chunk.subarray(0, MARK_BYTES - 1)]);
    const at = border.indexOf(mark);
    this.#onBody(at < 0 ? held : border.subarray(0, at));
    return at < 0 ? this.#search(chunk, mark) : chunk.subarray(at + MARK_BYTES - held.length);
  }

  #search(data: Buffer, mark: Buffer): Buffer | undefined {
    const at = data.indexOf(mark);
    const safe = at >= 0 ? at : Math.max(0, data.length - (MARK_BYTES - 1));
    if (safe > 0) this.#onBody(data.subarray(0, safe));
    if (at >= 0) return data.subarray(at + MARK_BYTES);
    // A shorter tail may be the beginning of the mark: the next chunk decides.
    this.#held = Buffer.from(data.subarray(safe));
    return undefined;
  }
}

function malformed(what: string): GatewayError {
  return new GatewayError("RESP_MALFORMED", `the snapshot transfer is malformed: ${what}`);
}
