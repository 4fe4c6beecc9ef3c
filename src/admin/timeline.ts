/** What happened, as the page shows it: the gateway's timeline (`alert/timeline.ts`) with a subject and a tone for each entry. Pure. */
import type { TimelineEvent } from "../alert/timeline.ts";

export type TimelineEntry = {
  readonly atMs: number;
  /** A stream, a peer, a service, or the region for the gateway itself. */
  readonly subject: string;
  readonly text: string;
  /** good: as it should be. busy: look at it. bad: something is down or lost. */
  readonly tone: "good" | "busy" | "bad";
};

/** Kinds of changes and alerts; all others are good. */
const TONES: Readonly<Record<string, TimelineEntry["tone"]>> = {
  "full-sync-failed": "bad",
  "history-lost": "bad",
  diverged: "bad",
  "dead-lettered": "bad",
  "needed-dropped": "bad",
  "disk-full": "bad",
  "link-down": "bad",
  "service-halted": "bad",
  "full-sync-started": "busy",
  "failed-over": "busy",
  "phase-changed": "busy",
  "journal-damaged": "busy",
  "replica-detached": "busy",
  "configuration-refused": "busy",
};

export function entryOf({ atMs, kind, severity, stream, peer, service, region, text }: TimelineEvent): TimelineEntry {
  const firing = severity === "critical" ? "bad" : "busy";
  const isWell = kind === "phase-changed" && text.endsWith("→ streaming");
  const tone = kind === "alert-firing" ? firing : isWell ? "good" : (TONES[kind] ?? "good");
  return { atMs, subject: stream ?? peer ?? service ?? region, text, tone };
}
