/**
 * Joins the stages of one region's gateway: this folder is the only one that knows them all.
 *   origin     master → Source → journal → LinkListener (one sender per peer)
 *   replicas   LinkDialer (receiver) → journal → Delivery → target, or Feed → real replicas
 *   relay      a replica's journal → LinkListener, too
 * Everything stops by one signal, and at any line by kill -9: journal and checkpoint make any stop safe.
 */
import { mkdir } from "node:fs/promises";
import type { Logger } from "pino";
import { listenerStatus } from "../admin/collect/link.ts";
import { unreadOf } from "../admin/collect/master.ts";
import type { OriginParts } from "../admin/collect/parts.ts";
import { serviceStatus } from "../admin/collect/service.ts";
import { originStatus } from "../admin/collect/stream.ts";
import { Samples } from "../admin/samples.ts";
import { AdminServer } from "../admin/server.ts";
import type { GatewayStatus } from "../admin/status/gateway.ts";
import { AlertStore } from "../alert/alert-store.ts";
import { Timeline } from "../alert/timeline.ts";
import { AlertWatch } from "../alert/watch.ts";
import { lz4Package } from "../bytes/lz4.ts";
import { zstdPackage } from "../bytes/zstd.ts";
import { GatewayError, wrapError } from "../errors.ts";
import { lockDataFolder } from "../journal/lock.ts";
import { CertificateWatch } from "../runtime/certificate-watch.ts";
import { systemClock } from "../runtime/clock.ts";
import type { LogOutputStats } from "../runtime/log-output.ts";
import { Services } from "../runtime/services.ts";
import { LINK_CERTIFICATES, type RegionView, takenOver } from "../topology/region-view.ts";
import type { Reload } from "../topology/reload.ts";
import { type GatewayContext, onRenewalOf, RELOADED } from "./context.ts";
import { Journals } from "./journals.ts";
import { openOrigin } from "./origin.ts";
import { Replicas } from "./replicas.ts";
import { ServedStreams } from "./served-streams.ts";
import { Upstreams } from "./upstreams.ts";

export type GatewayOptions = {
  readonly view: RegionView;
  readonly version: string;
  readonly log: Logger;
  /** What becomes of the log's lines. */
  readonly logOutput: { readonly stats: LogOutputStats };
  /** A person has said that targets may hold keys that are not ours. */
  readonly adopt: boolean;
  /** Calls back when a person asks to read again what can be read again: certificates, and what of the topology can change. */
  readonly onReload?: (reload: () => void) => void;
  /** Reads the topology again; throws CONFIG_INVALID. */
  readonly reread?: () => Reread;
  readonly setLogLevel?: (level: RegionView["logLevel"]) => void;
};

export type Reread = {
  readonly view: RegionView;
  readonly reload: Reload;
  /** What comes next is compared with this. */
  readonly onTakenOver: () => void;
};

const DISK_INTERVAL_MS = 10_000;
const SAMPLE_INTERVAL_MS = 1_000;

/** Runs until the signal aborts. Throws JOURNAL_LOCKED, JOURNAL_VERSION, JOURNAL_CORRUPT and what else keeps the data folder from being opened. */
export async function runGateway(options: GatewayOptions, signal: AbortSignal): Promise<void> {
  const { view, log } = options;
  await mkdir(view.dataFolder, { recursive: true });
  const lock = await lockDataFolder(view.dataFolder);
  const gateway = new Gateway(options);
  try {
    await gateway.open();
    log.info({ event: "gateway.started", version: options.version, lz4: lz4Package, zstd: zstdPackage ?? "none" }, "gateway started");
    await gateway.run(signal);
    log.info({ event: "gateway.stopped" }, "gateway stopped");
  } finally {
    await gateway.close();
    await lock.release();
  }
}

