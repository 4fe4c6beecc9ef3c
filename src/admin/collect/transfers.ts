/** How far snapshots are: those that arrive, those that are sent, and the one that is loaded into the target. Pure. */
import type { DeliveryStats } from "../../delivery/write/delivery-stats.ts";
import type { JournalStats } from "../../journal/stats.ts";
import { Rate } from "../../lag/rate.ts";
import type { SendingStats } from "../../link/stats.ts";
import type { LoadingStatus, SendingStatus, SnapshotStatus, TransferStatus } from "../status/transfer.ts";

/** Rates need a memory: of the snapshot that was seen last. */
export class SnapshotRate {
  #id: string | undefined;
  #rate = new Rate();

  observe(snapshot: JournalStats["snapshot"], nowMs: number): void {
    if (snapshot === undefined) return;
    if (snapshot.id !== this.#id) {
      this.#id = snapshot.id;
      this.#rate = new Rate();
    }
    this.#rate.observe(snapshot.rdbBytes, nowMs);
  }

  perSecond({ id, rdbBytes }: NonNullable<JournalStats["snapshot"]>, nowMs: number): number {
    return id === this.#id ? this.#rate.perSecond(rdbBytes, nowMs) : 0;
  }
}

export function snapshotStatus(snapshot: NonNullable<JournalStats["snapshot"]>, rate: SnapshotRate, nowMs: number): SnapshotStatus {
  const { id, state, offset, chunks, rdbBytes, totalBytes } = snapshot;
  const arriving = state === "arriving" ? transferStatus({ bytes: rdbBytes, totalBytes }, rate.perSecond(snapshot, nowMs)) : undefined;
  return { id, state, offset: `${offset}`, chunks, rdbBytes, ...(arriving && { arriving }) };
}

export function sendingStatus({ waiting, bytes, totalBytes, since }: SendingStats, nowMs: number): SendingStatus {
  return { ...transferStatus({ bytes, totalBytes }, waiting ? 0 : meanSpeed(bytes, since, nowMs)), waiting };
}

export function loadingStatus({ phase, loading, loadingFrom }: DeliveryStats, nowMs: number): LoadingStatus | undefined {
  if (phase !== "loading" || !loading || !loadingFrom) return undefined;
  const { keysRead: keys, totalKeys } = loading;
  const transfer = transferStatus(loading, meanSpeed(loading.bytes, loadingFrom, nowMs));
  return { ...transfer, keys, ...(totalKeys !== undefined && { totalKeys: Math.max(totalKeys, keys) }) };
}

type Extent = { readonly bytes: number; readonly totalBytes: number | undefined };

function transferStatus({ bytes, totalBytes }: Extent, speed: number): TransferStatus {
  const bytesPerSecond = Math.round(speed);
  if (totalBytes === undefined) return { bytes, bytesPerSecond };
  const leftMs = Math.round((Math.max(0, totalBytes - bytes) / bytesPerSecond) * 1000);
  return { bytes, totalBytes, bytesPerSecond, ...(bytesPerSecond > 0 && { leftMs }) };
}

/** What was there before does not count. */
function meanSpeed(bytes: number, since: { readonly atMs: number; readonly bytes: number }, nowMs: number): number {
  return (Math.max(0, bytes - since.bytes) / Math.max(1, nowMs - since.atMs)) * 1000;
}
