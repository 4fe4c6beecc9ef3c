/** Other regions' streams: received, kept, delivered to our own servers, and passed on where the topology says so. */
import { promotionStatus } from "../admin/collect/delivery.ts";
import type { ReplicaParts } from "../admin/collect/parts.ts";
import { replicaStatus } from "../admin/collect/stream.ts";
import type { PromotionStatus } from "../admin/status/delivery.ts";
import type { StreamStatus } from "../admin/status/stream.ts";
import { Feed } from "../delivery/feed/feed.ts";
import { FeedStats } from "../delivery/feed/feed-stats.ts";
import type { SnapshotSupply } from "../delivery/feed/snapshot-renewal.ts";
import { Delivery } from "../delivery/write/delivery.ts";
import { DeliveryStats } from "../delivery/write/delivery-stats.ts";
import { judgeSnapshot } from "../delivery/write/load/snapshot-guard.ts";
import { loadSnapshot } from "../delivery/write/load/snapshot-loader.ts";
import { DeliveryOrders } from "../delivery/write/orders.ts";
import type { StreamJournal } from "../journal/journal.ts";
import { takeSnapshot } from "../source/snapshot-taker.ts";
import type { Offset } from "../stream/position.ts";
import { formatHostPort } from "../topology/address.ts";
import { type FeedAddress, feedCertificates, type RegionView, type ReplicaView, type WriteView } from "../topology/region-view.ts";
import { type GatewayContext, onRenewalOf, RELOADED } from "./context.ts";
import type { Journals } from "./journals.ts";
import type { ServedStreams } from "./served-streams.ts";
import type { Upstreams } from "./upstreams.ts";

type WriteParts = { readonly stats: DeliveryStats; readonly orders: DeliveryOrders; readonly service: string };

export class Replicas {
  readonly #context: GatewayContext;
  readonly #journals: Journals;
  readonly #served: ServedStreams;
  readonly #upstreams: Upstreams;
  /** A person has said that targets may hold keys that are not ours. */
  readonly #adopt: boolean;
  readonly #replicas: ReplicaParts[] = [];
  /** By stream, those by write. */
  readonly #writes = new Map<string, WriteParts>();

  constructor(
    context: GatewayContext,
    parts: { readonly journals: Journals; readonly served: ServedStreams; readonly upstreams: Upstreams; readonly adopt: boolean },
  ) {
    this.#context = context;
    this.#journals = parts.journals;
    this.#served = parts.served;
    this.#upstreams = parts.upstreams;
    this.#adopt = parts.adopt;
  }

  async open({ origin, stream, subscribers, behind, write, feed }: ReplicaView): Promise<void> {
    const journal = await this.#journals.open(stream, "peer");
    journal.retain("delivery", undefined);
    if (write) this.#openWrite(origin, journal, write);
    if (feed) this.#openFeed(origin, journal, feed);
    if (subscribers.length > 0) this.#passOn(journal, { subscribers, behind });
  }

