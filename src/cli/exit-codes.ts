/** How the process says what happened. Documented in `--help`. */
import { type ErrorCode, GatewayError } from "../errors.ts";

export const ExitCode = { ok: 0, unhealthy: 1, usage: 2, refused: 3, unreachable: 4, unequipped: 69, internal: 70, io: 74 } as const;

export const EXIT_CODES_HELP = `Exit codes:
  0   ok
  1   status, check or inspect found something unhealthy
  2   bad usage, or an invalid topology
  3   a server or peer refused us: login, role, foreign keys, a data folder in use
  4   a server, gateway or peer cannot be reached
  69  this machine lacks what causeway needs: Node 20.19 or newer, its packages
  70  internal error
  74  what there is to write (output, a data folder) cannot be written`;

const REFUSED: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  "SOURCE_REFUSED",
  "LINK_REFUSED",
  "LINK_SUPERSEDED",
  "TARGET_REFUSED",
  "TARGET_NOT_EMPTY",
  "TARGET_REJECTED",
  "CHECKPOINT_CONFLICT",
  "CHECKPOINT_LOST",
  "JOURNAL_LOCKED",
  "JOURNAL_VERSION",
]);
const UNREACHABLE: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  "SOURCE_CONNECTION",
  "LINK_CONNECTION",
  "TARGET_CONNECTION",
  "ADMIN_UNAVAILABLE",
]);

const IO: ReadonlySet<ErrorCode> = new Set<ErrorCode>(["JOURNAL_IO", "JOURNAL_FULL"]);

export function exitCodeOf(error: unknown): number {
  if (!(error instanceof GatewayError)) return ExitCode.internal;
  if (error.code === "CONFIG_INVALID") return ExitCode.usage;
  if (REFUSED.has(error.code)) return ExitCode.refused;
  if (UNREACHABLE.has(error.code)) return ExitCode.unreachable;
  if (IO.has(error.code)) return ExitCode.io;
  return ExitCode.internal;
}
