/** A stored snapshot as its readers see it: what is in the file, whether more will come, and a way to read the chunks in order. */
import type { FileHandle } from "node:fs/promises";
import { open } from "node:fs/promises";
import { GatewayError, wrapError } from "../errors.ts";
import { Notice } from "../runtime/notice.ts";
import type { SnapshotInfo, SnapshotReader, StoredSnapshot } from "../stream/log.ts";
import { chunkLength, decodeChunkHeader, MAX_CHUNK_BYTES } from "../stream/snapshot-chunk.ts";
import { FILE_HEADER_BYTES } from "./file-header.ts";
import { errnoOf, readFully } from "./files.ts";
import type { Extent } from "./snapshot-file.ts";

const CHUNK_HEADER_BYTES = 32;
/** At once: chunks that pack well are much smaller than the largest. */
const READ_BYTES = 2 * MAX_CHUNK_BYTES;
/** Where every so many chunks begin is remembered, so that a reader that begins in the middle of a large snapshot does not walk to it. */
const PLACE_EVERY = 256;

export class SnapshotFile implements StoredSnapshot {
  readonly path: string;
  readonly info: SnapshotInfo;
  /** Wakes readers when there is more to read or the state changed. */
  readonly advanced = new Notice();
  /** Of chunks 0, PLACE_EVERY, … as far as readers came. */
  readonly #places: number[] = [FILE_HEADER_BYTES];
  readonly #onDamage: (error: GatewayError) => void;
  #extent: Extent;
  #state: StoredSnapshot["state"];
  #expectedBytes: number | undefined;

  constructor(options: {
    readonly path: string;
    readonly info: SnapshotInfo;
    readonly extent: Extent;
    readonly state: StoredSnapshot["state"];
    /** A reader found it damaged or missing. */
    readonly onDamage: (error: GatewayError) => void;
  }) {
    this.#onDamage = options.onDamage;
    this.path = options.path;
    this.info = options.info;
    this.#extent = options.extent;
    this.#state = options.state;
  }

  get state(): StoredSnapshot["state"] {
    return this.#state;
  }

  get extent(): Extent {
    return this.#extent;
  }

  get chunks(): number {
    return this.#extent.chunks;
  }

  get rdbBytes(): number {
    return this.#extent.rdbBytes;
  }

  get totalBytes(): number | undefined {
    return this.#state === "complete" ? this.rdbBytes : this.#expectedBytes;
  }

  expect(totalBytes: number): void {
    this.#expectedBytes = totalBytes;
  }

  /** Says how far the file can be read. */
  advance(extent: Extent): void {
    this.#extent = extent;
    this.advanced.wake();
  }

  become(state: "complete" | "aborted"): void {
    this.#state = state;
    this.advanced.wake();
  }

  /** A known place at or before chunk `index`. */
  placeBefore(index: number): { readonly index: number; readonly position: number } {
    const place = Math.min(Math.floor(index / PLACE_EVERY), this.#places.length - 1);
    return { index: place * PLACE_EVERY, position: this.#places[place]! };
  }

  /** Chunk `index` begins at `position`. */
  remember(index: number, position: number): void {
    if (index === this.#places.length * PLACE_EVERY) this.#places.push(position);
  }

  damaged(position: number, cause: unknown): GatewayError {
    const error = new GatewayError("JOURNAL_CORRUPT", `${this.path} is damaged at byte ${position}`, { cause });
    this.#onDamage(error);
    return error;
  }

  openReader(first: number): SnapshotReader {
    return new ChunkReader(this, first);
  }
}

class ChunkReader implements SnapshotReader {
  readonly #snapshot: SnapshotFile;
  readonly #first: number;
  #index: number;
  #position: number;
  #file: FileHandle | undefined;
  readonly #room = Buffer.allocUnsafeSlow(READ_BYTES);
  /** Read already, from `position` on: a part of `room`. */
  #ahead: Buffer = Buffer.alloc(0);
  #closed = false;

  constructor(snapshot: SnapshotFile, first: number) {
    this.#snapshot = snapshot;
    this.#first = first;
    ({ index: this.#index, position: this.#position } = snapshot.placeBefore(first));
  }

  async next(signal: AbortSignal): Promise<Buffer | "end" | "aborted" | undefined> {
    for (;;) {
      if (signal.aborted || this.#closed) return undefined;
      const { state, extent, advanced } = this.#snapshot;
      if (state === "aborted") return "aborted";
      if (Math.max(this.#index, this.#first) < extent.chunks) {
        const chunk = await this.#read(extent);
        if (chunk !== undefined) return chunk;
        if (!this.#closed) return "aborted";
      } else if (state === "complete") {
        return "end";
      } else {
        await advanced.wait(signal);
      }
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#snapshot.advanced.wake();
    const file = this.#file;
    this.#file = undefined;
    await file?.close();
  }

  async #read(extent: Extent): Promise<Buffer | undefined> {
    try {
      this.#file ??= await open(this.#snapshot.path, "r");
    } catch (error) {
      if (errnoOf(error) === "ENOENT") {
        // Replaced by a newer one before this reader had opened it, or lost.
        this.#snapshot.damaged(0, error);
        return undefined;
      }
      throw wrapError("JOURNAL_IO", "a snapshot cannot be opened", error);
    }
    const file = this.#file;
    if (this.#closed) return void (await file.close());
    try {
      while (this.#index < this.#first) {
        const header = await readFully(file, this.#position, CHUNK_HEADER_BYTES);
        this.#step(header.readUInt32LE(12), chunkLength(header));
      }
      if (!beginsWithChunk(this.#ahead)) {
        const room = this.#room.subarray(0, extent.fileBytes - this.#position);
        this.#ahead = await readFully(file, this.#position, room.length, room);
      }
      const chunk = this.#ahead.subarray(0, chunkLength(this.#ahead));
      this.#step(decodeChunkHeader(chunk).index, chunk.length);
      this.#ahead = this.#ahead.subarray(chunk.length);
      return chunk;
    } catch (cause) {
      if (this.#closed) return undefined;
      if (errnoOf(cause) !== undefined) throw wrapError("JOURNAL_IO", "a snapshot cannot be read", cause);
      throw this.#snapshot.damaged(this.#position, cause);
    }
  }

  #step(index: number, bytes: number): void {
    if (index !== this.#index) throw new GatewayError("RECORD_MALFORMED", "a snapshot chunk has another index");
    this.#index++;
    this.#position += bytes;
    this.#snapshot.remember(this.#index, this.#position);
  }
}

function beginsWithChunk(bytes: Buffer): boolean {
  return bytes.length >= CHUNK_HEADER_BYTES && chunkLength(bytes) <= bytes.length;
}