  /** Opens what is new, lets more regions take what is there, and begins deliveries anew whose settings have changed. */
  async reload(before: RegionView): Promise<void> {
    for (const replica of this.#context.view.replicas) {
      const old = before.replicas.find(({ stream }) => stream === replica.stream);
      if (old === undefined) {
        await this.open(replica);
        continue;
      }
      const { stream, subscribers, write } = replica;
      if (this.#served.serves(stream)) this.#served.extend(stream, replica);
      else if (subscribers.length > 0) this.#passOn(this.#journals.get(stream), replica);
      if (JSON.stringify(settingsOf(old.write)) !== JSON.stringify(settingsOf(write))) {
        this.#context.services.restart(`delivery:${replica.origin}`, RELOADED);
      }
    }
  }

  status(nowMs: number): StreamStatus[] {
    return this.#replicas.map((replica) => replicaStatus(replica, this.#journals.rates(replica.journal), nowMs));
  }

  /** Asked again, it says how far the promotion is; undefined of a stream that we do not write. */
  promote(stream: string): PromotionStatus | undefined {
    const write = this.#writes.get(stream);
    if (!write) return undefined;
    const { services } = this.#context;
    const { stats, orders, service } = write;
    const refusal = stats.promotionRefusal;
    stats.promotionRefusal = undefined;
    // What it failed of before says nothing about an order that it has just got.
    const state = orders.promotes ? services.states.get(service) : undefined;
    const isOrder = refusal === undefined && !orders.promotes;
    if (isOrder) {
      orders.promote();
      services.restart(service, "a promotion was ordered");
    }
    return { ...promotionStatus({ stream, stats, refusal, state }), ...(isOrder && { ordered: true }) };
  }

  /** Returns what a person has said yes to. */
  accept(stream: string): string | undefined {
    const write = this.#writes.get(stream);
    const accepted = write?.orders.accept();
    if (write && accepted !== undefined) this.#context.services.restart(write.service, `a person accepts ${accepted}`);
    return accepted;
  }

  #openWrite(origin: string, journal: StreamJournal, view: WriteView): void {
    const { logOf, clock, services } = this.#context;
    const stats = new DeliveryStats();
    const orders = new DeliveryOrders();
    const { stream } = journal;
    this.#replicas.push({ journal, ...this.#journals.parts, address: formatHostPort(view.target), delivery: stats });
    const service = `delivery:${origin}`;
    this.#writes.set(stream, { stats, orders, service });
    const delivery = (healthy: () => void) =>
      new Delivery({
        stream,
        log: logOf(service),
        clock,
        journal,
        adopt: this.#adopt,
        ...(this.#context.view.replicas.find(({ stream: of }) => of === stream)?.write ?? view),
        deadLetterFile: this.#journals.fileBeside(stream, "dead-letters.jsonl"),
        unsupportedFile: this.#journals.fileBeside(stream, "unsupported.jsonl"),
        orders,
        healthy,
        loadSnapshot,
        judgeSnapshot,
        stats,
      });
    services.addConnection(service, delivery);
  }

  #openFeed(origin: string, journal: StreamJournal, address: FeedAddress): void {
    const { view, logOf, clock, services } = this.#context;
    const { host, port, username, password, tls } = address;
    const stats = new FeedStats();
    const supply = { take: this.#snapshots(journal, address), request: () => this.#upstreams.requestSnapshot(journal.stream, undefined) };
    this.#replicas.push({ journal, ...this.#journals.parts, address: formatHostPort({ host, port }), feed: stats });
    const service = `delivery:${origin}`;
    const feed = () =>
      new Feed({
        host,
        port,
        login: { username, ...(password !== undefined && { password }) },
        ...(tls && { tls, onTlsRenewal: onRenewalOf(view, feedCertificates(origin)) }),
        journal,
        supply,
        log: logOf(service),
        clock,
        stats,
      });
    services.addConnection(service, feed);
  }

  /** Attaches to a fed replica as its replica, with the login and the TLS that it attaches to us with; addresses are not in certificates. */
  #snapshots(journal: StreamJournal, { username, password, tls }: FeedAddress): SnapshotSupply["take"] {
    const { view, logOf, clock } = this.#context;
    const common = { listeningPort: view.listen.port, journal, log: logOf("source"), clock };
    const login = { username, ...(password !== undefined && { password }) };
    return (endpoint, history, signal) => {
      const address = { ...endpoint, ...login, ...(tls && { tls: { ...tls, checkServerIdentity: () => undefined } }) };
      return takeSnapshot({ ...common, address, history, onFullSync: () => undefined }, signal);
    };
  }

  /** To others; for them lag is counted from when the record came here. */
  #passOn(journal: StreamJournal, regions: Pick<ReplicaView, "subscribers" | "behind">): void {
    const requestSnapshot = (beyond: Offset | undefined) => this.#upstreams.requestSnapshot(journal.stream, beyond);
    const { lag } = this.#served.serve({ journal, ...regions, requestSnapshot });
    let counted = journal.stats().commands;
    journal.onProgress(() => {
      const received = journal.progress?.received;
      const { commands } = journal.stats();
      if (received) lag.onRecord({ to: received.offset, readAtMs: received.atMs, commands: commands - counted });
      counted = commands;
    });
  }
}

/** What may change without another target. */
function settingsOf(write: WriteView | undefined): unknown {
  return write && { ...write, target: undefined };
}
