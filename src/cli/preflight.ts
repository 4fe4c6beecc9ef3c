/**
 * What `causeway check` and the start of `causeway run` ask of servers before anything is carried: can we reach them, log
 * in, are they what the topology says. Nothing is written and no full sync is started.
 */
import { Redis } from "ioredis";
import { formatBytes } from "../admin/dashboard/format.js";
import { checkpointKey } from "../delivery/write/target/checkpoint.ts";
import { Target } from "../delivery/write/target/target.ts";
import { admit, canEvictCheckpoint, parseFacts, type TargetFacts } from "../delivery/write/target/target-facts.ts";
import { GatewayError, publicError } from "../errors.ts";
import { redisOptions } from "../runtime/redis-options.ts";
import { HEARTBEAT_CHANNEL, HeartbeatCode } from "../stream/heartbeat.ts";
import type { StreamId } from "../stream/position.ts";
import { formatHostPort } from "../topology/address.ts";
import type { ServerAddress } from "../topology/region-view.ts";

/** failed: something on this machine. refused: the other side said no. */
export type Level = "ok" | "warning" | "failed" | "refused" | "unreachable";

export type Finding = {
  readonly level: Level;
  /** `master 127.0.0.1:6379`. */
  readonly subject: string;
  /** One sentence: what was found and, unless ok, what to do. */
  readonly message: string;
};

const TIMEOUT_MS = 3_000;
/** A link of 10 MB/s is bridged for a second and a half by this much; the default of 1 MiB ends in full syncs. */
const MIN_BACKLOG_BYTES = 16 * 1024 * 1024;
const PRODUCT_NAMES = { redis: "Redis", valkey: "Valkey" } as const;

export type MasterReport = { readonly findings: readonly Finding[]; readonly facts?: TargetFacts };

/** Looks at the master with ordinary commands only. `heartbeats`: they will be sent to it. Never throws. */
export async function preflightMaster(address: ServerAddress, { heartbeats = true } = {}): Promise<MasterReport> {
  const subject = `master ${formatHostPort(address)}`;
  const redis = new Redis(redisOptions(address, { connectMs: TIMEOUT_MS, commandMs: TIMEOUT_MS }));
  let lastError: unknown;
  redis.on("error", (error: unknown) => {
    lastError = error;
  });
  try {
    await redis.connect().catch((cause: unknown) => {
      throw lastError ?? cause;
    });
    // Logging in by hand: ioredis would only report a refusal as an event.
    const { username, password } = address;
    if (password !== undefined) await redis.call("AUTH", ...(username === undefined ? [password] : [username, password]));
    const user = username ?? "default";
    const info = await redis.call("INFO").then(String, (cause: unknown) => {
      // Replication itself does not need INFO: a user with nothing but +psync +replconf +ping is well chosen.
      if (isReply(cause) && cause.message.startsWith("NOPERM")) return undefined;
      throw cause;
    });
    const findings = info === undefined ? [{ level: "warning", subject, message: noInfoText(user) } as const] : judgeMaster(subject, info);
    const permissions = [...(await psyncPermission(redis, user)), ...(heartbeats ? await heartbeatPermission(redis, user) : [])];
    return {
      findings: [...findings, ...permissions.map((finding) => ({ ...finding, subject }))],
      ...(info !== undefined && { facts: parseFacts(info, 0) }),
    };
  } catch (cause) {
    return { findings: [failureOf(subject, cause)] };
  } finally {
    redis.disconnect();
  }
}

function judgeMaster(subject: string, info: string): readonly Finding[] {
  const facts = parseFacts(info, 0);
  const field = (name: string) => new RegExp(`^${name}:(.*?)\\r?$`, "m").exec(info)?.[1];
  const backlog = Number(field("repl_backlog_size") ?? 0);
  const findings: Finding[] = [];
  const add = (level: Level, message: string) => findings.push({ level, subject, message });
  if (facts.versionNumber < 400) add("refused", `version ${facts.version} has no resumable replication; version 4.0 or later is needed`);
  if (facts.role !== "master") add("warning", "is itself a replica; name its master unless a chain is meant");
  if (facts.clusterEnabled) add("warning", "is a cluster node: only its own slots are carried");
  if (facts.loading) add("warning", "is loading its data set; it will be tried again until it is done");
  if (backlog < MIN_BACKLOG_BYTES) {
    add(
      "warning",
      `its replication backlog is ${formatBytes(backlog)}; set repl-backlog-size to 16mb or more, or a short break ends in a full sync`,
    );
  }
  if (findings.every(({ level }) => level !== "refused")) {
    findings.unshift({
      level: "ok",
      subject,
      message: `${PRODUCT_NAMES[facts.product]} ${facts.version}, ${facts.role}, backlog ${formatBytes(backlog)}`,
    });
  }
  return findings;
}

/** May this user run PSYNC? Asked without running it: a real one could start a full sync. */
async function psyncPermission(redis: Redis, user: string): Promise<readonly Omit<Finding, "subject">[]> {
  try {
    const known = await redis.call("COMMAND", "INFO", "psync");
    if (Array.isArray(known) && !known[0])
      return [{ level: "refused", message: "PSYNC is renamed or disabled there; it has to be allowed for us" }];
    const verdicts = await Promise.all([
      redis.call("ACL", "DRYRUN", user, "PSYNC", "?", "-1"),
      redis.call("ACL", "DRYRUN", user, "REPLCONF", "ACK", "0"),
    ]);
    if (verdicts.some((verdict) => verdict !== "OK")) {
      return [{ level: "refused", message: `user ${user} may not replicate; allow it: ACL SETUSER ${user} +psync +replconf +ping` }];
    }
    return [];
  } catch (cause) {
    // Before 7.0, or without the right to ask: the source itself will find out.
    if (isReply(cause)) return [];
    throw cause;
  }
}