class Gateway {
  readonly #options: GatewayOptions;
  readonly #log: Logger;
  readonly #clock = systemClock;
  readonly #startedAtMs: number;
  readonly #services: Services;
  readonly #journals: Journals;
  readonly #served: ServedStreams;
  readonly #upstreams: Upstreams;
  readonly #replicas: Replicas;
  readonly #certificates: CertificateWatch;
  readonly #samples = new Samples();
  readonly #timeline: Timeline;
  readonly #context: GatewayContext & { view: RegionView };
  #alerts: AlertWatch | undefined;
  #origin: OriginParts | undefined;
  #lastReload: Promise<unknown> = Promise.resolve();

  constructor(options: GatewayOptions) {
    const { view, log, adopt } = options;
    const clock = this.#clock;
    this.#options = options;
    this.#log = log;
    this.#startedAtMs = clock.nowMs();
    this.#services = new Services({ log, clock });
    this.#context = { view, clock, services: this.#services, logOf: (service: string) => log.child({ service }) };
    this.#journals = new Journals(this.#context);
    this.#served = new ServedStreams(this.#context);
    this.#upstreams = new Upstreams(this.#context, { journals: this.#journals, served: this.#served });
    this.#replicas = new Replicas(this.#context, { journals: this.#journals, served: this.#served, upstreams: this.#upstreams, adopt });
    this.#timeline = new Timeline({ region: view.region, startedAtMs: this.#startedAtMs });
    this.#certificates = new CertificateWatch({ sets: view.certificates, log: this.#context.logOf("certificates"), clock });
  }

  async open(): Promise<void> {
    const { master, stream, replicas, upstreams, certificates, warnings } = this.#context.view;
    this.#warn(warnings);
    this.#services.add("admin", () => this.#adminServer());
    if (certificates.length > 0) this.#services.add("certificates", () => this.#certificates);
    this.#options.onReload?.(() => void this.#hangUp());
    await this.#journals.disk.look();
    const alerts = await this.#openAlerts();
    this.#alerts = alerts;
    this.#services.add("alerts", () => alerts);
    for (const replica of replicas) await this.#replicas.open(replica);
    for (const upstream of upstreams) this.#upstreams.dial(upstream);
    if (master !== undefined && stream !== undefined)
      this.#origin = await openOrigin(this.#context, { journals: this.#journals, served: this.#served, address: master, stream });
    // Without subscribers, too: a master that is told to FAILOVER and picks us finds somebody who refuses.
    if (master !== undefined || !this.#served.isEmpty) this.#served.openListener();
  }

  async run(signal: AbortSignal): Promise<void> {
    const samples = setInterval(() => this.#sample(), SAMPLE_INTERVAL_MS);
    const disk = setInterval(() => void this.#journals.disk.look(), DISK_INTERVAL_MS);
    try {
      await this.#services.run(signal);
    } finally {
      clearInterval(samples);
      clearInterval(disk);
    }
  }

  close(): Promise<void> {
    return this.#journals.close();
  }

  #adminServer(): AdminServer {
    const { admin, adminClients: clients, adminTls, tls } = this.#context.view;
    return new AdminServer({
      ...admin,
      clients,
      ...(adminTls && { tls, onTlsRenewal: onRenewalOf(this.#context.view, LINK_CERTIFICATES) }),
      status: () => this.#status(),
      samples: this.#samples,
      ...(this.#alerts && { alerts: this.#alerts }),
      timeline: this.#timeline,
      reload: () => this.#reload(),
      restart: (service) => this.#services.restart(service, "an operator restarts it"),
      promote: (stream) => this.#replicas.promote(stream),
      accept: (stream) => this.#replicas.accept(stream),
      log: this.#context.logOf("admin"),
      clock: this.#clock,
    });
  }

  #openAlerts(): Promise<AlertWatch> {
    const { region, dataFolder, alerts: configuration } = this.#context.view;
    const log = this.#context.logOf("alerts");
    return AlertWatch.open({
      ...{ region, configuration, log, clock: this.#clock, timeline: this.#timeline },
      store: new AlertStore({ folder: dataFolder, log }),
      sample: () => this.#status(),
    });
  }

  /** SIGHUP. What it cannot take over is said, and the gateway goes on as it was. */
  async #hangUp(): Promise<void> {
    this.#certificates.look({ patient: false });
    try {
      await this.#reload();
    } catch (cause) {
      this.#log.error({ event: "topology.invalid", err: cause }, "the topology cannot be taken over: everything stays as it was");
    }
  }

  /** One at a time: two would open the same journal. */
  #reload(): Promise<Reload> {
    const reload = this.#lastReload.then(() => this.#readAgain());
    this.#lastReload = reload.catch(() => undefined);
    return reload;
  }

  /** All of what changed, or nothing. */
  async #readAgain(): Promise<Reload> {
    const { reread, setLogLevel } = this.#options;
    if (reread === undefined) throw new GatewayError("CONFIG_INVALID", "this gateway was started without a topology file");
    const { view, reload, onTakenOver } = reread();
    const { changed, refused } = reload;
    if (refused.length > 0) {
      const text = `the changed topology is not taken over, these settings need a restart: ${refused.join(", ")}`;
      this.#log.error({ event: "topology.refused", refused }, text);
      this.#timeline.add({ atMs: this.#clock.nowMs(), kind: "configuration-refused", severity: "warning", text });
      return reload;
    }
    await this.#takeOver(view);
    onTakenOver();
    // Also where the file says the same: what it refers to may have changed.
    this.#alerts?.configure(view.alerts);
    setLogLevel?.(view.logLevel);
    const text =
      changed.length === 0 ? "the topology was read again: nothing changed" : `the topology was read again: ${changed.join(", ")}`;
    this.#log.info({ event: "topology.reloaded", changed }, text);
    this.#timeline.add({ atMs: this.#clock.nowMs(), kind: "configuration-reloaded", text });
    return reload;
  }

  async #takeOver(view: RegionView): Promise<void> {
    const before = this.#context.view;
    // First what can fail: until here everything is as it was.
    for (const { stream } of view.replicas) {
      await this.#journals.open(stream, "peer").catch((cause: unknown) => {
        throw wrapError("JOURNAL_IO", `nothing is taken over, the journal of ${stream} cannot be opened`, cause);
      });
    }
    this.#context.view = takenOver(before, view);
    this.#warn(view.warnings.filter((warning) => !before.warnings.includes(warning)));
    this.#journals.reload();
    if (this.#origin && view.stream) this.#served.extend(view.stream, view);
    await this.#replicas.reload(before);
    this.#served.reload(before);
    this.#upstreams.reload(before);
    if (before.heartbeatMs !== view.heartbeatMs) this.#services.restart("heartbeat", RELOADED);
  }

  #warn(warnings: readonly string[]): void {
    for (const warning of warnings) this.#log.warn({ event: "topology.warned" }, warning);
  }

