/** Our own master's stream: read, kept, and sent to whoever the topology gives it to. */
import { randomBytes } from "node:crypto";
import type { OriginParts } from "../admin/collect/parts.ts";
import type { MasterDelay } from "../lag/master-delay.ts";
import type { PeerAcks } from "../link/send/peer-acks.ts";
import { HeartbeatSender, type HeartbeatSenderOptions } from "../source/heartbeat-sender.ts";
import { SnapshotOrder, SnapshotTaker } from "../source/snapshot-taker.ts";
import { Source, type SourceOptions } from "../source/source.ts";
import { SourceStats } from "../source/stats.ts";
import { HeartbeatCode } from "../stream/heartbeat.ts";
import type { HistoryId, Offset, StreamId } from "../stream/position.ts";
import { RecordEncoder } from "../stream/record-encoder.ts";
import { formatHostPort } from "../topology/address.ts";
import type { RegionView, ServerAddress } from "../topology/region-view.ts";
import type { GatewayContext } from "./context.ts";
import type { Journals } from "./journals.ts";
import type { ServedStreams } from "./served-streams.ts";

/** Of another region, for the settings of `master.ack` that wait for one. */
const REMOTE_STAGES = { "local-durable": undefined, "remote-durable": "durable", "remote-applied": "applied" } as const;

/** Throws what keeps the journal from being opened. */
export async function openOrigin(
  context: GatewayContext,
  {
    journals,
    served,
    address,
    stream,
  }: { readonly journals: Journals; readonly served: ServedStreams; readonly address: ServerAddress; readonly stream: StreamId },
): Promise<OriginParts> {
  const { view, logOf, clock, services } = context;
  const { listen, subscribers, behind, masterAck, heartbeatMs } = view;
  const journal = await journals.open(stream, "master");
  const stats = new SourceStats(clock.nowMs());
  const encoder = new RecordEncoder(() => clock.nowMs());
  const order = new SnapshotOrder();
  const { lag, acks } = served.serve({ journal, subscribers, behind, requestSnapshot: (beyond) => order.place(beyond) });
  const common = { address, listeningPort: listen.port, journal, clock, stats };
  const code = new HeartbeatCode(randomBytes(8).toString("hex"));
  const heartbeat = { code, onReturned: (at: number, to: Offset) => lag.master.onReturned(at, to) };
  services.addConnection(
    "source",
    (healthy) =>
      new Source({
        ...common,
        log: logOf("source"),
        remote: remoteOf(masterAck, acks),
        bound: boundOf(context),
        heartbeat: heartbeatMs === undefined ? undefined : heartbeat,
        encode: (header, payload) => encoder.encode(header, payload),
        onRecord: (header) => lag.onRecord({ ...header, readAtMs: clock.nowMs() }),
        onStreaming: () => {
          lag.master.forget();
          healthy();
        },
      }),
  );
  if (heartbeatMs !== undefined) {
    const log = logOf("heartbeat");
    const parts = { address, code, stats, log, clock };
    services.addConnection("heartbeat", () =>
      heartbeatSender({ ...parts, intervalMs: context.view.heartbeatMs ?? heartbeatMs }, lag.master),
    );
  }
  services.add("snapshot-taker", () => new SnapshotTaker({ ...common, log: logOf("source"), order }));
  return {
    ...{ journal, ...journals.parts, address: formatHostPort(address), source: stats, encoder, lag },
    heartbeat: heartbeatMs === undefined ? "off" : "on",
  };
}

/** As the newest view has it: whether there is one cannot change while we run. */
function boundOf(context: GatewayContext): SourceOptions["bound"] {
  const { ackBound } = context.view;
  if (ackBound === undefined) return undefined;
  const now = () => context.view.ackBound ?? ackBound;
  return {
    get lagMs() {
      return now().lagMs;
    },
    get keepaliveMs() {
      return now().keepaliveMs;
    },
  };
}

function remoteOf(masterAck: RegionView["masterAck"], acks: PeerAcks): SourceOptions["remote"] {
  const stage = REMOTE_STAGES[masterAck];
  return stage && { furthest: (history: HistoryId) => acks.furthest(history, stage), onAck: (listener) => acks.onAck(listener) };
}

function heartbeatSender(
  parts: Omit<HeartbeatSenderOptions, "onSent" | "onForgotten" | "isUnreturned">,
  master: MasterDelay,
): HeartbeatSender {
  return new HeartbeatSender({
    ...parts,
    onSent: (sentAtMs) => master.onSent(sentAtMs),
    onForgotten: () => master.forget(),
    isUnreturned: () => master.isUnreturned(parts.clock.nowMs(), parts.stats.readSinceMs),
  });
}
