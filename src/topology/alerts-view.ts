/** The alerts of the topology as `alert/` takes them: defaults filled in, secrets resolved. */
import type { Channel } from "../alert/channels/channel.ts";
import { RULE_NAMES, type RuleName } from "../alert/rules.ts";
import { DEFAULT_SETTINGS, type RuleSettings } from "../alert/settings.ts";
import type { AlertConfiguration } from "../alert/watch.ts";
import { StreamId } from "../stream/position.ts";
import { isLoopback } from "./address.ts";
import type { AlertsSettings, RulesSettings } from "./alerts-schema.ts";
import type { Path } from "./document.ts";
import type { Resolver } from "./resolver.ts";

/** `ownRunbook`: where the gateway itself serves it. */
export function alertConfiguration(
  { rules, streams, channels, runbook }: AlertsSettings,
  resolver: Resolver,
  ownRunbook: string,
): AlertConfiguration {
  const overrides = overridesOf(rules);
  return {
    settings: {
      rules: Object.fromEntries(RULE_NAMES.map((name) => [name, { ...DEFAULT_SETTINGS.rules[name], ...overrides[name] }])) as Record<
        RuleName,
        RuleSettings
      >,
      streams: Object.fromEntries(Object.entries(streams).map(([region, own]) => [StreamId.of(region), overridesOf(own)])),
    },
    channels: Object.entries(channels).map(([name, channel]) => channelOf(name, channel, resolver, ["alerts", "channels", name])),
    runbook: runbook ?? ownRunbook,
  };
}

function overridesOf(rules: RulesSettings): Partial<Record<RuleName, Partial<RuleSettings>>> {
  const entries = RULE_NAMES.flatMap((name) => {
    const own = rules[name];
    if (own === undefined) return [];
    const { enabled, severity } = own;
    const threshold = own.above ?? own.below;
    const forMs = own.for ?? own.hold;
    const settings: Partial<RuleSettings> = {
      ...(enabled !== undefined && { enabled }),
      ...(severity !== undefined && { severity }),
      ...(threshold !== undefined && { threshold }),
      ...(forMs !== undefined && { forMs }),
    };
    return [[name, settings] as const];
  });
  return Object.fromEntries(entries);
}

function channelOf(name: string, channel: AlertsSettings["channels"][string], resolver: Resolver, path: Path): Channel {
  const { type: kind, from } = channel;
  const url = urlOf(channel.url, resolver, [...path, "url"]);
  const isSecret = kind === "pagerduty" || kind === "slack" || channel.token !== undefined || url !== channel.url;
  if (isSecret && isReadable(url)) {
    resolver.warnings.push(
      `what the channel ${name} is sent can be read on the way, its secret, too: expected https:// in ${path.join(".")}.url`,
    );
  }
  if (kind === "pagerduty") return { name, kind, from, url, secret: resolver.secret(channel.routingKey, [...path, "routingKey"]) };
  if (kind === "slack" || channel.token === undefined) return { name, kind, from, url };
  return { name, kind, from, url, secret: resolver.secret(channel.token, [...path, "token"]) };
}

/** In plaintext, and not on this machine alone. */
function isReadable(url: string): boolean {
  const { protocol, hostname } = URL.canParse(url) ? new URL(url) : { protocol: "", hostname: "" };
  return protocol === "http:" && !isLoopback(hostname.replace(/^\[|\]$/g, ""));
}

/** Many receivers' URLs are secrets by themselves. */
function urlOf(url: string, resolver: Resolver, path: Path): string {
  if (/^https?:/.test(url)) return url;
  const value = resolver.secret(url, path);
  const isUrl = URL.canParse(value) && /^https?:$/.test(new URL(value).protocol);
  if (value !== "" && !isUrl) resolver.complaints.push({ path, message: `expected ${url} to hold an http:// or https:// URL` });
  return value;
}
