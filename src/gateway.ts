/**
 * Joins the stages of one region's gateway: the only file that knows them all.
 *   origin   master → Source → journal → LinkListener (one sender per peer)
 *   replica  LinkDialer (receiver) → journal → Delivery → target, or Feed → real replicas
 *   relay    a replica's journal → LinkListener, too
 * Everything stops by one signal, and at any line by kill -9: journal and checkpoint make any stop safe.
 */
import { randomBytes } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Logger } from "pino";
import {
  listenerStatus,
  type OriginParts,
  originStatus,
  promotionStatus,
  type ReplicaParts,
  receivingStatus,
  replicaStatus,
  type ServedParts,
  StreamRates,
  sendingStatus,
  serviceStatus,
} from "./admin/collect.ts";
import { Samples } from "./admin/samples.ts";
import { AdminServer } from "./admin/server.ts";
import type { GatewayStatus, PromotionStatus } from "./admin/status.ts";
import { AlertStore } from "./alert/alert-store.ts";
import { Timeline } from "./alert/timeline.ts";
import { AlertWatch } from "./alert/watch.ts";
import { lz4Package } from "./bytes/lz4.ts";
import { Feed } from "./delivery/feed/feed.ts";
import { FeedStats } from "./delivery/feed/feed-stats.ts";
import type { SnapshotSupply } from "./delivery/feed/snapshot-renewal.ts";
import { Delivery } from "./delivery/write/delivery.ts";
import { DeliveryStats } from "./delivery/write/delivery-stats.ts";
import { DeliveryOrders } from "./delivery/write/orders.ts";
import { judgeSnapshot } from "./delivery/write/snapshot-guard.ts";
import { loadSnapshot } from "./delivery/write/snapshot-loader.ts";
import { GatewayError } from "./errors.ts";
import type { JournalWriter } from "./journal/context.ts";
import { StreamJournal } from "./journal/journal.ts";
import { lockDataFolder } from "./journal/lock.ts";
import type { MasterDelay } from "./lag/master-delay.ts";
import { StreamLag } from "./lag/stream-lag.ts";
import { LinkDialer } from "./link/dialer.ts";
import { LinkListener } from "./link/listener.ts";
import { PeerAcks } from "./link/peer-acks.ts";
import type { PeerAck } from "./link/sender-session.ts";
import { CertificateWatch } from "./runtime/certificate-watch.ts";
import { systemClock } from "./runtime/clock.ts";
import { DiskSpace } from "./runtime/disk-space.ts";
import { Services } from "./runtime/services.ts";
import { HeartbeatSender, type HeartbeatSenderOptions } from "./source/heartbeat-sender.ts";
import { SnapshotOrder, SnapshotTaker, takeSnapshot } from "./source/snapshot-taker.ts";
import { Source } from "./source/source.ts";
import { SourceStats } from "./source/stats.ts";
import { HeartbeatCode } from "./stream/heartbeat.ts";
import type { HistoryId, Offset, StreamId } from "./stream/position.ts";
import { formatHostPort } from "./topology/address.ts";
import {
  type FeedAddress,
  feedCertificates,
  LINK_CERTIFICATES,
  type RegionView,
  type ReplicaView,
  type ServerAddress,
  type UpstreamView,
  type WriteView,
} from "./topology/region-view.ts";
import type { Reload } from "./topology/reload.ts";

export type GatewayOptions = {
  readonly view: RegionView;
  readonly version: string;
  readonly log: Logger;
  /** A person has said that targets may hold keys that are not ours. */
  readonly adopt: boolean;
  /** Calls back when a person asks to read again what can be read again: certificates, and what of the topology can change. */
  readonly onReload?: (reload: () => void) => void;
  /** Reads the topology again; throws CONFIG_INVALID. */
  readonly reread?: () => Reread;
  readonly setLogLevel?: (level: RegionView["logLevel"]) => void;
};

export type Reread = { readonly view: RegionView; readonly reload: Reload };

type DeliveryParts = { readonly stats: DeliveryStats; readonly orders: DeliveryOrders; readonly service: string };

