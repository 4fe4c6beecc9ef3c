/** What one region's gateway needs from the topology: its own part, its peers, secrets and certificates resolved. */
import type { X509Certificate } from "node:crypto";
import type { AlertConfiguration } from "../alert/watch.ts";
import { zstdPackage } from "../bytes/zstd.ts";
import { GatewayError } from "../errors.ts";
import { isCertificateOf } from "../link/connection/certificate.ts";
import type { LinkCodec } from "../link/send/codec-choice.ts";
import type { PemFiles } from "../runtime/pem-files.ts";
import { StreamId } from "../stream/position.ts";
import { formatHostPort, type GatewayUrl, type HostPort, isLoopback } from "./address.ts";
import { type AdminClient, adminClients, adminUrl } from "./admin-view.ts";
import { alertConfiguration } from "./alerts-view.ts";
import { topologyDigest } from "./digest.ts";
import type { Path } from "./document.ts";
import { Resolver } from "./resolver.ts";
import type { FeedSettings, GatewaySettings, JournalSettings, MasterSettings, ReplicaSettings, ServerSettings } from "./schema.ts";
import { didYouMean } from "./suggest.ts";
import type { Topology } from "./topology.ts";

/** Text of PEM files, always the current one: copy the object for each connection, do not keep its values. */
export type LinkTls = { readonly cert: string; readonly key: string; readonly passphrase?: string; readonly ca: string };

/** Fits the option of the same name of ioredis and of node:tls; as current as LinkTls. */
export type ServerTls = {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly passphrase?: string;
  readonly servername?: string;
  readonly rejectUnauthorized: boolean;
};

export type ServerAddress = HostPort & { readonly username?: string; readonly password?: string; readonly tls?: ServerTls };

/** As ServerTls; with a ca, replicas have to show a certificate of it. */
export type FeedTls = { readonly cert: string; readonly key: string; readonly passphrase?: string; readonly ca?: string };

/** Where real replicas attach, and their login. */
export type FeedAddress = HostPort & { readonly username: string; readonly password?: string; readonly tls?: FeedTls };

export type WriteView = {
  readonly target: ServerAddress;
  /** By how much later keys expire there. */
  readonly guardMs: number;
  readonly guard: NonNullable<ReplicaSettings["write"]>["guard"];
  readonly onDivergence: "halt" | "dead-letter";
  readonly onUnsupported: "halt" | "skip";
  readonly rebuildAboveBytes: number;
};

/** By exactly one of `write` and `feed`. */
export type ReplicaView = {
  readonly origin: string;
  readonly stream: StreamId;
  /** Regions that take the stream via this one, and those behind them. */
  readonly subscribers: readonly string[];
  readonly behind: readonly string[];
  readonly write?: WriteView;
  readonly feed?: FeedAddress;
};

/** A region whose gateway is dialled, and what is taken from it: its own stream, and those that it passes on. */
export type UpstreamView = {
  readonly region: string;
  /** How its gateway is reached from here. */
  readonly dial: GatewayUrl;
  readonly streams: readonly StreamId[];
};

export type RegionView = {
  readonly region: string;
  readonly digest: string;
  /** The links' shared secret. */
  readonly secret: string;
  /** Others that peers may still, or already, use. */
  readonly otherSecrets: readonly string[];
  readonly listen: HostPort;
  readonly admin: HostPort;
  readonly adminClients: readonly AdminClient[];
  readonly adminTls: boolean;
  /** Absolute. */
  readonly dataFolder: string;
  readonly tls?: LinkTls;
  /** Every set of files that may be renewed. */
  readonly certificates: readonly PemFiles[];
  /** What works and should not stay so; one sentence each. */
  readonly warnings: readonly string[];
  readonly master?: ServerAddress;
  /** What the master is acknowledged. */
  readonly masterAck: MasterSettings["ack"];
  /** How far behind another region may be before the master is acknowledged nothing; undefined: any far. */
  readonly ackBound: { readonly lagMs: number; readonly keepaliveMs: number } | undefined;
  /** Between two heartbeats through the master; undefined: off. */
  readonly heartbeatMs: number | undefined;
  /** Our own stream; absent without a master. */
  readonly stream?: StreamId;
  /** Regions that take our own stream from us, and those behind them. */
  readonly subscribers: readonly string[];
  readonly behind: readonly string[];
  readonly replicas: readonly ReplicaView[];
  readonly upstreams: readonly UpstreamView[];
  readonly journal: {
    readonly fsync: JournalSettings["fsync"];
    readonly memoryBytes: number;
    readonly segmentBytes: number;
    readonly retention: { readonly bytes: number; readonly ageMs: number };
  };
  readonly link: {
    readonly windowBytes: number;
    readonly livenessMs: number;
    /** To each region that takes something from us. */
    readonly codecFor: (peer: string) => LinkCodec;
    readonly snapshots: { readonly concurrent: number; readonly bytesPerSecond: number | undefined };
  };
  readonly alerts: AlertConfiguration;
  readonly logLevel: "debug" | "info" | "warn" | "error";
};

