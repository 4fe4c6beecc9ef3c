/**
 * What no setting shows alone: regions that must exist, servers and folders that two may not share, plaintext between
 * machines. Works on whatever part of the topology is valid by itself, so that one mistake does not hide the others.
 */
import { posix } from "node:path";
import { formatHostPort, type GatewayUrl, type HostPort, isLoopback, isWildcard } from "./address.ts";
import type { Path } from "./document.ts";
import type { Complaint } from "./problems.ts";
import {
  type AdminSettings,
  type GatewaySettings,
  type MasterSettings,
  REGION_PATTERN,
  type ReplicaSettings,
  type TopologySettings,
} from "./schema.ts";
import { didYouMean } from "./suggest.ts";

/** A region as far as it is valid. */
export type CheckableRegion = {
  /** Every origin it names, also where the rest of that replica is not valid, and the region that it takes its stream from. */
  readonly origins: ReadonlyMap<string, string>;
  /** It names a master, valid or not. */
  readonly hasMaster: boolean;
  readonly gateway: GatewaySettings | undefined;
  readonly master: MasterSettings | undefined;
  readonly replicas: ReadonlyMap<string, ReplicaSettings>;
};

export type Checkable = {
  readonly regions: ReadonlyMap<string, CheckableRegion>;
  readonly links: readonly (TopologySettings["links"][number] | undefined)[];
  readonly allowPlaintext: boolean;
  readonly admin: AdminSettings | undefined;
};

export function crossCheck(topology: Checkable): readonly Complaint[] {
  return [
    ...regionNames(topology),
    ...replicas(topology),
    ...relays(topology),
    ...acknowledgements(topology),
    ...servers(topology),
    ...machines(topology),
    ...transport(topology),
    ...links(topology),
    ...adminPorts(topology),
  ];
}

function* regionNames({ regions }: Checkable): Iterable<Complaint> {
  if (regions.size === 0) yield { path: ["regions"], message: "expected at least one region" };
  for (const name of regions.keys()) {
    if (!REGION_PATTERN.test(name)) {
      yield { path: ["regions", name], message: "expected a region name of at most 63 lower-case letters, digits and hyphens" };
    }
  }
}

function* replicas({ regions }: Checkable): Iterable<Complaint> {
  for (const [region, { origins }] of regions) {
    for (const origin of origins.keys()) {
      const path = ["regions", region, "replicas", origin];
      const other = regions.get(origin);
      if (origin === region) yield { path, message: "a region cannot be a replica of itself" };
      else if (!other) yield { path, message: `expected a region of this file${didYouMean(origin, regions.keys())}` };
      else if (!other.hasMaster) yield { path, message: `region ${origin} has no master, so there is nothing to deliver` };
    }
  }
}

/** What comes via another region comes from the origin in the end, and in no circle. */
function* relays({ regions }: Checkable): Iterable<Complaint> {
  for (const [region, { origins }] of regions) {
    for (const [origin, from] of origins) {
      if (from === origin) continue;
      const path = ["regions", region, "replicas", origin, "via"];
      const relay = regions.get(from);
      if (from === region) yield { path, message: `expected another region: ${region} cannot pass a stream on to itself` };
      else if (!relay) yield { path, message: `expected a region of this file${didYouMean(from, regions.keys())}` };
      else if (!relay.origins.has(origin))
        yield {
          path,
          message: `${from} does not take the writes of ${origin}, so it cannot pass them on: expected ${origin} among its replicas`,
        };
      else if (isCircle(regions, region, origin))
        yield { path, message: `the writes of ${origin} would go round in a circle: ${circle(regions, region, origin).join(" via ")}` };
    }
  }
}

function isCircle(regions: Checkable["regions"], region: string, origin: string): boolean {
  return circle(regions, region, origin).at(-1) === region;
}

/** From the region on, whom it takes the stream from, up to the origin or to a region that came before. */
function circle(regions: Checkable["regions"], region: string, origin: string): readonly string[] {
  const path = [region];
  for (let at = regions.get(region)?.origins.get(origin); at !== undefined; at = regions.get(at)?.origins.get(origin)) {
    const before = path.includes(at);
    path.push(at);
    if (before || at === origin) break;
  }
  return path;
}

