/** The types of single settings: how each is written, checked and parsed. */
import * as z from "zod";
import { parseGatewayUrl, parseHostPort, parseRedisUrl } from "./address.ts";
import { DURATION_PATTERN, parseDuration, parseShare, parseSize, SHARE_PATTERN, SIZE_PATTERN } from "./units.ts";

const SECRET_PATTERN = /^(\$\{[A-Za-z_][A-Za-z0-9_]*\}|file:.+)$/;
// biome-ignore lint/suspicious/noTemplateCurlyInString: this is how a reference is written in the file
export const REFERENCE = "${NAME} or file:/path";

function parsed<T>(parse: (text: string) => T | undefined, expected: string, pattern?: RegExp) {
  const text = z.string({ error: `expected ${expected}` }).meta(pattern ? { pattern: pattern.source } : {});
  return text.transform((value, context): T => {
    const result = parse(value);
    if (result !== undefined) return result;
    context.addIssue({ code: "custom", message: `expected ${expected}` });
    return z.NEVER;
  });
}

function bounded(parse: (text: string) => number | undefined, [least, most]: readonly [string, string]) {
  const [min, max] = [parse(least)!, parse(most)!];
  return (text: string) => {
    const value = parse(text);
    return value !== undefined && value >= min && value <= max ? value : undefined;
  };
}

export const size = (least: string, most: string) =>
  parsed(bounded(parseSize, [least, most]), `a size from ${least} to ${most}, such as 64MiB`, SIZE_PATTERN);
export const duration = (least: string, most: string) =>
  parsed(bounded(parseDuration, [least, most]), `a duration from ${least} to ${most}, such as 250ms, 5s or 24h`, DURATION_PATTERN);
export const bandwidth = parsed(
  (text) => (text.endsWith("/s") ? bounded(parseSize, ["64KiB", "1TiB"])(text.slice(0, -2)) : undefined),
  "a bandwidth from 64KiB/s to 1TiB/s, such as 20MiB/s",
);
export const hostPort = parsed(parseHostPort, "host:port, such as 127.0.0.1:7400");
export const redisUrl = parsed(
  parseRedisUrl,
  "redis://host:port or rediss://host:port (user, password and database do not belong into the URL)",
);
export const gatewayUrl = parsed(parseGatewayUrl, "ws://host:port or wss://host:port");
export const path = z.string({ error: "expected a path" }).min(1, "expected a path");
export const secret = z
  .string({ error: `expected ${REFERENCE}` })
  .regex(SECRET_PATTERN, `expected ${REFERENCE}: secrets do not belong into this file`);
export const share = parsed(parseShare, "a share, such as 10%", SHARE_PATTERN);
export const httpUrl = parsed(parseHttpUrl, "http://… or https://…, without a login");

function parseHttpUrl(text: string): string | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return url !== undefined && /^https?:$/.test(url.protocol) && url.username === "" && url.password === "" ? text : undefined;
}
