/**
 * The replica's side of the replication handshake (redis src/replication.c, syncWithMaster), one command at a time: PSYNC is
 * refused behind pipelined output. Pure: a reply line goes in, the next command comes out.
 */
import { GatewayError, publicError, unreachable } from "../errors.ts";
import { Offset, Replid } from "../stream/position.ts";

export type Credentials = { readonly username?: string; readonly password?: string };

/** Where to go on: `offset` is the last byte we have. */
export type Resume = { readonly replid: Replid; readonly offset: Offset };

export type HandshakeOptions = {
  readonly credentials: Credentials;
  /** Shown in INFO; FAILOVER without TO dials it, and must meet somebody who answers with an error. */
  readonly listeningPort: number;
  readonly resume: Resume | undefined;
};

export type PsyncReply =
  | { readonly kind: "full"; readonly replid: Replid; readonly offset: Offset }
  /** `replid` differs from the one asked with after a failover. */
  | { readonly kind: "continue"; readonly replid: Replid | undefined };

export type Step = "auth" | "ping" | "listening-port" | "capabilities" | "version" | "psync";
export type Transition = { readonly next: Step; readonly send: readonly string[] } | { readonly done: PsyncReply };

/**
 * A Valkey 9 master picks the RDB version from what we claim; 9.0.0 is the highest whose RDB we know. Others answer an
 * error, which is harmless.
 */
const CLAIMED_VALKEY_VERSION = "9.0.0";

export function begin(options: HandshakeOptions): { readonly next: Step; readonly send: readonly string[] } {
  const { username, password } = options.credentials;
  if (password === undefined) return { next: "ping", send: ["PING"] };
  return { next: "auth", send: username === undefined ? ["AUTH", password] : ["AUTH", username, password] };
}

/** `line` is the reply to the command sent in `step`, without CRLF. */
export function advance(step: Step, line: string, options: HandshakeOptions): Transition {
  switch (step) {
    case "auth":
      if (line.startsWith("-")) throw refusal(line, "the master refuses the login");
      return { next: "ping", send: ["PING"] };
    case "ping":
      if (line.startsWith("-")) throw refusal(line, "the master does not answer PING");
      return { next: "listening-port", send: ["REPLCONF", "listening-port", `${options.listeningPort}`] };
    case "listening-port":
      if (/^-(NOPERM|NOAUTH)/.test(line)) throw refusal(line, "the master refuses REPLCONF");
      return { next: "capabilities", send: ["REPLCONF", "capa", "eof", "capa", "psync2"] };
    case "capabilities":
      return { next: "version", send: ["REPLCONF", "version", CLAIMED_VALKEY_VERSION] };
    case "version": {
      const { resume } = options;
      const wanted = resume === undefined ? ["?", "-1"] : [resume.replid, `${resume.offset + 1n}`];
      return { next: "psync", send: ["PSYNC", ...wanted] };
    }
    case "psync":
      return { done: parsePsyncReply(line) };
    default:
      return unreachable(step);
  }
}

export function parsePsyncReply(line: string): PsyncReply {
  const [word, replid, offset = ""] = line.split(" ");
  // Judged by the word alone: a FULLRESYNC may carry the very replid that was asked for.
  if (word === "+FULLRESYNC" && replid !== undefined && /^\d{1,19}$/.test(offset)) {
    return { kind: "full", replid: Replid.of(replid), offset: Offset.of(offset) };
  }
  if (word === "+CONTINUE") return { kind: "continue", replid: replid === undefined ? undefined : Replid.of(replid) };
  if (line.startsWith("-")) throw refusal(line, "the master refuses PSYNC");
  throw new GatewayError("RESP_MALFORMED", "the master's answer to PSYNC is neither FULLRESYNC, CONTINUE nor an error");
}

const PASSING = /^-(LOADING|BUSY|MASTERDOWN|NOMASTERLINK|MISCONF|TRYAGAIN|CLUSTERDOWN)\b/;

function refusal(line: string, what: string): GatewayError {
  // An error line of a login may quote what was sent; its first word never does.
  const reason = line.startsWith("-ERR") ? publicError(line.slice(1)) : (line.split(" ")[0] ?? "").slice(1);
  if (PASSING.test(line)) return new GatewayError("SOURCE_NOT_READY", `the master is not ready: ${reason}`, { details: { reason } });
  return new GatewayError(
    "SOURCE_REFUSED",
    `${what}: ${reason}; check the user, the password and its permissions (+psync +replconf +ping)`,
    {
      details: { reason },
    },
  );
}
