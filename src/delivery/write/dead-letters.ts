/**
 * The file of commands that the target refused although the source had run them, one JSON object per line. It holds users' data, so only
 * its owner may read it. Bounded: a full file refuses the next letter, and delivery then stops instead of losing one (NEVER_SILENT).
 */
import { closeSync, fstatSync, fsyncSync, ftruncateSync, openSync, writeSync } from "node:fs";
import { GatewayError } from "../../errors.ts";
import type { StreamId } from "../../stream/position.ts";
import type { Divergence } from "./unit/unit.ts";

const MAX_FILE_BYTES = 256 * 1024 * 1024;

export type DeadLetterOptions = { readonly path: string; readonly stream: StreamId; readonly maxBytes?: number };

export class DeadLetters {
  readonly #path: string;
  readonly #stream: StreamId;
  readonly #maxBytes: number;

  constructor(options: DeadLetterOptions) {
    this.#path = options.path;
    this.#stream = options.stream;
    this.#maxBytes = options.maxBytes ?? MAX_FILE_BYTES;
  }

  /** Returns once the letter is on disk. Throws TARGET_REJECTED when it cannot be kept. */
  write(divergence: Divergence, atMs: number): void {
    const { checkpoint, command, error, bytes, index } = divergence;
    const letter = {
      stream: this.#stream,
      history: checkpoint.history,
      offset: String(checkpoint.offset),
      index,
      command,
      error,
      at: new Date(atMs).toISOString(),
      bytes: bytes?.toString("base64") ?? null,
    };
    const line = Buffer.from(`${JSON.stringify(letter)}\n`);
    try {
      const file = openSync(this.#path, "a", 0o600);
      try {
        const { size } = fstatSync(file);
        if (size + line.length > this.#maxBytes) throw new Error("the file is full");
        try {
          for (let written = 0; written < line.length; ) written += writeSync(file, line, written);
          fsyncSync(file);
        } catch (cause) {
          // Half a line would spoil the next one too.
          ftruncateSync(file, size);
          throw cause;
        }
      } finally {
        closeSync(file);
      }
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new GatewayError("TARGET_REJECTED", `the target refused ${command} and no dead letter could be written: ${why}`, {
        cause,
        details: { command, error },
      });
    }
  }
}