/** May this user send heartbeats? Where nobody says so (before 7.0, or without the right to ask) one is sent, which touches no key. */
async function heartbeatPermission(redis: Redis, user: string): Promise<readonly Omit<Finding, "subject">[]> {
  const publish = ["PUBLISH", HEARTBEAT_CHANNEL, new HeartbeatCode("0".repeat(16)).message(0)] as const;
  const refusalOf = (cause: unknown) => {
    if (isReply(cause)) return cause.message;
    throw cause;
  };
  const verdict = await redis.call("ACL", "DRYRUN", user, ...publish).catch(() => undefined);
  const refusal = verdict === undefined ? await redis.call(...publish).then(() => undefined, refusalOf) : verdict;
  if (refusal === undefined || refusal === "OK") return [];
  const unknown = "T_write will be unknown";
  const missing = /channel/.test(String(refusal)) ? `&${HEARTBEAT_CHANNEL}` : `+publish &${HEARTBEAT_CHANNEL}`;
  const message = /permission/.test(String(refusal))
    ? `user ${user} may not publish on ${HEARTBEAT_CHANNEL}, so ${unknown}; allow it: ACL SETUSER ${user} ${missing}`
    : `refuses PUBLISH, so ${unknown}: ${publicError(String(refusal))}; allow it, or set heartbeat: off`;
  return [{ level: "warning", message }];
}

function noInfoText(user: string): string {
  return `user ${user} may not ask for INFO, so version, role and backlog are not known, here nor later; allow it: ACL SETUSER ${user} +info`;
}

export type TargetPreflight = {
  readonly address: ServerAddress;
  readonly stream: StreamId;
  readonly adopt?: boolean;
  readonly master?: TargetFacts;
};

/** Looks at the target as delivery will, and judges by the same rules. Never throws. */
export async function preflightTarget({ address, stream, adopt = false, master }: TargetPreflight): Promise<readonly Finding[]> {
  const subject = `target ${formatHostPort(address)} of ${stream}`;
  let target: Target | undefined;
  try {
    target = await Target.open(address);
    const { facts } = target;
    const checkpoint = admit({ facts, checkpointText: await target.readCheckpoint(checkpointKey(stream)), adopt });
    const holds = checkpoint ? `holds our checkpoint at offset ${checkpoint.offset} (${checkpoint.state})` : "a snapshot will be loaded";
    const findings: Finding[] = [{ level: "ok", subject, message: `${PRODUCT_NAMES[facts.product]} ${facts.version}, ${holds}` }];
    if (master && facts.versionNumber < master.versionNumber) {
      findings.push({
        level: "warning",
        subject,
        message: `version ${facts.version} is older than the master's ${master.version}: data types and commands it does not know stop the stream; upgrade it first`,
      });
    }
    if (canEvictCheckpoint(facts)) {
      findings.push({
        level: "warning",
        subject,
        message: `maxmemory-policy ${facts.maxmemoryPolicy} may evict our checkpoint; set noeviction or a volatile-… policy`,
      });
    }
    if (facts.clusterEnabled) {
      findings.push({
        level: "warning",
        subject,
        message: "is a cluster node: only keys of its own slots can be written; use a standalone server",
      });
    }
    return findings;
  } catch (cause) {
    return [failureOf(subject, cause)];
  } finally {
    target?.close();
  }
}

function failureOf(subject: string, cause: unknown): Finding {
  if (cause instanceof GatewayError) {
    if (cause.code === "TARGET_BUSY") return { level: "warning", subject, message: cause.message };
    if (cause.code === "TARGET_CONNECTION") return { level: "unreachable", subject, message: unreachableText(cause.cause) };
    return { level: "refused", subject, message: cause.message };
  }
  if (!isReply(cause)) return { level: "unreachable", subject, message: unreachableText(cause) };
  const word = /^[A-Z]+/.exec(cause.message)?.[0] ?? "ERR";
  if (word === "NOAUTH") return { level: "refused", subject, message: "wants a login; give username and password" };
  if (word === "WRONGPASS") return { level: "refused", subject, message: "refuses the login; check username and password" };
  if (word === "LOADING" || word === "BUSY")
    return { level: "warning", subject, message: `is not ready (${word}); it will be tried again` };
  return { level: "refused", subject, message: `answers ${publicError(cause.message)}` };
}

/** Why a connection did not come about, and what to look at. */
export function unreachableText(cause: unknown): string {
  const { code = "", message = String(cause) } = (cause ?? {}) as { readonly code?: string; readonly message?: string };
  if (code === "ECONNREFUSED") return "nobody listens there; is it running, and are host and port right?";
  if (code === "ENOTFOUND" || code === "EAI_AGAIN") return "the name of the host is not known; check it, or the name server";
  if (code === "ETIMEDOUT" || /timed? ?out/i.test(message)) return "does not answer in time; check the address and the firewalls between";
  if (/CERT|TLS|SSL|certificate|self-signed/i.test(`${code} ${message}`))
    return `TLS fails: ${tlsReason(message)}; check the certificates and tls.ca`;
  return `the connection fails: ${message}`;
}

/** OpenSSL's own lines name the reason between the function and the file. */
function tlsReason(message: string): string {
  return /:SSL routines:[^:]*:([^:]+):/.exec(message)?.[1] ?? message;
}

function isReply(cause: unknown): cause is Error {
  return cause instanceof Error && cause.name === "ReplyError";
}
