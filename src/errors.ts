/**
 * Every failure has a code, and the code decides what happens next. The map is total: a code without a
 * disposition does not compile. `deploy/RUNBOOK.md` has a paragraph for each code.
 */

import { getSystemErrorMap } from "node:util";

/** retry: restart the stage with backoff. resync: start over from a snapshot. halt: stop the stage, page a person. */
export type Disposition = "retry" | "resync" | "halt";

const DISPOSITIONS = {
  SOURCE_CONNECTION: "retry",
  SOURCE_NOT_READY: "retry",
  SOURCE_REFUSED: "halt",
  SOURCE_HISTORY_LOST: "resync",
  LINK_CONNECTION: "retry",
  LINK_SUPERSEDED: "retry",
  LINK_REFUSED: "halt",
  TARGET_CONNECTION: "retry",
  TARGET_BUSY: "retry",
  TARGET_REFUSED: "halt",
  TARGET_NOT_EMPTY: "halt",
  TARGET_REJECTED: "halt",
  FEED_UNAVAILABLE: "retry",
  SNAPSHOT_SUSPICIOUS: "halt",
  FLUSH_SUSPICIOUS: "halt",
  CHECKPOINT_CONFLICT: "halt",
  CHECKPOINT_LOST: "halt",
  RESP_MALFORMED: "retry",
  RDB_MALFORMED: "retry",
  RDB_UNSUPPORTED: "halt",
  TARGET_UNSUPPORTED: "halt",
  FRAME_MALFORMED: "retry",
  RECORD_MALFORMED: "retry",
  JOURNAL_GAP: "resync",
  HISTORY_CHANGED: "resync",
  JOURNAL_CORRUPT: "resync",
  JOURNAL_FULL: "retry",
  JOURNAL_IO: "retry",
  JOURNAL_LOCKED: "halt",
  JOURNAL_VERSION: "halt",
  ADMIN_UNAVAILABLE: "retry",
  CONFIG_INVALID: "halt",
  INVARIANT: "halt",
} as const satisfies Record<string, Disposition>;

export type ErrorCode = keyof typeof DISPOSITIONS;

export const ERROR_CODES = Object.keys(DISPOSITIONS) as readonly ErrorCode[];

export class GatewayError extends Error {
  override readonly name = "GatewayError";
  readonly code: ErrorCode;
  /** For the log line. Never holds keys, values or secrets. */
  readonly details: Readonly<Record<string, unknown>>;

  constructor(
    code: ErrorCode,
    message: string,
    options: { readonly cause?: unknown; readonly details?: Readonly<Record<string, unknown>> } = {},
  ) {
    super(message, { cause: options.cause });
    this.code = code;
    this.details = options.details ?? {};
  }

  get disposition(): Disposition {
    return DISPOSITIONS[this.code];
  }
}

/** An exhausted union: reached only through a bug. */
export function unreachable(value: never): never {
  throw new GatewayError("INVARIANT", "unhandled variant", { details: { value } });
}

/** Wraps what a library threw, once, at the adapter that owns the library; a GatewayError passes unchanged. */
export function wrapError(code: ErrorCode, message: string, cause: unknown): GatewayError {
  if (cause instanceof GatewayError) return cause;
  return new GatewayError(code, `${message}: ${messageOf(cause)}`, { cause });
}

/**
 * A server's error line for logs and messages: the rest of it with everything quoted left out, because servers quote arguments
 * (`ERR unknown command 'AUTH', with args beginning with: 'password' …`).
 */
export function publicError(text: string): string {
  const unquoted = text.replace(/(['"`]).*\1/g, "…");
  return unquoted.trim().slice(0, 200);
}

/** Where an error happened and what caused it, without what it carries: the error of a refused command carries its arguments. */
export function traceOf(error: unknown): string {
  if (!(error instanceof Error)) return "something was thrown that is no error";
  const frames = (error.stack ?? "").split("\n").filter((line) => /^ {4}at /.test(line));
  const cause = error.cause === undefined ? "" : `\ncaused by ${traceOf(error.cause)}`;
  return `${[`${error.name}: ${messageOf(error)}`, ...frames].join("\n")}${cause}`;
}

const SYSTEM_REASONS: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  EISDIR: "it is a directory",
  EACCES: "permission denied",
};

/** Why the system refused to read or write, in words for a person. */
export function systemReason(cause: unknown): string {
  const { code = "", errno = 0 } = cause as NodeJS.ErrnoException;
  return SYSTEM_REASONS[code] ?? getSystemErrorMap().get(errno)?.[1] ?? messageOf(cause);
}

function messageOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  return cause.name === "ReplyError" ? publicError(cause.message) : cause.message;
}
