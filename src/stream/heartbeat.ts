/**
 * The heartbeat: a PUBLISH on a reserved channel, sent to the master by the gateway that reads it. It touches no key, nobody subscribes
 * to it, and it travels the replication stream as every write does. `source` recognises its own one and so learns how long the
 * way through the master takes; delivery by write leaves all of them out; a feed carries the master's bytes as they are.
 *
 *   PUBLISH causeway:heartbeat <16 hex: the sender>:<13 digits>.<3 digits: ms since 1970, by the sender's clock>
 *
 * All of one sender's have the same length, and so cost the scan of other commands nothing but a comparison of numbers.
 */
import { encodeCommand } from "../resp/encode.ts";

export const HEARTBEAT_CHANNEL = "causeway:heartbeat";

const TIME_CHARACTERS = 17;
const CRLF_BYTES = 2;

export class HeartbeatCode {
  readonly #sender: string;
  /** What every one of this sender begins with. */
  readonly #head: Buffer;
  readonly #bytes: number;

  /** `sender`: 16 hex characters, new in each process. */
  constructor(sender: string) {
    this.#sender = sender;
    const command = encodeCommand("PUBLISH", HEARTBEAT_CHANNEL, this.message(0));
    this.#bytes = command.length;
    this.#head = command.subarray(0, command.length - TIME_CHARACTERS - CRLF_BYTES);
  }

  /** `nowMs` as a heartbeat carries it, to the microsecond: what was sent then is known by it when it returns. */
  static timeOf(nowMs: number): number {
    return Number(nowMs.toFixed(3));
  }

  /** What is published. */
  message(sentAtMs: number): string {
    return `${this.#sender}:${sentAtMs.toFixed(3).padStart(TIME_CHARACTERS, "0")}`;
  }

  /** When it was sent, if the command `bytes[start, end)` is a heartbeat of this sender. */
  sentAtMs(bytes: Buffer, start: number, end: number): number | undefined {
    if (end - start !== this.#bytes || start < 0) return undefined;
    const timeAt = start + this.#head.length;
    if (this.#head.compare(bytes, start, timeAt) !== 0) return undefined;
    const sentAtMs = Number(bytes.toString("latin1", timeAt, timeAt + TIME_CHARACTERS));
    return Number.isFinite(sentAtMs) ? sentAtMs : undefined;
  }
}
