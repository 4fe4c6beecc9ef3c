/** What the target's error replies mean. Pure. */
import { type ErrorCode, GatewayError, publicError } from "../../../errors.ts";

/** The target cannot take writes now; the same unit will do later or after its failover. */
const CONDITIONS: ReadonlySet<string> = new Set([
  "OOM",
  "READONLY",
  "LOADING",
  "MASTERDOWN",
  "CLUSTERDOWN",
  "MOVED",
  "ASK",
  "NOREPLICAS",
  "MISCONF",
  "BUSY",
  "TRYAGAIN",
]);
/** A condition for which Redis has no word of its own; it is said to a new connection before anything was asked. */
const MAX_CLIENTS = "ERR max number of clients";
/** What a condition is counted by: its first word, also of the one without a word of its own, and "waiting" for one without an answer. */
export const CONDITION_WORDS: readonly string[] = [...CONDITIONS, "ERR", "waiting"];
/** EXEC says so of what came between it and its commands, which were queued without an error. */
const EXEC_ABORTED = "EXECABORT Transaction discarded because of: ";
/** The login or its rights do not do. */
const RIGHTS = new Set(["NOPERM", "NOAUTH", "WRONGPASS", "NOPROTO"]);

/** First word of an error line. */
export function errorWord(text: string): string {
  const space = text.indexOf(" ");
  return space < 0 ? text : text.slice(0, space);
}

/** An error to what is asked outside of units: nothing can have diverged. */
export function refusalOutsideUnits(text: string, command: string): GatewayError {
  const { code, message, details } = refusalOf(text, command);
  return new GatewayError(code === "TARGET_BUSY" ? code : "TARGET_REFUSED", message, { details });
}

/** An error to a command of ours, or to one that was queued: nothing of the unit was applied. */
export function refusalOf(reply: string, command: string): GatewayError {
  const text = reply.startsWith(EXEC_ABORTED) ? reply.slice(EXEC_ABORTED.length) : reply;
  const word = errorWord(text);
  const code: ErrorCode =
    CONDITIONS.has(word) || text.startsWith(MAX_CLIENTS) ? "TARGET_BUSY" : RIGHTS.has(word) ? "TARGET_REFUSED" : "TARGET_REJECTED";
  const what = code === "TARGET_BUSY" ? "cannot take writes now" : `refused ${command}`;
  return new GatewayError(code, `the target ${what}: ${publicError(text)}`, { details: { command, error: publicError(text) } });
}

export function connectionLost(cause: unknown): GatewayError {
  const why = cause instanceof Error ? `: ${cause.message}` : "";
  return new GatewayError("TARGET_CONNECTION", `the connection to the target was lost${why}`, { cause });
}
