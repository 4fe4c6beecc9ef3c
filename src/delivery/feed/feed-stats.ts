/** What the feed of one stream has done and who is attached; it outlives the attempts. */
import type { Offset } from "../../stream/position.ts";

/** Redis's words for the state of a replica at its master; online: it gets the stream. */
export type ReplicaState = "wait_bgsave" | "send_bulk" | "online";

export type Endpoint = { readonly host: string; readonly port: number };

export type AttachedReplica = {
  /** host:port as it announced itself; without that, as it came. */
  readonly address: string;
  /** Where it listens, if it said so. */
  readonly endpoint: Endpoint | undefined;
  readonly version: string | undefined;
  readonly connectedAtMs: number;
  readonly state: ReplicaState;
  /** Of the stream; where it attached, at first. */
  readonly sent: Offset;
  /** Undefined before its first acknowledgement. */
  readonly acked: Offset | undefined;
  readonly ackedAtMs: number | undefined;
  /** Bytes of a snapshot under way. */
  readonly snapshotBytes: number;
};

export class FeedStats {
  fullSyncs = 0;
  partialSyncs = 0;
  /** Replicas that went, or were cut off. */
  disconnects = 0;
  /** Replicas that went after the snapshot without an acknowledgement: most often they cannot read it. */
  snapshotsRefused = 0;
  /** Snapshots that an attached replica gave for others. */
  snapshotsTaken = 0;
  /** Commands and logins that were refused. */
  refusals = 0;
  replicas: () => readonly AttachedReplica[] = () => [];
  listening = false;
  /** Stays after recovery: `atMs` says how old it is. */
  lastError: { readonly message: string; readonly atMs: number } | undefined;

  /** The stream is carried on here once a replica acknowledges it. */
  get phase(): "stopped" | "waiting" | "loading" | "streaming" {
    if (!this.listening) return "stopped";
    const replicas = this.replicas();
    if (replicas.some(({ acked }) => acked !== undefined)) return "streaming";
    return replicas.length > 0 ? "loading" : "waiting";
  }
}