/** The set of `certificates` that peers see. */
export const LINK_CERTIFICATES = "link";

/** Throws CONFIG_INVALID: an unknown region, or secrets and certificates of this region that cannot be read. */
export function regionView(topology: Topology, region: string): RegionView {
  const { settings } = topology;
  const own = settingsOf(topology, region);
  const resolver = new Resolver(topology);
  const { gateway } = own;
  const journal = mergeJournal(settings.journal, gateway.journal);
  const references = Array.isArray(settings.secret) ? settings.secret : [settings.secret];
  const [secret = "", ...otherSecrets] = references.map((reference) => resolver.longSecret(reference, ["secret"]));
  const tlsPath = ["regions", region, "gateway", "tls"];
  const view: RegionView = {
    region,
    digest: topologyDigest(topology),
    secret,
    otherSecrets,
    listen: gateway.listen,
    admin: gateway.admin,
    adminClients: adminClients(topology, resolver),
    adminTls: settings.admin.tls,
    dataFolder: resolver.path(gateway.data),
    // All three are required by the schema.
    ...(gateway.tls && { tls: resolver.tls(LINK_CERTIFICATES, gateway.tls, tlsPath, {}, naming(region)) as LinkTls }),
    certificates: resolver.certificates,
    warnings: resolver.warnings,
    ...(own.master && {
      master: serverAddress(resolver, "master", own.master, ["regions", region, "master"]),
      stream: StreamId.of(region),
    }),
    masterAck: own.master?.ack ?? "local-durable",
    ackBound: own.master?.bound && { lagMs: own.master.bound.lag, keepaliveMs: own.master.bound.keepalive },
    heartbeatMs: own.master === undefined || own.master.heartbeat === "off" ? undefined : own.master.heartbeat,
    subscribers: own.master ? subscribersOf(topology, region, region) : [],
    behind: own.master ? behind(topology, region, region) : [],
    replicas: Object.entries(own.replicas).map(
      ([origin, { write, feed, onDivergence, onUnsupported, rebuildAbove: rebuildAboveBytes }]) => {
        const path = ["regions", region, "replicas", origin];
        return {
          origin,
          stream: StreamId.of(origin),
          subscribers: subscribersOf(topology, origin, region),
          behind: behind(topology, origin, region),
          ...(write && {
            write: {
              target: serverAddress(resolver, `target of ${origin}`, write, [...path, "write"]),
              guardMs: write.expiry.guard,
              guard: write.guard,
              onDivergence,
              onUnsupported,
              rebuildAboveBytes,
            },
          }),
          ...(feed && { feed: feedAddress(resolver, origin, feed, [...path, "feed"]) }),
        };
      },
    ),
    upstreams: upstreams(topology, region),
    journal,
    link: {
      windowBytes: settings.link.window,
      livenessMs: settings.link.liveness,
      codecFor: (peer) => codecOf(topology, region, peer),
      snapshots: { concurrent: settings.link.snapshots.concurrent, bytesPerSecond: settings.link.snapshots.bandwidth },
    },
    alerts: alertConfiguration(settings.alerts, resolver, `${adminUrl(topology, region)}/runbook`),
    logLevel: settings.log.level,
  };
  if (zstdPackage === undefined) resolver.warnings.push(...missesZstd(topology, view));
  if (resolver.complaints.length > 0) throw topology.refuse(resolver.complaints);
  return view;
}

/**
 * `before` with what a running gateway can take over of `now` (`reload.ts` has refused the rest). Servers, logins and certificates stay those
 * that were opened, for their renewals are watched.
 */
export function takenOver(before: RegionView, now: RegionView): RegionView {
  const { digest, warnings, ackBound, heartbeatMs, subscribers, behind, upstreams, link, alerts, logLevel } = now;
  return {
    ...before,
    ...{ digest, warnings, ackBound, heartbeatMs, subscribers, behind, upstreams, link, alerts, logLevel },
    journal: { ...before.journal, retention: now.journal.retention },
    replicas: now.replicas.map((replica) => {
      const old = before.replicas.find(({ stream }) => stream === replica.stream);
      if (old === undefined) return replica;
      return {
        ...{ ...old, subscribers: replica.subscribers, behind: replica.behind },
        ...(old.write && replica.write && { write: { ...replica.write, target: old.write.target, guardMs: old.write.guardMs } }),
      };
    }),
  };
}

/** Regions that take the stream of `origin` from region `from`, which may be the origin itself. */
function subscribersOf({ settings }: Topology, origin: string, from: string): readonly string[] {
  return Object.keys(settings.regions).filter((region) => {
    const replica = settings.regions[region]?.replicas[origin];
    return replica !== undefined && (replica.via ?? origin) === from;
  });
}

/** Regions that take it from one of those, or from one behind them: validation has found no circle. */
function behind(topology: Topology, origin: string, from: string): readonly string[] {
  return subscribersOf(topology, origin, from).flatMap((region) => [
    ...subscribersOf(topology, origin, region),
    ...behind(topology, origin, region),
  ]);
}

