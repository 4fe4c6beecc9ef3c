/** A topology file for tests and the demo: free loopback ports, data folders beside the file. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { freePort } from "./free-port.ts";

export type ServerSpec = {
  readonly url: string;
  readonly username?: string;
  readonly password?: string;
  readonly tls?: Readonly<Record<string, unknown>>;
  /** Only of a master. */
  readonly heartbeat?: string;
  readonly ack?: "local-durable" | "remote-durable" | "remote-applied";
  readonly bound?: { readonly lag: string; readonly keepalive: string };
};

/** host:port, or as the topology has it. */
export type FeedSpec = string | { readonly listen: string; readonly [setting: string]: unknown };

type DeliverySpec = {
  readonly onDivergence?: "halt" | "dead-letter";
  readonly onUnsupported?: "halt" | "skip";
  readonly rebuildAbove?: string;
  readonly expiry?: { readonly guard: string };
  readonly guard?: { readonly shrink?: number; readonly flush?: boolean };
};

export type RegionSpec = {
  readonly master?: ServerSpec;
  /** Origin region → target. */
  readonly replicas?: Readonly<Record<string, ServerSpec & DeliverySpec>>;
  /** Origin region → where its real replicas attach. */
  readonly feeds?: Readonly<Record<string, FeedSpec>>;
  /** Origin region → the region that passes its stream on to this one. */
  readonly via?: Readonly<Record<string, string>>;
  /** The gateway's own certificate: its url is wss:// then. */
  readonly tls?: { readonly cert: string; readonly key: string; readonly ca: string; readonly passphrase?: string };
  /** Overrides the shared journal settings. */
  readonly journal?: Readonly<Record<string, unknown>>;
};

export type TopologySpec = {
  readonly folder: string;
  readonly regions: Readonly<Record<string, RegionSpec>>;
  readonly links?: readonly { readonly from: string; readonly to: string; readonly url?: string; readonly codec?: string }[];
  readonly journal?: Readonly<Record<string, unknown>>;
  readonly link?: Readonly<Record<string, unknown>>;
  readonly admin?: Readonly<Record<string, unknown>>;
  readonly log?: Readonly<Record<string, unknown>>;
  readonly alerts?: Readonly<Record<string, unknown>>;
  readonly ports?: Readonly<Record<string, RegionPorts>>;
};

export type RegionPorts = { readonly link: number; readonly admin: number };

export type TopologyFile = {
  readonly path: string;
  readonly ports: Readonly<Record<string, RegionPorts>>;
  /** What the processes need in their environment. */
  readonly env: Readonly<Record<string, string>>;
};

/** Written by the topology's own rules, not a template of ours. */
const SECRET_REFERENCE = `\${CAUSEWAY_SECRET}`;
const SECRET = "a shared secret of this test alone";

export async function regionPorts(regions: readonly string[]): Promise<Readonly<Record<string, RegionPorts>>> {
  const ports: Record<string, RegionPorts> = {};
  for (const region of regions) ports[region] = { link: await freePort(), admin: await freePort() };
  return ports;
}

/** Writes `topology.json` (JSON is YAML) into the folder. */
export async function writeTopology(spec: TopologySpec): Promise<TopologyFile> {
  const ports = spec.ports ?? (await regionPorts(Object.keys(spec.regions)));
  const regions = Object.fromEntries(
    Object.entries(spec.regions).map(([name, { master, replicas = {}, feeds = {}, via = {}, journal, tls }]) => {
      const { link, admin } = ports[name]!;
      const gateway = {
        listen: `127.0.0.1:${link}`,
        url: `${tls ? "wss" : "ws"}://127.0.0.1:${link}`,
        admin: `127.0.0.1:${admin}`,
        data: join(spec.folder, "data", name),
        ...(journal && { journal }),
        ...(tls && { tls }),
      };
      const from = (origin: string) => (via[origin] === undefined ? {} : { via: via[origin] });
      const delivered = Object.entries(replicas).map(([origin, { onDivergence, onUnsupported, rebuildAbove, ...write }]) => [
        origin,
        {
          write,
          ...(onDivergence && { onDivergence }),
          ...(onUnsupported && { onUnsupported }),
          ...(rebuildAbove && { rebuildAbove }),
          ...from(origin),
        },
      ]);
      const fed = Object.entries(feeds).map(([origin, feed]) => [origin, { feed, ...from(origin) }]);
      return [
        name,
        {
          gateway, // Off unless a test is about it: streams that must stand still do.
          ...(master && { master: { heartbeat: "off", ...master } }),
          replicas: Object.fromEntries([...delivered, ...fed]),
        },
      ];
    }),
  );
  const { links, journal, link, admin, log, alerts } = spec;
  const topology = {
    version: 1,
    secret: SECRET_REFERENCE,
    ...(links && { links }),
    ...(journal && { journal }),
    ...(link && { link }),
    ...(admin && { admin }),
    ...(log && { log }),
    ...(alerts && { alerts }),
    regions,
  };
  const path = join(spec.folder, "topology.json");
  await writeFile(path, JSON.stringify(topology, null, 2));
  return { path, ports, env: { CAUSEWAY_SECRET: SECRET } };
}
