/** Keeps the book in the data folder: whole or as it was before, whatever interrupts the writing. */
import { open, readFile, rename } from "node:fs/promises";
import { join } from "node:path";
import type { Logger } from "pino";
import type { BookState } from "./book.ts";

const VERSION = 1;

export class AlertStore {
  readonly #path: string;
  readonly #log: Logger;
  #saved = "";
  #saving: Promise<void> = Promise.resolve();

  constructor(options: { readonly folder: string; readonly log: Logger }) {
    this.#path = join(options.folder, "alerts.json");
    this.#log = options.log;
  }

  /** Undefined when nothing was kept. What cannot be read is not worth a gateway: it is said, and begun anew. */
  async load(): Promise<BookState | undefined> {
    let text: string;
    try {
      text = await readFile(this.#path, "utf8");
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code === "ENOENT") return undefined;
      return this.#unreadable();
    }
    try {
      const { version, state } = JSON.parse(text) as { readonly version: number; readonly state: BookState };
      if (version !== VERSION || ![state.alerts, state.silences, state.history].every(Array.isArray)) return this.#unreadable();
      this.#saved = text;
      return state;
    } catch {
      return this.#unreadable();
    }
  }

  /** Writes when something changed. A disk that refuses is the journal's to tell: the next save tries again. */
  save(state: BookState): Promise<void> {
    const text = `${JSON.stringify({ version: VERSION, state })}\n`;
    this.#saving = this.#saving.then(async () => {
      if (text === this.#saved) return;
      try {
        await writeWhole(this.#path, text);
        this.#saved = text;
      } catch (cause) {
        const { code } = cause as NodeJS.ErrnoException;
        this.#log.warn({ event: "alert.unsaved", code }, `alerts and silences cannot be saved: ${code}`);
      }
    });
    return this.#saving;
  }

  #unreadable(): undefined {
    this.#log.warn(
      { event: "alert.unreadable" },
      "alerts.json of the data folder cannot be read: alerts, silences and their history begin anew",
    );
    return undefined;
  }
}

async function writeWhole(path: string, text: string): Promise<void> {
  const temporary = `${path}.new`;
  const file = await open(temporary, "w", 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(temporary, path);
}
