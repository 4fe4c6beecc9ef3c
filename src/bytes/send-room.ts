/**
 * Room for what is written to one socket: a piece of a ring while there is one, given back once the socket has written it. Each room is for one
 * write, in the order of the writes, whether what is written really lies in it or not: a socket says only that the next write is done.
 */
import { ByteRing } from "./ring.ts";

const RING_BYTES = 1024 * 1024;

export class SendRoom {
  readonly #ringBytes: number;
  /** Not before something is written: many a connection only listens. */
  #ring: ByteRing | undefined;
  #taken = 0;
  #written = 0;
  /** Which of those taken are no piece of the ring, oldest first. */
  readonly #own: number[] = [];

  constructor(ringBytes = RING_BYTES) {
    this.#ringBytes = ringBytes;
  }

  /** Room for the next write. Undefined while the ring is full: the write needs a buffer of its own. */
  take(bytes: number): Buffer | undefined {
    this.#ring ??= new ByteRing(this.#ringBytes);
    const room = this.#ring.take(bytes);
    if (room === undefined) this.#own.push(this.#taken);
    this.#taken++;
    return room;
  }

  /** To be called back by each write for which room was taken. After an error the socket may still read from all that it was given. */
  readonly written = (error?: Error | null): void => {
    if (error) return;
    if (this.#own[0] === this.#written) this.#own.shift();
    else this.#ring?.release(1);
    this.#written++;
  };
}
