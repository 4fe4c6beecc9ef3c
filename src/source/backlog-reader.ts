/** Asks a master how large its backlog is and how fast it writes: what decides whether the next reconnection needs a full sync. */
import type { Redis } from "ioredis";
import type { Backlog } from "./stats.ts";

const INTERVAL_MS = 10_000;

export class BacklogReader {
  readonly #client: Redis;
  #dueAtMs = 0;
  #last: { readonly endOffset: bigint; readonly atMs: number } | undefined;

  constructor(client: Redis) {
    this.#client = client;
  }

  isDue(nowMs: number): boolean {
    return nowMs >= this.#dueAtMs;
  }

  /** Undefined where INFO is not allowed, and while nothing was ever replicated. A lost connection rejects. */
  async read(nowMs: number): Promise<Backlog | undefined> {
    this.#dueAtMs = nowMs + INTERVAL_MS;
    let info: string;
    try {
      info = await this.#client.info("replication");
    } catch (cause) {
      if ((cause as Error).name === "ReplyError") return undefined;
      throw cause;
    }
    const field = (name: string) => new RegExp(`^${name}:(\\d+)\\r?$`, "m").exec(info)?.[1];
    const [size, end] = [field("repl_backlog_size"), field("master_repl_offset")];
    if (size === undefined || end === undefined || field("repl_backlog_active") !== "1") return undefined;
    const endOffset = BigInt(end);
    const last = this.#last;
    this.#last = { endOffset, atMs: nowMs };
    const seconds = last === undefined ? 0 : (nowMs - last.atMs) / 1000;
    const bytesPerSecond = last === undefined || seconds <= 0 ? 0 : Math.max(0, Number(endOffset - last.endOffset) / seconds);
    return { sizeBytes: Number(size), endOffset, bytesPerSecond };
  }
}