/** Journal bytes that wait for the disk before the socket is no longer read. */
const MAX_PENDING_BYTES = 16 * 1024 * 1024;
/** Of another region, for the settings of `master.ack` that wait for one. */
const REMOTE_STAGES = { "local-durable": undefined, "remote-durable": "durable", "remote-applied": "applied" } as const;
const DISK_INTERVAL_MS = 10_000;
const SAMPLE_INTERVAL_MS = 1_000;

/** A stream that other gateways take from us. */
type ServedStream = Omit<ServedParts, "acks" | "awaySinceMs"> & {
  readonly journal: StreamJournal;
  readonly acks: PeerAcks;
  /** Asks where the stream comes from for a snapshot later than `beyond`. */
  readonly requestSnapshot: (beyond: Offset | undefined) => void;
};

/** Runs until the signal aborts. Throws JOURNAL_LOCKED, JOURNAL_VERSION, JOURNAL_CORRUPT and what else keeps the data folder from being opened. */
export async function runGateway(options: GatewayOptions, signal: AbortSignal): Promise<void> {
  const { view, log } = options;
  await mkdir(view.dataFolder, { recursive: true });
  const lock = await lockDataFolder(view.dataFolder);
  const gateway = new Gateway(options);
  try {
    await gateway.open();
    log.info({ event: "gateway.started", version: options.version, lz4: lz4Package }, "gateway started");
    await gateway.run(signal);
    log.info({ event: "gateway.stopped" }, "gateway stopped");
  } finally {
    await gateway.close();
    await lock.release();
  }
}

class Gateway {
  readonly #options: GatewayOptions;
  readonly #view: RegionView;
  readonly #log: Logger;
  readonly #clock = systemClock;
  readonly #startedAtMs: number;
  readonly #journals = new Map<StreamId, StreamJournal>();
  readonly #rates = new Map<StreamId, StreamRates>();
  readonly #dialers = new Map<string, LinkDialer>();
  readonly #served = new Map<StreamId, ServedStream>();
  readonly #replicas: ReplicaParts[] = [];
  /** Those by write. */
  readonly #deliveries = new Map<string, DeliveryParts>();
  readonly #services: Services;
  readonly #certificates: CertificateWatch;
  readonly #samples = new Samples();
  readonly #disk: DiskSpace;
  readonly #timeline: Timeline;
  #alerts: AlertWatch | undefined;
  #origin: OriginParts | undefined;
  #listener: LinkListener | undefined;

  constructor(options: GatewayOptions) {
    this.#options = options;
    this.#view = options.view;
    this.#log = options.log;
    this.#services = new Services({ log: this.#log, clock: this.#clock });
    this.#startedAtMs = this.#clock.nowMs();
    this.#disk = new DiskSpace(this.#view.dataFolder);
    this.#timeline = new Timeline({ region: this.#view.region, startedAtMs: this.#startedAtMs });
    this.#certificates = new CertificateWatch({ sets: this.#view.certificates, log: this.#child("certificates"), clock: this.#clock });
  }