/** An acknowledgement that waits for another region waits for ever where none takes the stream. */
function* acknowledgements({ regions }: Checkable): Iterable<Complaint> {
  for (const [region, { master }] of regions) {
    if (master?.bound && master.ack === "local-durable") {
      yield { path: ["regions", region, "master", "bound"], message: "expected ack: remote-durable or remote-applied beside it" };
    }
    if (!master || master.ack === "local-durable" || [...regions.values()].some(({ origins }) => origins.has(region))) continue;
    yield {
      path: ["regions", region, "master", "ack"],
      message: `expected local-durable, or a region that has ${region} among its replicas`,
    };
  }
}

/** No server may be written by two: neither by two streams nor by a stream and its own clients. */
function* servers({ regions }: Checkable): Iterable<Complaint> {
  const users = new Map<string, string>();
  const claim = function* (region: string, server: HostPort, path: Path, use: string): Iterable<Complaint> {
    const id = serverId(regions, region, server);
    const other = users.get(id);
    if (other !== undefined)
      yield { path: [...path, "url"], message: `${formatHostPort(server)} is already ${other}: expected a server of its own` };
    else users.set(id, use);
  };
  for (const [region, { master }] of regions) {
    if (master) yield* claim(region, master.url, ["regions", region, "master"], `the master of ${region}`);
  }
  for (const [region, { replicas }] of regions) {
    for (const [origin, { write }] of replicas) {
      if (write)
        yield* claim(
          region,
          write.url,
          ["regions", region, "replicas", origin, "write"],
          `where ${region} delivers the writes of ${origin}`,
        );
    }
  }
}

/** Stands for where the file lies, which paths are relative to. */
const FILE_FOLDER = "/the/folder/of/this/file";

/** Two gateways on one machine (their URLs name the same host) share neither data folder nor port. */
function* machines({ regions }: Checkable): Iterable<Complaint> {
  const folders: { readonly machine: string; readonly path: string; readonly region: string }[] = [];
  const ports: { readonly machine: string; readonly address: HostPort; readonly use: string }[] = [];
  for (const [region, { gateway, replicas }] of regions) {
    if (!gateway) continue;
    const machine = machineOf(gateway.url.host);
    const folder = `${posix.resolve(FILE_FOLDER, gateway.data)}/`;
    const other = folders.find((one) => one.machine === machine && (folder.startsWith(one.path) || one.path.startsWith(folder)));
    if (other) {
      const how = folder === other.path ? "is already" : folder.startsWith(other.path) ? "lies inside" : "contains";
      yield { path: ["regions", region, "gateway", "data"], message: `${how} the data folder of ${other.region} on the same machine` };
    }
    folders.push({ machine, path: folder, region });
    const listened: [path: Path, address: HostPort, use: string][] = [
      [["gateway", "listen"], gateway.listen, `the listen address of ${region}`],
      [["gateway", "admin"], gateway.admin, `the admin address of ${region}`],
    ];
    for (const [origin, { feed }] of replicas)
      if (feed) listened.push([["replicas", origin, "feed"], feed.listen, `where ${region} feeds the replicas of ${origin}`]);
    for (const [path, address, use] of listened) {
      const other = ports.find((one) => one.machine === machine && overlap(one.address, address));
      if (other) yield { path: ["regions", region, ...path], message: `${formatHostPort(address)} is already ${other.use}` };
      ports.push({ machine, address, use });
    }
  }
}

