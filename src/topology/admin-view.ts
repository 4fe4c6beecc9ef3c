/** Who may use the admin ports: for the gateway that answers, and for the command line that asks. */
import { existsSync } from "node:fs";
import { formatHostPort, type HostPort, isWildcard } from "./address.ts";
import { Resolver } from "./resolver.ts";
import { ADMIN_ROLES, type GatewaySettings } from "./schema.ts";
import type { Topology } from "./topology.ts";

export type AdminRole = (typeof ADMIN_ROLES)[number];

export type AdminClient = {
  readonly name: string;
  readonly role: AdminRole;
  /** Without one it shows a certificate with its name. */
  readonly token?: string;
};

/** How the command line reaches a gateway's admin port. */
export type AdminEndpoint = HostPort & {
  readonly region: string;
  readonly token?: string;
  readonly tls?: { readonly ca?: string };
};

export function hasRole(role: AdminRole, needed: AdminRole): boolean {
  return ADMIN_ROLES.indexOf(role) >= ADMIN_ROLES.indexOf(needed);
}

export function adminClients({ settings }: Topology, resolver: Resolver): readonly AdminClient[] {
  return Object.entries(settings.admin.clients).map(([name, { role, token }]) => ({
    name,
    role,
    ...(token !== undefined && { token: resolver.longSecret(token, ["admin", "clients", name, "token"]) }),
  }));
}

/** Needs no secret but one: the first client that may do it and whose token is here speaks. */
export function adminEndpoints(topology: Topology, needed: AdminRole): readonly AdminEndpoint[] {
  const { settings } = topology;
  const token = firstToken(topology, needed);
  return Object.entries(settings.regions).map(([region, { gateway }]) => ({
    region,
    ...reachedAt(gateway),
    ...(token !== undefined && { token }),
    ...(settings.admin.tls && { tls: authority(topology, gateway.tls?.ca) }),
  }));
}

/** `http://host:port`, for a person's browser. */
export function adminUrl({ settings }: Topology, region: string): string {
  return `${settings.admin.tls ? "https" : "http"}://${formatHostPort(reachedAt(settings.regions[region]!.gateway))}`;
}

/** A port on every address of its machine is asked where the peers find that machine, so that no other's gateway answers. */
function reachedAt({ admin, url }: GatewaySettings): HostPort {
  return { host: isWildcard(admin.host) ? url.host : admin.host, port: admin.port };
}

function firstToken(topology: Topology, needed: AdminRole): string | undefined {
  const clients = Object.values(topology.settings.admin.clients).filter(({ role }) => hasRole(role, needed));
  // The one with the fewest rights does.
  for (const { token } of clients.toSorted((a, b) => ADMIN_ROLES.indexOf(a.role) - ADMIN_ROLES.indexOf(b.role))) {
    const value = token === undefined ? "" : new Resolver(topology).secret(token, []);
    if (value !== "") return value;
  }
  return undefined;
}

/** Where the file is not here, the public authorities that Node knows decide. */
function authority(topology: Topology, ca: string | undefined): { readonly ca?: string } {
  const path = ca === undefined ? undefined : new Resolver(topology).path(ca);
  return path !== undefined && existsSync(path) ? { ca: path } : {};
}