  async open(): Promise<void> {
    const { master, stream, replicas, upstreams, certificates, warnings } = this.#view;
    for (const warning of warnings) this.#log.warn({ event: "topology.warned" }, warning);
    this.#services.add("admin", () => this.#adminServer());
    if (certificates.length > 0) this.#services.add("certificates", () => this.#certificates);
    this.#options.onReload?.(() => this.#hangUp());
    await this.#disk.look();
    const alerts = await this.#openAlerts();
    this.#alerts = alerts;
    this.#services.add("alerts", () => alerts);
    for (const replica of replicas) await this.#openReplica(replica);
    for (const upstream of upstreams) this.#dial(upstream);
    if (master !== undefined && stream !== undefined) await this.#openOrigin(master, stream);
    // Without subscribers, too: a master that is told to FAILOVER and picks us finds somebody who refuses.
    if (master !== undefined || this.#served.size > 0) this.#openListener();
  }

  async run(signal: AbortSignal): Promise<void> {
    const samples = setInterval(() => this.#sample(), SAMPLE_INTERVAL_MS);
    const disk = setInterval(() => void this.#disk.look(), DISK_INTERVAL_MS);
    try {
      await this.#services.run(signal);
    } finally {
      clearInterval(samples);
      clearInterval(disk);
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.#journals.values()].map((journal) => journal.close()));
  }

  /** Our own master's stream: read, kept, and sent to whoever the topology gives it to. */
  async #openOrigin(address: ServerAddress, stream: StreamId): Promise<void> {
    const { listen, subscribers, behind, masterAck, ackBound: bound, heartbeatMs } = this.#view;
    const clock = this.#clock;
    const journal = await this.#openJournal(stream, "master");
    const stats = new SourceStats(clock.nowMs());
    const order = new SnapshotOrder();
    const { lag, acks } = this.#serveStream({ journal, subscribers, behind, requestSnapshot: (beyond) => order.place(beyond) });
    this.#origin = {
      ...{ journal, ...this.#journalParts(), address: formatHostPort(address), source: stats, lag },
      heartbeat: heartbeatMs === undefined ? "off" : "on",
    };
    const stage = REMOTE_STAGES[masterAck];
    const remote = stage && {
      furthest: (history: HistoryId) => acks.furthest(history, stage),
      onAck: (listener: () => void) => acks.onAck(listener),
    };
    const common = { address, listeningPort: listen.port, journal, clock, stats };
    const code = new HeartbeatCode(randomBytes(8).toString("hex"));
    const heartbeat =
      heartbeatMs === undefined ? undefined : { code, onReturned: (at: number, to: Offset) => lag.master.onReturned(at, to) };
    this.#services.addConnection(
      "source",
      (healthy) =>
        new Source({
          ...common,
          log: this.#child("source"),
          remote,
          bound,
          heartbeat,
          onRecord: (header) => lag.onRecord({ ...header, readAtMs: clock.nowMs() }),
          onStreaming: () => {
            lag.master.forget();
            healthy();
          },
        }),
    );
    if (heartbeatMs !== undefined)
      this.#services.add("heartbeat", () => this.#heartbeatSender({ address, intervalMs: heartbeatMs, code, stats }, lag.master));
    this.#services.add("snapshot-taker", () => new SnapshotTaker({ ...common, log: this.#child("source"), order }));
  }

  #heartbeatSender(parts: Pick<HeartbeatSenderOptions, "address" | "intervalMs" | "code" | "stats">, master: MasterDelay): HeartbeatSender {
    const clock = this.#clock;
    return new HeartbeatSender({
      ...parts,
      log: this.#child("heartbeat"),
      clock,
      onSent: (sentAtMs) => master.onSent(sentAtMs),
      onForgotten: () => master.forget(),
      isUnreturned: () => master.isUnreturned(clock.nowMs()),
    });
  }

  /** Another region's stream: received, kept, delivered, and passed on where the topology says so. */
  async #openReplica({ origin, stream, subscribers, behind, write, feed }: ReplicaView): Promise<void> {
    const journal = await this.#openJournal(stream, "peer");
    journal.retain("delivery", undefined);
    if (write) this.#openWrite(origin, journal, write);
    if (feed) this.#openFeed(origin, journal, feed);
    if (subscribers.length === 0) return;
    const requestSnapshot = (beyond: Offset | undefined) => this.#requestSnapshot(stream, beyond);
    const { lag } = this.#serveStream({ journal, subscribers, behind, requestSnapshot });
    // Behind us lag is counted from when the record came here.
    let counted = journal.stats().commands;
    journal.onProgress(() => {
      const received = journal.progress?.received;
      const { commands } = journal.stats();
      if (received) lag.onRecord({ to: received.offset, readAtMs: received.atMs, commands: commands - counted });
      counted = commands;
    });
  }

