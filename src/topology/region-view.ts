/** What one region's gateway needs from the topology: its own part, its peers, secrets and certificates resolved. */
import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { GatewayError } from "../errors.ts";
import { StreamId } from "../stream/position.ts";
import type { GatewayUrl, HostPort } from "./address.ts";
import { topologyDigest } from "./digest.ts";
import type { Path } from "./document.ts";
import type { Complaint } from "./problems.ts";
import type { GatewaySettings, JournalSettings, ServerSettings } from "./schema.ts";
import { didYouMean } from "./suggest.ts";
import type { Topology } from "./topology.ts";

/** Text of PEM files. */
export type LinkTls = { readonly cert: string; readonly key: string; readonly ca: string };

/** Fits the option of the same name of ioredis and of node:tls. */
export type ServerTls = {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly servername?: string;
  readonly rejectUnauthorized: boolean;
};

export type ServerAddress = HostPort & { readonly username?: string; readonly password?: string; readonly tls?: ServerTls };

export type ReplicaView = {
  readonly origin: string;
  readonly stream: StreamId;
  /** The origin's gateway, as this region reaches it. */
  readonly dial: GatewayUrl;
  readonly target: ServerAddress;
  readonly onDivergence: "halt" | "dead-letter";
};

export type RegionView = {
  readonly region: string;
  readonly digest: string;
  /** The links' shared secret. */
  readonly secret: string;
  readonly listen: HostPort;
  readonly admin: HostPort;
  /** Absolute. */
  readonly dataFolder: string;
  readonly tls?: LinkTls;
  readonly master?: ServerAddress;
  /** Our own stream; absent without a master. */
  readonly stream?: StreamId;
  /** Regions that take our own stream. */
  readonly subscribers: readonly string[];
  readonly replicas: readonly ReplicaView[];
  readonly journal: {
    readonly fsync: JournalSettings["fsync"];
    readonly memoryBytes: number;
    readonly segmentBytes: number;
    readonly retention: { readonly bytes: number; readonly ageMs: number };
  };
  readonly link: { readonly windowBytes: number; readonly livenessMs: number };
  readonly logLevel: "debug" | "info" | "warn" | "error";
};

const MIN_SECRET_CHARACTERS = 16;

/** Throws CONFIG_INVALID: an unknown region, or secrets and certificates of this region that cannot be read. */
export function regionView(topology: Topology, region: string): RegionView {
  const { settings } = topology;
  const own = settings.regions[region];
  if (!own) {
    const known = Object.keys(settings.regions);
    const hint = didYouMean(region, known);
    throw new GatewayError("CONFIG_INVALID", `region ${region} is not in ${topology.file} (known: ${known.join(", ")})${hint}`);
  }
  const resolver = new Resolver(topology);
  const { gateway } = own;
  const journal = mergeJournal(settings.journal, gateway.journal);
  const view: RegionView = {
    region,
    digest: topologyDigest(topology),
    secret: resolver.sharedSecret(settings.secret, ["secret"]),
    listen: gateway.listen,
    admin: gateway.admin,
    dataFolder: resolver.path(gateway.data),
    ...(gateway.tls && { tls: resolver.files(gateway.tls, ["regions", region, "gateway", "tls"]) }),
    ...(own.master && { master: resolver.server(own.master, ["regions", region, "master"]), stream: StreamId.of(region) }),
    subscribers: own.master ? Object.keys(settings.regions).filter((other) => settings.regions[other]?.replicas[region]) : [],
    replicas: Object.entries(own.replicas).map(([origin, { write, onDivergence }]) => ({
      origin,
      stream: StreamId.of(origin),
      dial: dialUrl(topology, origin, region),
      target: resolver.server(write, ["regions", region, "replicas", origin, "write"]),
      onDivergence,
    })),
    journal,
    link: { windowBytes: settings.link.window, livenessMs: settings.link.liveness },
    logLevel: settings.log.level,
  };
  if (resolver.complaints.length > 0) throw topology.refuse(resolver.complaints);
  return view;
}

/** Where each region's admin port is, for `causeway status`; no secrets are needed for that. */
export function adminAddresses(topology: Topology): ReadonlyMap<string, HostPort> {
  return new Map(Object.entries(topology.settings.regions).map(([region, { gateway }]) => [region, gateway.admin]));
}

function dialUrl({ settings }: Topology, from: string, to: string): GatewayUrl {
  return settings.links.find((link) => link.from === from && link.to === to)?.url ?? settings.regions[from]!.gateway.url;
}

function mergeJournal(common: JournalSettings, own: GatewaySettings["journal"]): RegionView["journal"] {
  return {
    fsync: own?.fsync ?? common.fsync,
    memoryBytes: own?.memory ?? common.memory,
    segmentBytes: own?.segment ?? common.segment,
    retention: { bytes: own?.retention?.bytes ?? common.retention.bytes, ageMs: own?.retention?.age ?? common.retention.age },
  };
}

/** Reads what settings refer to and collects every failure; the values themselves appear in no message. */
class Resolver {
  readonly complaints: Complaint[] = [];
  readonly #env: Topology["env"];
  readonly #folder: string;

  constructor(topology: Topology) {
    this.#env = topology.env;
    this.#folder = dirname(resolve(topology.file));
  }

  path(path: string): string {
    return resolve(this.#folder, path);
  }

  sharedSecret(reference: string, path: Path): string {
    const secret = this.#secret(reference, path);
    if (secret !== "" && secret.length < MIN_SECRET_CHARACTERS) {
      this.complaints.push({ path, message: `${reference} has less than ${MIN_SECRET_CHARACTERS} characters` });
    }
    return secret;
  }

  server(settings: ServerSettings, path: Path): ServerAddress {
    const { url, username, password, tls } = settings;
    const usesTls = url.tls || tls !== undefined;
    return {
      host: url.host,
      port: url.port,
      ...(username !== undefined && { username }),
      ...(password !== undefined && { password: this.#secret(password, [...path, "password"]) }),
      ...(usesTls && { tls: this.#serverTls(tls, [...path, "tls"]) }),
    };
  }

  files<Name extends string>(files: Readonly<Record<Name, string>>, path: Path): Record<Name, string> {
    const entries = Object.entries<string>(files).map(([name, file]) => [name, this.#file(file, [...path, name])] as const);
    return Object.fromEntries(entries) as Record<Name, string>;
  }

  #serverTls(settings: ServerSettings["tls"], path: Path): ServerTls {
    const { servername, rejectUnauthorized = true, ca, cert, key } = settings ?? {};
    const files = Object.fromEntries(Object.entries({ ca, cert, key }).filter(([, file]) => file !== undefined)) as Record<string, string>;
    return { ...this.files(files, path), rejectUnauthorized, ...(servername !== undefined && { servername }) };
  }

  #secret(reference: string, path: Path): string {
    const name = /^\$\{(.+)\}$/.exec(reference)?.[1];
    const value = name === undefined ? this.#file(reference.slice("file:".length), path).replace(/\r?\n$/, "") : (this.#env[name] ?? "");
    if (name !== undefined && value === "") this.complaints.push({ path, message: `the environment variable ${name} is not set` });
    return value;
  }

  #file(file: string, path: Path): string {
    try {
      const text = readFileSync(this.path(file), "utf8");
      if (text.trim() === "") this.complaints.push({ path, message: `the file ${file} is empty` });
      return text;
    } catch (cause) {
      this.complaints.push({ path, message: `the file ${file} cannot be read (${(cause as NodeJS.ErrnoException).code})` });
      return "";
    }
  }
}
