/** The link port and the links: those on which we send, to whoever takes streams from us, and those that we dial. */
import type { Unread } from "../../lag/lag-tracker.ts";
import type { StreamLag } from "../../lag/stream-lag.ts";
import type { LinkRecordStats } from "../../link/connection/link-record.ts";
import type { LinkDialer } from "../../link/dialer.ts";
import type { LinkListener } from "../../link/listener.ts";
import type { PeerAck } from "../../link/send/sender-session.ts";
import type { IncomingLinkStats, OutgoingLinkStats, PackingStats } from "../../link/stats.ts";
import type { StreamId } from "../../stream/position.ts";
import type { LinkStatus, ListenerStatus, PackingStatus } from "../status/link.ts";
import { lastError, offsets } from "./fields.ts";
import { sendingStatus as snapshotSending } from "./transfers.ts";

/** A stream that other gateways take from us: our own, or one that we pass on. */
export type ServedParts = {
  readonly stream: StreamId;
  readonly subscribers: readonly string[];
  /** Regions that take it from one of those. */
  readonly behind: readonly string[];
  readonly lag: StreamLag;
  /** Only of our own stream. */
  readonly unread: Unread | undefined;
  /** The last ack of each region: what is known of one whose link is down. */
  readonly acks: ReadonlyMap<string, PeerAck>;
};

/** The sending side: one link per connected peer, and a closed one for each peer that is not. */
export function sendingStatus(listener: LinkListener, served: readonly ServedParts[], nowMs: number): readonly LinkStatus[] {
  const { links, records } = listener.stats;
  const peers = new Set(served.flatMap(({ subscribers }) => subscribers));
  return [...peers].map((peer) => {
    const link = links.find((candidate) => candidate.peer === peer);
    const common = { peer, direction: "sending" as const, ...recordStatus(records.get(peer)) };
    const streams = served
      .filter(({ subscribers }) => subscribers.includes(peer))
      .flatMap((one) => {
        const { phase, snapshot, packing } = link?.streams.find(({ stream }) => stream === one.stream) ?? {};
        const behind = one.behind.filter((region) => one.acks.get(region)?.via === peer);
        return [
          {
            stream: one.stream,
            ...(phase && { phase }),
            ...(packing && { packing: packingStatus(packing) }),
            ...(snapshot && { snapshot: snapshotSending(snapshot, nowMs) }),
            ...ackedBy(one, peer, nowMs),
          },
          ...behind.map((region) => ({ stream: one.stream, region, ...ackedBy(one, region, nowMs) })),
        ];
      });
    if (link === undefined) return { ...common, phase: "closed", sentBytes: 0, receivedBytes: 0, streams };
    return { ...common, ...linkStatus(link), streams };
  });
}

function ackedBy({ acks, lag: ofStream, unread }: ServedParts, region: string, nowMs: number) {
  const ack = acks.get(region);
  const lag = ofStream.lag(region, nowMs, unread);
  const acked = offsets({ received: ack?.received?.offset, durable: ack?.durable?.offset, applied: ack?.applied?.offset });
  return { acked, ...(lag && { lag }) };
}

export function receivingStatus(dialer: LinkDialer): LinkStatus {
  const link = dialer.stats;
  return {
    direction: "receiving",
    ...linkStatus(link),
    ...recordStatus(link),
    streams: link.streams.map((stream) => ({
      stream: stream.stream,
      phase: stream.phase,
      packing: packingStatus(stream.packing),
      acked: offsets({ received: stream.receivedOffset, durable: undefined, applied: undefined }),
    })),
  };
}

export function listenerStatus(listener: LinkListener): ListenerStatus {
  const { unauthenticated, refusals, snapshots } = listener.stats;
  const { bytesPerSecond, ...turns } = snapshots;
  return { unauthenticated, refusals, snapshots: { ...turns, ...(bytesPerSecond !== undefined && { bytesPerSecond }) } };
}

function linkStatus(link: OutgoingLinkStats | IncomingLinkStats) {
  return {
    peer: link.peer,
    phase: link.phase,
    ...(link.clock && { rttMs: link.clock.rttMs, clock: { offsetMs: link.clock.offsetMs, errorMs: link.clock.errorMs } }),
    ...(link.sameTopology !== undefined && { sameTopology: link.sameTopology }),
    sentBytes: link.bytesSent,
    receivedBytes: link.bytesReceived,
    ...(link.connectedAt !== undefined && { connectedAtMs: link.connectedAt }),
    ...(link.lastFrameAt !== undefined && { lastFrameAtMs: link.lastFrameAt }),
  };
}

function recordStatus(record: LinkRecordStats | undefined) {
  const { reconnects = 0, refusals = 0, superseded = 0 } = record ?? {};
  return { reconnects, refusals, superseded, ...lastError(record?.lastError) };
}

function packingStatus({ codec, peerLacksZstd, records, recordBytes, packedBytes, cpuMs }: PackingStats): PackingStatus {
  const counts = { records, recordBytes, packedBytes, savedBytes: recordBytes - packedBytes, cpuSeconds: cpuMs / 1_000 };
  return { codec, ...(peerLacksZstd && { peerLacksZstd }), ...counts };
}
