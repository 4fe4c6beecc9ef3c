/**
 * Where in a master's stream something is. Offsets are the master's own byte count (`master_repl_offset`),
 * so they mean something only inside one history.
 */
import { GatewayError } from "../errors.ts";

declare const brand: unique symbol;
type Brand<T, Name extends string> = T & { readonly [brand]: Name };

/** Bytes of replication stream the master has produced, in the master's own count. The next byte wanted by PSYNC is offset + 1. */
export type Offset = Brand<bigint, "Offset">;
/** Replication id: 40 lower-case hex characters. */
export type Replid = Brand<string, "Replid">;
/** 16 hex characters drawn by the origin's gateway at each FULLRESYNC: unlike a replid it is never used for two histories. */
export type HistoryId = Brand<string, "HistoryId">;
/** `us-east/0`: region and shard. */
export type StreamId = Brand<string, "StreamId">;

export type Position = { readonly history: HistoryId; readonly offset: Offset };

export const MAX_OFFSET = (1n << 63n) - 1n;

export const Offset = {
  of(value: bigint | number | string): Offset {
    let offset: bigint;
    try {
      offset = BigInt(value);
    } catch (cause) {
      throw new GatewayError("RECORD_MALFORMED", "an offset is not a whole number", { cause });
    }
    if (offset < 0n || offset > MAX_OFFSET) throw new GatewayError("RECORD_MALFORMED", "an offset is outside 0 … 2^63-1");
    return offset as Offset;
  },
  plus: (base: Offset, bytes: number): Offset => (base + BigInt(bytes)) as Offset,
  /** Bytes from `from` to `to`; exact below 2^53. */
  distance: (from: Offset, to: Offset): number => Number(to - from),
};

export const Replid = {
  of(text: string): Replid {
    if (!/^[0-9a-fA-F]{40}$/.test(text)) throw new GatewayError("RESP_MALFORMED", "a replication id is not 40 hex characters");
    return text.toLowerCase() as Replid;
  },
};

export const HistoryId = {
  of(text: string): HistoryId {
    if (!/^[0-9a-f]{16}$/.test(text)) throw new GatewayError("FRAME_MALFORMED", "a history id is not 16 hex characters");
    return text as HistoryId;
  },
};

export const StreamId = {
  of(region: string, shard = 0): StreamId {
    return `${region}/${shard}` as StreamId;
  },
  parse(text: string): StreamId {
    if (!/^[a-z0-9][a-z0-9-]{0,62}\/\d{1,5}$/.test(text)) throw new GatewayError("FRAME_MALFORMED", "a stream name is not region/shard");
    return text as StreamId;
  },
};
