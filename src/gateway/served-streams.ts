/** The streams that other gateways take from us, our own and those that we pass on, and the port where they take them. */
import { type ServedParts, sendingStatus } from "../admin/collect/link.ts";
import type { LinkStatus } from "../admin/status/link.ts";
import type { StreamJournal } from "../journal/journal.ts";
import type { Unread } from "../lag/lag-tracker.ts";
import { StreamLag } from "../lag/stream-lag.ts";
import { LinkListener, type ListenerSettings } from "../link/listener.ts";
import { PeerAcks } from "../link/send/peer-acks.ts";
import type { PeerAck } from "../link/send/sender-session.ts";
import type { Offset, StreamId } from "../stream/position.ts";
import { LINK_CERTIFICATES, type RegionView } from "../topology/region-view.ts";
import { type GatewayContext, onRenewalOf, RELOADED } from "./context.ts";

export type ServedStream = Omit<ServedParts, "acks" | "unread"> & {
  readonly journal: StreamJournal;
  readonly acks: PeerAcks;
  /** Asks where the stream comes from for a snapshot later than `beyond`. */
  readonly requestSnapshot: (beyond: Offset | undefined) => void;
};

export class ServedStreams {
  readonly #context: GatewayContext;
  readonly #served = new Map<StreamId, ServedStream>();
  #listener: LinkListener | undefined;

  constructor(context: GatewayContext) {
    this.#context = context;
  }

  serve(parts: Pick<ServedStream, "journal" | "subscribers" | "behind" | "requestSnapshot">): ServedStream {
    const { journal, subscribers, behind } = parts;
    const served = { ...parts, stream: journal.stream, lag: new StreamLag([...subscribers, ...behind]), acks: new PeerAcks() };
    for (const peer of subscribers) journal.retain(`peer:${peer}`, undefined);
    this.#followLag(journal, served.lag);
    this.#served.set(journal.stream, served);
    return served;
  }

  /** More regions take a stream that is served already. */
  extend(stream: StreamId, { subscribers, behind }: Pick<ServedStream, "subscribers" | "behind">): void {
    const served = this.#served.get(stream)!;
    for (const peer of [...subscribers, ...behind]) served.lag.add(peer, this.#heldBy(served.journal));
    for (const peer of subscribers) if (!served.subscribers.includes(peer)) served.journal.retain(`peer:${peer}`, undefined);
    this.#served.set(stream, { ...served, subscribers, behind });
  }

  /** After all are served. */
  openListener(): void {
    const { view, logOf, clock, services } = this.#context;
    const { region, listen, secret, otherSecrets, tls } = view;
    const listener = new LinkListener({
      ...listen,
      ...(tls && { tls, onTlsRenewal: onRenewalOf(view, LINK_CERTIFICATES) }),
      ...{ region, secret, otherSecrets },
      ...this.#settings(),
      log: logOf("link"),
      clock,
      requestSnapshot: (stream, beyond) => this.#served.get(stream)?.requestSnapshot(beyond),
      onAck: (ack) => this.#acknowledged(ack),
    });
    this.#listener = listener;
    services.addConnection("link-listener", () => listener);
  }

  /** What of the view may change holds from now on; links that are open reconnect when it is about them. */
  reload(before: RegionView): void {
    const { view, services } = this.#context;
    if (this.#listener === undefined) {
      if (!this.isEmpty) this.openListener();
      return;
    }
    this.#listener.configure(this.#settings());
    const codecs = ({ link }: RegionView) => [...this.#settings().peers.keys()].map((peer) => link.codecFor(peer)).join();
    if (needsNewLinks(before, view) || codecs(before) !== codecs(view)) services.restart("link-listener", RELOADED);
  }

  #settings(): ListenerSettings {
    const { digest, link } = this.#context.view;
    const served = [...this.#served.values()];
    const peers = new Set(served.flatMap(({ subscribers }) => subscribers));
    const given = (peer: string) => new Set(served.filter(({ subscribers }) => subscribers.includes(peer)).map(({ stream }) => stream));
    return {
      topologyDigest: digest,
      peers: new Map([...peers].map((peer) => [peer, given(peer)])),
      logs: new Map(served.map(({ stream, journal }) => [stream, journal])),
      ...link,
    };
  }

  get listener(): LinkListener | undefined {
    return this.#listener;
  }

  serves(stream: StreamId): boolean {
    return this.#served.has(stream);
  }

  get isEmpty(): boolean {
    return this.#served.size === 0;
  }

  /** Of these streams, what the regions behind us have acknowledged. */
  acksOf(streams: readonly StreamId[]): ReadonlyMap<StreamId, PeerAcks> {
    return new Map(streams.flatMap((stream) => this.#served.get(stream) ?? []).map(({ stream, acks }) => [stream, acks]));
  }

  /** `own`: the stream that is read here, and what of it is not. */
  status(own: { readonly journal: StreamJournal; readonly unread: Unread } | undefined, nowMs: number): LinkStatus[] {
    if (!this.#listener) return [];
    const parts = [...this.#served.values()].map((served) => ({
      ...{ ...served, acks: served.acks.byPeer },
      unread: served.journal === own?.journal ? own.unread : undefined,
    }));
    return [...sendingStatus(this.#listener, parts, nowMs)];
  }

  #acknowledged(ack: PeerAck): void {
    const served = this.#served.get(ack.stream);
    // A peer with another topology may speak for a region that is not behind it in ours.
    if (served === undefined || (ack.via !== undefined && !served.behind.includes(ack.peer))) return;
    const { journal, lag, acks } = served;
    acks.note(ack);
    if (ack.history === journal.progress?.history) lag.onAck(ack, ack.clock, this.#context.clock.nowMs());
  }

  /** What the journal holds from before counts as pending since now, until an ack covers it. */
  #followLag(journal: StreamJournal, lag: StreamLag): void {
    let history = journal.current?.id;
    const begin = () => {
      const held = this.#heldBy(journal);
      if (held) lag.begin(held);
    };
    begin();
    journal.onProgress(() => {
      const { current, progress } = journal;
      if (current?.id !== history) {
        history = current?.id;
        begin();
      }
      if (progress?.durable && progress.history === history) lag.onDurable(progress.durable.offset, progress.durable.atMs);
    });
  }

  #heldBy({ current }: StreamJournal) {
    return current && { start: current.start, end: current.tail.offset, atMs: this.#context.clock.nowMs() };
  }
}

/** What a link agrees on when it opens. */
export function needsNewLinks(before: RegionView, now: RegionView): boolean {
  return before.link.windowBytes !== now.link.windowBytes || before.link.livenessMs !== now.link.livenessMs;
}