/** TLS between gateways is mutual: whoever listens or dials with wss:// needs a certificate. Nothing falls back to plaintext. */
function* transport({ regions, links, allowPlaintext }: Checkable): Iterable<Complaint> {
  for (const [region, { gateway, origins }] of regions) {
    if (!gateway) continue;
    const path = ["regions", region, "gateway", "url"];
    yield* plaintext(gateway.url, path, allowPlaintext);
    if (!gateway.tls && !allowPlaintext && !isLoopback(gateway.listen.host)) {
      yield {
        path: ["regions", region, "gateway", "listen"],
        message:
          "expected a loopback address, or gateway.tls: links of other machines would be plaintext (link.allowPlaintext: true permits it)",
      };
    }
    if (gateway.tls && !gateway.url.tls) yield { path, message: "expected wss://: this gateway has TLS certificates" };
    if (gateway.url.tls && !gateway.tls) yield { path, message: "expected gateway.tls beside it: wss:// needs certificates" };
    for (const from of new Set(origins.values())) {
      const override = links.find((link) => link?.from === from && link.to === region);
      const dialled = override?.url ?? regions.get(from)?.gateway?.url;
      if (dialled?.tls && !gateway.tls) {
        yield {
          path: ["regions", region, "gateway"],
          message: `expected tls: the gateway of ${from} is reached by wss://, which needs certificates`,
        };
      }
    }
  }
}

function* links({ regions, links, allowPlaintext }: Checkable): Iterable<Complaint> {
  const seen = new Set<string>();
  for (const [index, link] of links.entries()) {
    if (!link) continue;
    for (const end of ["from", "to"] as const) {
      const name = link[end];
      if (!regions.has(name))
        yield { path: ["links", index, end], message: `expected a region of this file${didYouMean(name, regions.keys())}` };
    }
    const receiver = regions.get(link.to);
    if (regions.has(link.from) && receiver && ![...receiver.origins.values()].includes(link.from)) {
      yield {
        path: ["links", index],
        message: `${link.to} takes nothing from ${link.from}: expected regions.${link.to}.replicas.${link.from}, or a replica via ${link.from}`,
      };
    }
    if (seen.has(`${link.from} ${link.to}`))
      yield { path: ["links", index], message: `the link from ${link.from} to ${link.to} is given twice` };
    seen.add(`${link.from} ${link.to}`);
    if (link.url) yield* plaintext(link.url, ["links", index, "url"], allowPlaintext);
  }
}

/** Other machines reach an admin port only with a login, and a login does not travel in plaintext, unless the file says so. */
function* adminPorts({ regions, admin }: Checkable): Iterable<Complaint> {
  if (!admin) return;
  const clients = Object.entries(admin.clients);
  for (const [region, { gateway }] of regions) {
    if (!gateway) continue;
    const path = ["regions", region, "gateway"];
    if (admin.tls && !gateway.tls) yield { path, message: "expected tls: admin.tls is true, which needs certificates" };
    if (isLoopback(gateway.admin.host)) continue;
    if (clients.length === 0 && !admin.allowOpen) {
      yield {
        path: [...path, "admin"],
        message:
          "expected a loopback address, or admin.clients: whoever reaches this port could read it (admin.allowOpen: true permits it)",
      };
    } else if (clients.length > 0 && !admin.tls && !admin.allowPlaintext) {
      yield {
        path: [...path, "admin"],
        message: "expected a loopback address, or admin.tls: tokens could be read on the way (admin.allowPlaintext: true permits it)",
      };
    }
  }
  for (const [name, { token }] of clients) {
    if (token === undefined && !admin.tls) {
      yield {
        path: ["admin", "clients", name],
        message: "expected a token, or admin.tls: true, with which a certificate of this name does",
      };
    }
  }
}

function* plaintext(url: GatewayUrl, path: Path, allowed: boolean): Iterable<Complaint> {
  if (url.tls || allowed || isLoopback(url.host)) return;
  yield { path, message: "expected wss://: ws:// between machines can be read on the way (link.allowPlaintext: true permits it)" };
}

/** Loopback means another server on each machine. */
function serverId(regions: Checkable["regions"], region: string, server: HostPort): string {
  const host = isLoopback(server.host) ? `${machineOf(regions.get(region)?.gateway?.url.host ?? region)}/loopback` : server.host;
  return `${host}:${server.port}`;
}

function machineOf(host: string): string {
  return isLoopback(host) ? "loopback" : host;
}

function overlap(a: HostPort, b: HostPort): boolean {
  return a.port === b.port && (machineOf(a.host) === machineOf(b.host) || isWildcard(a.host) || isWildcard(b.host));
}
