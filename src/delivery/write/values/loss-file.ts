/**
 * The file that names what the target lacks: one JSON object per line, for its owner alone, in the order of the snapshot and the history that the
 * losses stand in. Each stands there once, over attempts and `kill -9`: a line is written before anything behind it is committed, and says where its
 * loss stands, so that the file itself tells what an attempt that comes by again need not write. Bounded: it names the first.
 */
import { appendFileSync, closeSync, ftruncateSync, openSync, readFileSync, rmSync } from "node:fs";
import { CountedOnce, type Place } from "./counted-once.ts";

const MAX_FILE_BYTES = 4 * 1024 * 1024;

/** What a line says; `key` is base64. */
export type NamedLoss = {
  readonly stream: string;
  readonly db: number;
  readonly key: string | null;
  readonly what: string;
  readonly why: string;
};

/** An older version did not say where. */
type Line = NamedLoss & { readonly within?: string; readonly endsAt?: string };

export class LossFile {
  readonly #path: string;
  readonly #maxBytes: number;
  /** By snapshot and history; undefined until the file was read. */
  #named: Map<string, CountedOnce> | undefined;
  #bytes = 0;

  constructor(path: string, maxBytes = MAX_FILE_BYTES) {
    this.#path = path;
    this.#maxBytes = maxBytes;
  }

  /** No further loss is named. */
  get isFull(): boolean {
    return this.#bytes >= this.#maxBytes;
  }

  /** The file is about what comes from here on. Throws what the disk says. */
  begin(): void {
    rmSync(this.#path, { force: true });
    this.#named = new Map();
    this.#bytes = 0;
  }

  /** Throws what the disk says. */
  add(loss: NamedLoss, { within, endsAt }: Place): void {
    this.#named ??= this.#read();
    if (this.isFull || !isNew(this.#named, loss, { within, endsAt })) return;
    const line = Buffer.from(`${JSON.stringify({ ...loss, within, endsAt: String(endsAt) })}\n`);
    appendFileSync(this.#path, line, { mode: 0o600 });
    this.#bytes += line.length;
  }

  /** What an earlier attempt, or a process that was killed, has named. */
  #read(): Map<string, CountedOnce> {
    const named = new Map<string, CountedOnce>();
    const file = openSync(this.#path, "a+", 0o600);
    try {
      const bytes = readFileSync(file);
      this.#bytes = bytes.lastIndexOf("\n") + 1;
      // A line that was cut off was not written.
      if (this.#bytes < bytes.length) ftruncateSync(file, this.#bytes);
      for (const text of bytes.toString("utf8", 0, this.#bytes).split("\n").slice(0, -1)) {
        const { within = "", endsAt = "0", ...loss } = JSON.parse(text) as Line;
        isNew(named, loss, { within, endsAt: BigInt(endsAt) });
      }
      return named;
    } finally {
      closeSync(file);
    }
  }
}

function isNew(named: Map<string, CountedOnce>, { what, why }: NamedLoss, place: Place): boolean {
  const once = named.get(place.within) ?? new CountedOnce();
  named.set(place.within, once);
  return once.isNew(`${what}: ${why}`, place);
}
