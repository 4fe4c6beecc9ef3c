/** What allows DEBUG to clients of a test server: a setting since 7.0, and always allowed before. */
import { execFileSync } from "node:child_process";
import { findRedisServer } from "./redis-binary.mjs";

const byServer = new Map<string, readonly string[]>();

export function debugArgs(bin: string = findRedisServer()!): readonly string[] {
  const known = byServer.get(bin);
  if (known !== undefined) return known;
  const version = execFileSync(bin, ["--version"], { encoding: "utf8" });
  const args = Number(/v=(\d+)/.exec(version)?.[1] ?? 0) >= 7 ? ["--enable-debug-command", "yes"] : [];
  byServer.set(bin, args);
  return args;
}