function upstreams(topology: Topology, region: string): readonly UpstreamView[] {
  const replicas = Object.entries(topology.settings.regions[region]!.replicas);
  const from = new Set(replicas.map(([origin, { via }]) => via ?? origin));
  return [...from].map((upstream) => ({
    region: upstream,
    dial: dialUrl(topology, upstream, region),
    streams: replicas.filter(([origin, { via }]) => (via ?? origin) === upstream).map(([origin]) => StreamId.of(origin)),
  }));
}

/** Absolute; needs no secret. Throws CONFIG_INVALID for an unknown region. */
export function dataFolderOf(topology: Topology, region: string): string {
  return new Resolver(topology).path(settingsOf(topology, region).gateway.data);
}

function settingsOf({ settings, file }: Topology, region: string): Topology["settings"]["regions"][string] {
  const own = settings.regions[region];
  if (own) return own;
  const known = Object.keys(settings.regions);
  const hint = didYouMean(region, known);
  throw new GatewayError("CONFIG_INVALID", `region ${region} is not in ${file} (known: ${known.join(", ")})${hint}`);
}

function dialUrl(topology: Topology, from: string, to: string): GatewayUrl {
  return linkOverride(topology, from, to)?.url ?? topology.settings.regions[from]!.gateway.url;
}

function codecOf(topology: Topology, from: string, to: string): LinkCodec {
  return linkOverride(topology, from, to)?.codec ?? topology.settings.link.codec;
}

/** The links of a machine without zstd that are to have it; `auto` is a may. */
function missesZstd(topology: Topology, { region, subscribers, replicas, upstreams }: RegionView): readonly string[] {
  const to = new Set([...subscribers, ...replicas.flatMap((replica) => replica.subscribers)]);
  const links = [...[...to].map((peer) => [region, peer] as const), ...upstreams.map(({ region: peer }) => [peer, region] as const)];
  return links
    .filter(([from, peer]) => codecOf(topology, from, peer) === "zstd")
    .map(
      ([from, peer]) =>
        `the link from ${from} to ${peer} is to be packed by zstd, which ${region} does not have: records travel as they lie in the journal (LZ4) until it runs on Node 22.19 or 24.6 and later, or has the package @toondepauw/node-zstd`,
    );
}

function linkOverride({ settings }: Topology, from: string, to: string) {
  return settings.links.find((link) => link.from === from && link.to === to);
}

function mergeJournal(common: JournalSettings, own: GatewaySettings["journal"]): RegionView["journal"] {
  return {
    fsync: own?.fsync ?? common.fsync,
    memoryBytes: own?.memory ?? common.memory,
    segmentBytes: own?.segment ?? common.segment,
    retention: { bytes: own?.retention?.bytes ?? common.retention.bytes, ageMs: own?.retention?.age ?? common.retention.age },
  };
}

/** Peers know us by our region's name. */
function naming(region: string) {
  return (certificate: X509Certificate) =>
    isCertificateOf(region, certificate.toLegacyObject()) ? undefined : `does not name region ${region}, as peers expect`;
}

function serverAddress(resolver: Resolver, use: string, settings: ServerSettings, path: Path): ServerAddress {
  const { url, username, password, tls } = settings;
  const usesTls = url.tls || tls !== undefined;
  return {
    host: url.host,
    port: url.port,
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password: resolver.secret(password, [...path, "password"]) }),
    ...(usesTls && { tls: serverTls(resolver, use, tls, [...path, "tls"]) }),
  };
}

/** The set of `certificates` that replicas of `origin` see. */
export function feedCertificates(origin: string): string {
  return `feed of ${origin}`;
}

function feedAddress(resolver: Resolver, origin: string, settings: FeedSettings, path: Path): FeedAddress {
  const { listen, username = "default", password, tls } = settings;
  if (password === undefined && tls?.ca === undefined && !isLoopback(listen.host)) {
    resolver.warnings.push(
      `whoever reaches ${formatHostPort(listen)} can read the data of ${origin}: give the feed a password, or tls with a ca`,
    );
  }
  return {
    ...listen,
    username,
    ...(password !== undefined && { password: resolver.secret(password, [...path, "password"]) }),
    // Certificate and key are required by the schema.
    ...(tls && { tls: resolver.tls(feedCertificates(origin), tls, [...path, "tls"], {}) as FeedTls }),
  };
}

function serverTls(resolver: Resolver, use: string, settings: ServerSettings["tls"], path: Path): ServerTls {
  const { servername, rejectUnauthorized = true, ...files } = settings ?? {};
  if (!rejectUnauthorized) {
    resolver.warnings.push(
      `the certificate of the ${use} is not verified (tls.rejectUnauthorized: false): whoever is on the way can pretend to be it`,
    );
  }
  return resolver.tls(use, files, path, { rejectUnauthorized, ...(servername !== undefined && { servername }) });
}
