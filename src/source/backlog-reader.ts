/**
 * Asks a master how large its backlog is, how fast it writes and how far it is: what decides whether the next reconnection needs a full
 * sync, and what would be lost with it while it is not read.
 */
import type { Redis } from "ioredis";
import type { Backlog } from "./stats.ts";

const INTERVAL_MS = 10_000;
/** While its stream is not read, nothing else says what it has. */
const UNREAD_INTERVAL_MS = 1_000;

export class BacklogReader {
  readonly #client: Redis;
  #askedAtMs: number | undefined;
  #last: { readonly endOffset: bigint; readonly atMs: number } | undefined;

  constructor(client: Redis) {
    this.#client = client;
  }

  isDue(nowMs: number, isRead: boolean): boolean {
    return this.#askedAtMs === undefined || nowMs - this.#askedAtMs >= (isRead ? INTERVAL_MS : UNREAD_INTERVAL_MS);
  }

  /** Undefined where INFO is not allowed, and while nothing was ever replicated. A lost connection rejects. */
  async read(nowMs: number): Promise<Backlog | undefined> {
    this.#askedAtMs = nowMs;
    let info: string;
    try {
      info = await this.#client.info("replication");
    } catch (cause) {
      if ((cause as Error).name === "ReplyError") return undefined;
      throw cause;
    }
    const field = (name: string) => new RegExp(`^${name}:(\\w+)\\r?$`, "m").exec(info)?.[1];
    const [size, end] = [field("repl_backlog_size"), field("master_repl_offset")];
    if (size === undefined || end === undefined || field("repl_backlog_active") !== "1") return undefined;
    const endOffset = BigInt(end);
    const last = this.#last;
    this.#last = { endOffset, atMs: nowMs };
    const seconds = last === undefined ? 0 : (nowMs - last.atMs) / 1000;
    const bytesPerSecond = last === undefined || seconds <= 0 ? 0 : Math.max(0, Number(endOffset - last.endOffset) / seconds);
    const replids = [field("master_replid"), field("master_replid2")].filter((replid) => replid !== undefined);
    return { sizeBytes: Number(size), endOffset, replids, bytesPerSecond };
  }
}
