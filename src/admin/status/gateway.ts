/**
 * The read model of one gateway: `/status`, `/metrics`, `causeway status` and the demo all render this and nothing else.
 * Offsets are decimal strings, because they do not fit a JSON number; times are milliseconds since 1970 by this gateway's
 * clock; what is not known (yet) is absent. It never holds keys, values or secrets.
 */
import type { Alert } from "../../alert/book.ts";
import type { OutboxStats } from "../../alert/channels/outbox.ts";
import type { LogOutputStats } from "../../runtime/log-output.ts";
import type { LinkStatus, ListenerStatus } from "./link.ts";
import type { StreamStatus } from "./stream.ts";

export type GatewayStatus = {
  readonly region: string;
  readonly version: string;
  /** Package that compresses: `lz4` or `lz4-napi`. */
  readonly lz4: string;
  /** What packs and unpacks zstd; absent where this machine has none: records then travel and lie in LZ4 alone. */
  readonly zstd?: string;
  readonly topologyDigest: string;
  /** Of the process, on its own machine; absent from an older gateway. */
  readonly pid?: number;
  readonly startedAtMs: number;
  /** When this status was taken. */
  readonly atMs: number;
  readonly streams: readonly StreamStatus[];
  /** The link port; absent where nobody dials us. */
  readonly listener?: ListenerStatus;
  readonly links: readonly LinkStatus[];
  readonly services: readonly ServiceStatus[];
  /** Our own certificates and the authorities that we trust. */
  readonly certificates: readonly CertificateStatus[];
  /** Alerts that fire, the worst first, and how their channels do. */
  readonly alerts: { readonly firing: readonly Alert[]; readonly channels: readonly OutboxStats[] };
  /** What works and should not stay so, as found at the start; one sentence each. */
  readonly warnings: readonly string[];
  /** Lines of the log that were lost, and why they are now; absent from an older gateway. */
  readonly log?: LogOutputStats;
};

export type CertificateStatus = {
  /** `link`, `master`, `target of us-east`. */
  readonly use: string;
  readonly path: string;
  readonly state: "valid" | "expiring" | "expired";
  readonly expiresAtMs: number;
  /** Why the files that lie there now are not used; those read before are. */
  readonly refused?: string;
};

export type ServiceStatus = {
  readonly name: string;
  /** The gateway is not ready while a needed service does not run. */
  readonly needed: boolean;
  readonly state: "running" | "waiting" | "halted" | "stopped";
  readonly code?: string;
  readonly message?: string;
  readonly sinceMs?: number;
};
