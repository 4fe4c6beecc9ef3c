/** Addresses in the topology: listen addresses (host:port), Redis URLs and gateway URLs. Pure; undefined means "not one". */

export type HostPort = { readonly host: string; readonly port: number };
export type RedisUrl = HostPort & { readonly tls: boolean };
export type GatewayUrl = HostPort & { readonly tls: boolean };

const DEFAULT_PORTS: Readonly<Record<string, number>> = { "redis:": 6379, "rediss:": 6379, "ws:": 80, "wss:": 443 };

/** `127.0.0.1:7400`, `[::1]:7400`, `gateway.internal:7400`. */
export function parseHostPort(text: string): HostPort | undefined {
  const match = /^(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+):(\d{1,5})$/.exec(text);
  const port = Number(match?.[2]);
  if (!match?.[1] || port < 1 || port > 65_535) return undefined;
  return { host: match[1].replace(/^\[|\]$/g, ""), port };
}

/** `redis://host:port` or `rediss://host:port`; credentials, databases and options are not part of it. */
export function parseRedisUrl(text: string): RedisUrl | undefined {
  return parseUrl(text, ["redis:", "rediss:"]);
}

/** `ws://host:port` or `wss://host:port`. */
export function parseGatewayUrl(text: string): GatewayUrl | undefined {
  return parseUrl(text, ["ws:", "wss:"]);
}

function parseUrl(text: string, protocols: readonly string[]): (HostPort & { readonly tls: boolean }) | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !protocols.includes(url.protocol) || url.hostname === "") return undefined;
  if (url.username || url.password || url.search || url.hash || (url.pathname !== "" && url.pathname !== "/")) return undefined;
  const host = url.hostname.replace(/^\[|\]$/g, "").toLowerCase();
  return {
    host,
    port: url.port === "" ? DEFAULT_PORTS[url.protocol]! : Number(url.port),
    tls: url.protocol === "rediss:" || url.protocol === "wss:",
  };
}

export function isLoopback(host: string): boolean {
  return host === "localhost" || host.endsWith(".localhost") || host === "::1" || /^127(\.\d{1,3}){3}$/.test(host);
}

/** Listens on every address of its machine. */
export function isWildcard(host: string): boolean {
  return host === "0.0.0.0" || host === "::";
}

export function formatHostPort({ host, port }: HostPort): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}