  #serveStream(parts: Pick<ServedStream, "journal" | "subscribers" | "behind" | "requestSnapshot">): ServedStream {
    const { journal, subscribers, behind } = parts;
    const served = { ...parts, stream: journal.stream, lag: new StreamLag([...subscribers, ...behind]), acks: new PeerAcks() };
    for (const peer of subscribers) journal.retain(`peer:${peer}`, undefined);
    this.#followLag(journal, served.lag);
    this.#served.set(journal.stream, served);
    return served;
  }

  #openListener(): void {
    const { region, listen, link, secret, otherSecrets, tls, digest } = this.#view;
    const served = [...this.#served.values()];
    const peers = new Set(served.flatMap(({ subscribers }) => subscribers));
    const given = (peer: string) => new Set(served.filter(({ subscribers }) => subscribers.includes(peer)).map(({ stream }) => stream));
    const listener = new LinkListener({
      ...listen,
      ...(tls && { tls, onTlsRenewal: this.#onRenewalOf(LINK_CERTIFICATES) }),
      region,
      secret,
      otherSecrets,
      topologyDigest: digest,
      peers: new Map([...peers].map((peer) => [peer, given(peer)])),
      logs: new Map(served.map(({ stream, journal }) => [stream, journal])),
      windowBytes: link.windowBytes,
      livenessMs: link.livenessMs,
      snapshots: link.snapshots,
      log: this.#child("link"),
      clock: this.#clock,
      requestSnapshot: (stream, beyond) => this.#served.get(stream)?.requestSnapshot(beyond),
      onAck: (ack) => this.#acknowledged(ack),
    });
    this.#listener = listener;
    this.#services.addConnection("link-listener", () => listener);
  }

  #acknowledged(ack: PeerAck): void {
    const served = this.#served.get(ack.stream);
    // A peer with another topology may speak for a region that is not behind it in ours.
    if (served === undefined || (ack.via !== undefined && !served.behind.includes(ack.peer))) return;
    const { journal, lag, acks } = served;
    acks.note(ack);
    if (ack.history === journal.progress?.history) lag.onAck(ack, ack.clock, this.#clock.nowMs());
  }

  #dial({ region: upstream, dial, streams }: UpstreamView): void {
    const { region, link, secret, tls, digest } = this.#view;
    const logs = new Map(streams.map((stream) => [stream, this.#journals.get(stream)!]));
    const passedOn = streams.flatMap((stream) => this.#served.get(stream) ?? []);
    const { host, port } = dial;
    const dialer = new LinkDialer({
      host,
      port,
      ...(dial.tls && tls && { tls }),
      region,
      origin: upstream,
      secret,
      topologyDigest: digest,
      logs,
      behind: new Map(passedOn.map(({ stream, acks }) => [stream, acks])),
      windowBytes: link.windowBytes,
      livenessMs: link.livenessMs,
      log: this.#child(`link:${upstream}`),
      clock: this.#clock,
    });
    this.#dialers.set(upstream, dialer);
    this.#services.addConnection(`link:${upstream}`, () => dialer);
  }

  /** Of a stream that we receive; while its link is down nothing happens, and who needs the snapshot asks again. */
  #requestSnapshot(stream: StreamId, beyond: Offset | undefined): void {
    const upstream = this.#view.upstreams.find(({ streams }) => streams.includes(stream));
    if (upstream) this.#dialers.get(upstream.region)?.requestSnapshot(stream, beyond);
  }

  #openWrite(origin: string, journal: StreamJournal, { target, ...settings }: WriteView): void {
    const stats = new DeliveryStats();
    const orders = new DeliveryOrders();
    const { stream } = journal;
    const { dataFolder } = this.#view;
    this.#replicas.push({ journal, ...this.#journalParts(), address: formatHostPort(target), delivery: stats });
    const delivery = () =>
      new Delivery({
        stream,
        log: this.#child(`delivery:${origin}`),
        clock: this.#clock,
        journal,
        target,
        adopt: this.#options.adopt,
        ...settings,
        deadLetterFile: join(dataFolder, `${folderOf(stream)}.dead-letters.jsonl`),
        unsupportedFile: join(dataFolder, `${folderOf(stream)}.unsupported.jsonl`),
        orders,
        loadSnapshot,
        judgeSnapshot,
        stats,
      });
    const service = `delivery:${origin}`;
    this.#deliveries.set(stream, { stats, orders, service });
    this.#services.addConnection(service, delivery);
  }

  #openFeed(origin: string, journal: StreamJournal, address: FeedAddress): void {
    const { host, port, username, password, tls } = address;
    const stats = new FeedStats();
    const supply = { take: this.#replicaSnapshots(journal, address), request: () => this.#requestSnapshot(journal.stream, undefined) };
    this.#replicas.push({ journal, ...this.#journalParts(), address: formatHostPort({ host, port }), feed: stats });
    const feed = () =>
      new Feed({
        host,
        port,
        login: { username, ...(password !== undefined && { password }) },
        ...(tls && { tls, onTlsRenewal: this.#onRenewalOf(feedCertificates(origin)) }),
        journal,
        supply,
        log: this.#child(`delivery:${origin}`),
        clock: this.#clock,
        stats,
      });
    this.#services.addConnection(`delivery:${origin}`, feed);
  }

  /** Attaches to a fed replica as its replica, with the login and the TLS that it attaches to us with; addresses are not in certificates. */
  #replicaSnapshots(journal: StreamJournal, { username, password, tls }: FeedAddress): SnapshotSupply["take"] {
    const common = { listeningPort: this.#view.listen.port, journal, log: this.#child("source"), clock: this.#clock };
    const login = { username, ...(password !== undefined && { password }) };
    return (endpoint, history, signal) => {
      const address = { ...endpoint, ...login, ...(tls && { tls: { ...tls, checkServerIdentity: () => undefined } }) };
      return takeSnapshot({ ...common, address, history, onFullSync: () => undefined }, signal);
    };
  }

  async #openJournal(stream: StreamId, writtenBy: JournalWriter): Promise<StreamJournal> {
    const { dataFolder, journal: settings } = this.#view;
    const log = this.#child(`journal:${stream}`);
    const folder = join(dataFolder, folderOf(stream));
    const journal = await StreamJournal.open({
      folder,
      stream,
      ...settings,
      writtenBy,
      maxPendingBytes: MAX_PENDING_BYTES,
      log,
      clock: this.#clock,
    });
    this.#journals.set(stream, journal);
    this.#rates.set(stream, new StreamRates());
    this.#services.add(`journal:${stream}`, () => journal);
    return journal;
  }

  /** What the journal holds from before counts as pending since now, until an ack covers it. */
  #followLag(journal: StreamJournal, lag: StreamLag): void {
    let history = journal.current?.id;
    const begin = () => {
      const { current } = journal;
      if (current) lag.begin({ start: current.start, end: current.tail.offset, atMs: this.#clock.nowMs() });
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

  #journalParts(): Pick<OriginParts, "fsync" | "retentionBytes" | "disk"> {
    const { fsync, retention } = this.#view.journal;
    return { fsync, retentionBytes: retention.bytes, disk: this.#disk };
  }

  /** Asked again, it says how far the promotion is. */
  #promote(stream: string): PromotionStatus | undefined {
    const delivery = this.#deliveries.get(stream);
    if (!delivery) return undefined;
    const { stats, orders, service } = delivery;
    const refusal = stats.promotionRefusal;
    stats.promotionRefusal = undefined;
    // What it failed of before says nothing about an order that it has just got.
    const state = orders.promotes ? this.#services.states.get(service) : undefined;
    if (refusal === undefined && !orders.promotes) {
      orders.promote();
      this.#services.restart(service);
    }
    return promotionStatus({ stream, stats, refusal, state });
  }

  /** Returns what a person has said yes to. */
  #accept(stream: string): string | undefined {
    const delivery = this.#deliveries.get(stream);
    const accepted = delivery?.orders.accept();
    if (delivery && accepted !== undefined) this.#services.restart(delivery.service);
    return accepted;
  }

  #onRenewalOf(wanted: string) {
    return (renewed: () => void) => this.#view.certificates.find(({ use }) => use === wanted)?.onRenewal(renewed) ?? (() => undefined);
  }

  #adminServer(): AdminServer {
    const { admin, adminClients: clients, adminTls, tls } = this.#view;
    return new AdminServer({
      ...admin,
      clients,
      ...(adminTls && { tls, onTlsRenewal: this.#onRenewalOf(LINK_CERTIFICATES) }),
      status: () => this.#status(),
      samples: this.#samples,
      ...(this.#alerts && { alerts: this.#alerts }),
      timeline: this.#timeline,
      reload: () => this.#reload(),
      restart: (service) => this.#services.restart(service),
      promote: (stream) => this.#promote(stream),
      accept: (stream) => this.#accept(stream),
      log: this.#child("admin"),
      clock: this.#clock,
    });
  }

  #openAlerts(): Promise<AlertWatch> {
    const { region, dataFolder, alerts: configuration } = this.#view;
    const log = this.#child("alerts");
    return AlertWatch.open({
      ...{ region, configuration, log, clock: this.#clock, timeline: this.#timeline },
      store: new AlertStore({ folder: dataFolder, log }),
      sample: () => this.#status(),
    });
  }

  /** SIGHUP. What it cannot take over is said, and the gateway goes on as it was. */
  #hangUp(): void {
    this.#certificates.look({ patient: false });
    try {
      this.#reload();
    } catch (cause) {
      this.#log.error({ event: "topology.invalid", err: cause }, "the topology cannot be read again: everything stays as it was");
    }
  }

  /** All of what changed, or nothing. */
  #reload(): Reload {
    const { reread, setLogLevel } = this.#options;
    if (reread === undefined) throw new GatewayError("CONFIG_INVALID", "this gateway was started without a topology file");
    const { view, reload } = reread();
    const { changed, refused } = reload;
    if (refused.length > 0) {
      const text = `the changed topology is not taken over, these settings need a restart: ${refused.join(", ")}`;
      this.#log.error({ event: "topology.refused", refused }, text);
      this.#timeline.add({ atMs: this.#clock.nowMs(), kind: "configuration-refused", severity: "warning", text });
      return reload;
    }
    // Also where the file says the same: what it refers to may have changed.
    this.#alerts?.configure(view.alerts);
    setLogLevel?.(view.logLevel);
    const text =
      changed.length === 0 ? "the topology was read again: nothing changed" : `the topology was read again: ${changed.join(", ")}`;
    this.#log.info({ event: "topology.reloaded", changed }, text);
    this.#timeline.add({ atMs: this.#clock.nowMs(), kind: "configuration-reloaded", text });
    return reload;
  }

  #sample(): void {
    const nowMs = this.#clock.nowMs();
    for (const [stream, journal] of this.#journals) this.#rates.get(stream)!.observe(journal.stats(), nowMs);
    this.#samples.take(this.#status(), this.#timeline.after());
  }

  #child(service: string): Logger {
    return this.#log.child({ service });
  }

  #status(): GatewayStatus {
    const nowMs = this.#clock.nowMs();
    const { region, digest } = this.#view;
    const served = [...this.#served.values()].map((one) => ({
      ...{ ...one, acks: one.acks.byPeer },
      awaySinceMs: one.journal === this.#origin?.journal ? this.#origin.source.awaySinceMs : undefined,
    }));
    const rates = (journal: StreamJournal) => this.#rates.get(journal.stream)!;
    const origin = this.#origin;
    return {
      region,
      version: this.#options.version,
      lz4: lz4Package,
      topologyDigest: digest,
      startedAtMs: this.#startedAtMs,
      atMs: nowMs,
      streams: [
        ...(origin ? [originStatus(origin, rates(origin.journal), nowMs)] : []),
        ...this.#replicas.map((replica) => replicaStatus(replica, rates(replica.journal), nowMs)),
      ],
      ...(this.#listener && { listener: listenerStatus(this.#listener) }),
      links: [...(this.#listener ? sendingStatus(this.#listener, served, nowMs) : []), ...[...this.#dialers.values()].map(receivingStatus)],
      services: [...this.#services.states].map(([name, state]) => serviceStatus(name, state)),
      certificates: this.#certificates.stats,
      alerts: { firing: this.#alerts?.firing ?? [], channels: this.#alerts?.stats ?? [] },
      warnings: this.#view.warnings,
    };
  }
}

/** `us-east/0` → `us-east-0`. */
function folderOf(stream: StreamId): string {
  return stream.replace("/", "-");
}
