/**
 * Every failure has a code, and the code decides what happens next. The map is total: a code without a
 * disposition does not compile. `deploy/RUNBOOK.md` has a paragraph for each code.
 */

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
  SNAPSHOT_SUSPICIOUS: "halt",
  CHECKPOINT_CONFLICT: "halt",
  CHECKPOINT_LOST: "halt",
  RESP_MALFORMED: "retry",
  RDB_MALFORMED: "retry",
  RDB_UNSUPPORTED: "halt",
  FRAME_MALFORMED: "retry",
  RECORD_MALFORMED: "retry",
  JOURNAL_GAP: "resync",
  HISTORY_CHANGED: "resync",
  JOURNAL_CORRUPT: "halt",
  JOURNAL_FULL: "retry",
  JOURNAL_IO: "retry",
  JOURNAL_LOCKED: "halt",
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
  return new GatewayError(code, `${message}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
}
