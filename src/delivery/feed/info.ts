/** What a master says of itself, as far as redis-cli, Sentinel and monitoring ask: INFO and ROLE in Redis's own fields. Pure. */
import type { Offset, Replid } from "../../stream/position.ts";
import type { AttachedReplica } from "./feed-stats.ts";

export type FeedFacts = {
  /** 40 hex characters, drawn at each start. */
  readonly runId: string;
  readonly port: number;
  readonly nowMs: number;
  /** Undefined while there is no history to feed from. */
  readonly history: { readonly replid: Replid; readonly start: Offset; readonly boundary: Offset } | undefined;
  readonly replicas: readonly AttachedReplica[];
};

const NO_REPLID = "0".repeat(40);

export function infoText(facts: FeedFacts, section = "default"): string {
  const sections: Readonly<Record<string, readonly string[]>> = {
    server: ["# Server", "server_name:causeway", "redis_mode:standalone", `run_id:${facts.runId}`, `tcp_port:${facts.port}`],
    replication: replication(facts),
  };
  const all = ["default", "all", "everything"].includes(section.toLowerCase());
  const wanted = all ? Object.values(sections) : [sections[section.toLowerCase()] ?? []];
  return wanted.map((lines) => lines.map((line) => `${line}\r\n`).join("")).join("\r\n");
}

function replication({ history, replicas, nowMs }: FeedFacts): readonly string[] {
  const length = history ? history.boundary - history.start : 0n;
  return [
    "# Replication",
    "role:master",
    `connected_slaves:${replicas.length}`,
    ...replicas.map((replica, index) => `slave${index}:${replicaLine(replica, nowMs)}`),
    "master_failover_state:no-failover",
    `master_replid:${history?.replid ?? NO_REPLID}`,
    `master_replid2:${NO_REPLID}`,
    `master_repl_offset:${history?.boundary ?? 0}`,
    "second_repl_offset:-1",
    `repl_backlog_active:${history ? 1 : 0}`,
    `repl_backlog_size:${length}`,
    `repl_backlog_first_byte_offset:${history ? history.start + 1n : 0}`,
    `repl_backlog_histlen:${length}`,
  ];
}

function replicaLine(replica: AttachedReplica, nowMs: number): string {
  const { ip, port } = addressOf(replica);
  const lag = replica.ackedAtMs === undefined ? -1 : Math.max(0, Math.floor((nowMs - replica.ackedAtMs) / 1000));
  return `ip=${ip},port=${port},state=${replica.state},offset=${replica.acked ?? 0},lag=${lag}`;
}

export function roleReply({ history, replicas }: FeedFacts): string {
  const each = replicas.map((replica) => {
    const { ip, port } = addressOf(replica);
    return `*3\r\n${bulk(ip)}${bulk(port)}${bulk(`${replica.acked ?? 0}`)}`;
  });
  return `*3\r\n${bulk("master")}:${history?.boundary ?? 0}\r\n*${each.length}\r\n${each.join("")}`;
}

export function bulk(text: string): string {
  return `$${Buffer.byteLength(text)}\r\n${text}\r\n`;
}

function addressOf({ address }: AttachedReplica): { readonly ip: string; readonly port: string } {
  const at = address.lastIndexOf(":");
  return { ip: address.slice(0, at).replace(/^\[|\]$/g, ""), port: address.slice(at + 1) };
}
