/** The journal of a stream: what it holds, its disk, the snapshot in it. */
import { type Metric, seconds, stream } from "./metric.ts";

export const JOURNAL_METRICS: readonly Metric[] = [
  stream("gauge", "causeway_journal_bytes", "Bytes that the journal holds on disk.", ({ journal }) => journal.bytes),
  stream("gauge", "causeway_journal_needed_bytes", "Bytes of them that a reader still needs.", ({ journal }) => journal.neededBytes),
  stream("gauge", "causeway_journal_segments", "Files of the journal.", ({ journal }) => journal.segments),
  stream("gauge", "causeway_journal_pending_bytes", "Bytes accepted and not yet written.", ({ journal }) => journal.pendingBytes),
  stream("gauge", "causeway_journal_fsync_max_seconds", "Longest fsync seen.", ({ journal }) => journal.fsyncMsMax / 1000),
  stream("gauge", "causeway_journal_retention_bytes", "What retention keeps at most.", ({ journal }) => journal.retentionBytes),
  stream("gauge", "causeway_journal_disk_free_bytes", "Free on the journal's file system.", ({ journal }) => journal.disk?.freeBytes),
  stream("gauge", "causeway_journal_disk_total_bytes", "Size of the journal's file system.", ({ journal }) => journal.disk?.totalBytes),
  stream("gauge", "causeway_journal_disk_full", "1 while the disk takes no more: the stream waits, nothing is lost.", ({ journal }) =>
    journal.diskFull ? 1 : 0,
  ),
  stream(
    "counter",
    "causeway_journal_dropped_needed_bytes_total",
    "Bytes that retention dropped although a reader needed them.",
    ({ journal }) => journal.droppedNeededBytes,
  ),
  stream(
    "counter",
    "causeway_journal_torn_tails_total",
    "Ends of interrupted writes that were cut at the start.",
    ({ journal }) => journal.tornTails,
  ),
  stream("counter", "causeway_journal_torn_bytes_total", "Bytes of them; they were read again.", ({ journal }) => journal.tornBytes),
  stream("counter", "causeway_journal_damages_total", "Damaged files of the journal that were mended.", ({ journal }) => journal.damages),
  stream("gauge", "causeway_snapshot_bytes", "RDB bytes stored of the newest snapshot.", ({ snapshot }) => snapshot?.rdbBytes),
  stream("gauge", "causeway_snapshot_expected_bytes", "What it will have, once that is known.", ({ snapshot }) =>
    snapshot?.state === "complete" ? snapshot.rdbBytes : snapshot?.arriving?.totalBytes,
  ),
  stream("gauge", "causeway_snapshot_left_seconds", "Until it is whole, at the speed of now.", ({ snapshot }) =>
    seconds(snapshot?.arriving?.leftMs),
  ),
  stream(
    "gauge",
    "causeway_snapshot_complete",
    "1 when the newest snapshot is whole.",
    ({ snapshot }) => snapshot && (snapshot.state === "complete" ? 1 : 0),
  ),
];
