/**
 * Whether records travel as they lie in the journal (LZ4) or packed anew (zstd): the latter where the link is what limits, while its CPU is
 * to be had and the time that it takes is less than the time that it saves. Pure.
 */
import { type LinkView, QUEUE_MS } from "./link-meter.ts";

/** auto: zstd while the link is short of bandwidth. lz4: records as they lie in the journal. zstd: always, for peers that have it. */
export const LINK_CODECS = ["auto", "lz4", "zstd"] as const;
export type LinkCodec = (typeof LINK_CODECS)[number];

export type PackingCost = {
  /** Packed bytes per byte of records in the journal. */
  readonly ratio: number;
  /** Milliseconds of CPU per byte of records in the journal. */
  readonly msPerByte: number;
  /** Of one core, lately. */
  readonly coreShare: number;
};

/** Packing must never be what a record waits for; a link that saves less than this is no reason to pack. */
export const MAX_ADDED_MS = 5;
/** Everything else that the gateway does is on the same core. */
const MAX_CORE_SHARE = 0.5;
/** With what is packed gone from the queue the link is still short, as long as unpacked records would fill this much of it. */
const FULL_SHARE = 0.8;

/** For records of `bytes` together. */
export function isWorthPacking(bytes: number, { queueMs, bandwidth, offered }: LinkView, cost: PackingCost): boolean {
  if (bandwidth === undefined || cost.coreShare > MAX_CORE_SHARE) return false;
  if (queueMs < QUEUE_MS && offered < FULL_SHARE * bandwidth) return false;
  const packingMs = bytes * cost.msPerByte;
  // The peer unpacks them, and packs them as its journal keeps them: about as much work again.
  const bothMs = 2 * packingMs;
  const savedMs = (bytes * (1 - cost.ratio)) / bandwidth;
  // While bytes wait anyway, packing the next ones costs none of them any time.
  const addedMs = Math.max(0, packingMs - queueMs);
  return addedMs <= MAX_ADDED_MS && bothMs < savedMs;
}
