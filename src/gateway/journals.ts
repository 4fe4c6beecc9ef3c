/** One journal per stream, in a folder of its own. */
import { join } from "node:path";
import type { OriginParts } from "../admin/collect/parts.ts";
import { StreamRates } from "../admin/collect/stream.ts";
import type { JournalWriter } from "../journal/context.ts";
import { StreamJournal } from "../journal/journal.ts";
import { DiskSpace } from "../runtime/disk-space.ts";
import type { StreamId } from "../stream/position.ts";
import type { GatewayContext } from "./context.ts";

/** Journal bytes that wait for the disk before the socket is no longer read. */
const MAX_PENDING_BYTES = 16 * 1024 * 1024;

export class Journals {
  readonly #context: GatewayContext;
  readonly #journals = new Map<StreamId, StreamJournal>();
  readonly #rates = new Map<StreamId, StreamRates>();
  readonly disk: DiskSpace;

  constructor(context: GatewayContext) {
    this.#context = context;
    this.disk = new DiskSpace(context.view.dataFolder);
  }

  /** The one that is open, if it is. Throws JOURNAL_VERSION and JOURNAL_CORRUPT. */
  async open(stream: StreamId, writtenBy: JournalWriter): Promise<StreamJournal> {
    const open = this.#journals.get(stream);
    if (open) return open;
    const { view, logOf, clock, services } = this.#context;
    const journal = await StreamJournal.open({
      folder: this.#folderOf(stream),
      stream,
      ...view.journal,
      writtenBy,
      maxPendingBytes: MAX_PENDING_BYTES,
      onDiskChange: () => void this.disk.look(),
      log: logOf(`journal:${stream}`),
      clock,
    });
    this.#journals.set(stream, journal);
    this.#rates.set(stream, new StreamRates());
    services.add(`journal:${stream}`, () => journal);
    return journal;
  }

  get(stream: StreamId): StreamJournal {
    return this.#journals.get(stream)!;
  }

  /** What of the view may change holds from now on. */
  reload(): void {
    for (const journal of this.#journals.values()) journal.retention = this.#context.view.journal.retention;
  }

  rates({ stream }: StreamJournal): StreamRates {
    return this.#rates.get(stream)!;
  }

  observe(nowMs: number): void {
    for (const [stream, journal] of this.#journals) this.#rates.get(stream)!.observe(journal.stats(), nowMs);
  }

  /** Of every stream's status. */
  get parts(): Pick<OriginParts, "fsync" | "disk"> {
    return { fsync: this.#context.view.journal.fsync, disk: this.disk };
  }

  /** Beside the journal's folder: `us-east-0.dead-letters.jsonl`. */
  fileBeside(stream: StreamId, what: string): string {
    return `${this.#folderOf(stream)}.${what}`;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#journals.values()].map((journal) => journal.close()));
  }

  /** `us-east/0` → `us-east-0`. */
  #folderOf(stream: StreamId): string {
    return join(this.#context.view.dataFolder, stream.replace("/", "-"));
  }
}