  #sample(): void {
    const nowMs = this.#clock.nowMs();
    this.#journals.observe(nowMs);
    this.#samples.take(this.#status(), this.#timeline.after());
  }

  #status(): GatewayStatus {
    const nowMs = this.#clock.nowMs();
    const { region, digest } = this.#context.view;
    const origin = this.#origin;
    const { listener } = this.#served;
    const own = origin && { journal: origin.journal, unread: unreadOf(origin) };
    return {
      region,
      version: this.#options.version,
      lz4: lz4Package,
      ...(zstdPackage && { zstd: zstdPackage }),
      topologyDigest: digest,
      pid: process.pid,
      startedAtMs: this.#startedAtMs,
      atMs: nowMs,
      streams: [...(origin ? [originStatus(origin, this.#journals.rates(origin.journal), nowMs)] : []), ...this.#replicas.status(nowMs)],
      ...(listener && { listener: listenerStatus(listener) }),
      links: [...this.#served.status(own, nowMs), ...this.#upstreams.status()],
      services: [...this.#services.states].map(([name, state]) => serviceStatus(name, state)),
      certificates: this.#certificates.stats,
      alerts: { firing: this.#alerts?.firing ?? [], channels: this.#alerts?.stats ?? [] },
      warnings: this.#context.view.warnings,
      log: this.#options.logOutput.stats,
    };
  }
}
