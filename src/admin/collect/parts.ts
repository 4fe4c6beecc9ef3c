/** What one stream of this gateway is made of: where its status is read. */
import type { FeedStats } from "../../delivery/feed/feed-stats.ts";
import type { DeliveryStats } from "../../delivery/write/delivery-stats.ts";
import type { StreamJournal } from "../../journal/journal.ts";
import type { StreamLag } from "../../lag/stream-lag.ts";
import type { DiskSpace } from "../../runtime/disk-space.ts";
import type { SourceStats } from "../../source/stats.ts";
import type { RecordEncoder } from "../../stream/record-encoder.ts";
import type { JournalStatus } from "../status/stream.ts";

export type StreamParts = {
  readonly journal: StreamJournal;
  readonly fsync: JournalStatus["fsync"];
  readonly disk: DiskSpace;
  /** host:port of the master or the target. */
  readonly address: string;
};

export type OriginParts = StreamParts & {
  readonly encoder: RecordEncoder;
  readonly source: SourceStats;
  readonly lag: StreamLag;
  readonly heartbeat: "on" | "off";
};

export type ReplicaParts = StreamParts & ({ readonly delivery: DeliveryStats } | { readonly feed: FeedStats });
