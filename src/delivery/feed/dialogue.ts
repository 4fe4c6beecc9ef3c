/**
 * Answers commands as a master answers its replicas, Sentinel and redis-cli: handshake, login, INFO and the like. Everything else is
 * refused politely: there is no data behind this port, only a stream (NEVER_SILENT: refusals are counted). Pure.
 */
import { createHash, timingSafeEqual } from "node:crypto";
import { Offset, Replid } from "../../stream/position.ts";
import { bulk, type FeedFacts, infoText, roleReply } from "./info.ts";
import type { Asked } from "./psync.ts";

export type Login = { readonly username: string; readonly password?: string };

export type Answer =
  | { readonly kind: "reply" | "refusal" | "close"; readonly text: string }
  | { readonly kind: "psync"; readonly asked: Asked | undefined }
  | { readonly kind: "ack"; readonly offset: Offset }
  | { readonly kind: "silence" };

export type DialogueOptions = { readonly login: Login; readonly id: number; readonly facts: () => FeedFacts };

const OK: Answer = { kind: "reply", text: "+OK\r\n" };
const SILENCE: Answer = { kind: "silence" };
const NO_ARRAY: Answer = { kind: "reply", text: "*0\r\n" };
/** What a replica may tell of itself; other options do not change what it gets. */
const MAX_NOTE = 64;

export class Dialogue {
  readonly #options: DialogueOptions;
  readonly #notes = new Map<string, string>();
  readonly #capabilities = new Set<string>();
  #name = "";
  #authenticated: boolean;

  constructor(options: DialogueOptions) {
    this.#options = options;
    this.#authenticated = options.login.password === undefined;
  }

  /** What the replica told by REPLCONF: `listening-port`, `ip-address`, `version`. */
  note(option: string): string | undefined {
    return this.#notes.get(option);
  }

  /** It understands a CONTINUE under another replid. */
  get knowsPsync2(): boolean {
    return this.#capabilities.has("psync2");
  }

  answer(words: readonly string[]): Answer {
    const [name = "", ...args] = words;
    const command = name.toUpperCase();
    if (command === "QUIT") return { kind: "close", text: "+OK\r\n" };
    if (command === "AUTH") return this.#auth(args);
    if (command === "HELLO") return this.#hello(args);
    if (!this.#authenticated) return refuse("NOAUTH Authentication required.");
    switch (command) {
      case "PING":
        return { kind: "reply", text: args[0] === undefined ? "+PONG\r\n" : bulk(args[0]) };
      case "REPLCONF":
        return this.#replconf(args);
      case "PSYNC":
        return psync(args);
      case "INFO":
        return { kind: "reply", text: bulk(infoText(this.#options.facts(), args[0])) };
      case "ROLE":
        return { kind: "reply", text: roleReply(this.#options.facts()) };
      case "CLIENT":
        return this.#client(args);
      case "COMMAND":
        return args[0]?.toUpperCase() === "COUNT" ? { kind: "reply", text: ":0\r\n" } : NO_ARRAY;
      case "SELECT":
        return args[0] === "0" ? OK : refuse("ERR DB index is out of range");
      default:
        return refuse(`ERR this port of a Causeway gateway only feeds replicas: '${printable(name)}' is not served here`);
    }
  }

  #auth(args: readonly string[]): Answer {
    const { username, password } = this.#options.login;
    const [user, given] = args.length === 1 ? ["default", args[0]] : args;
    if (args.length < 1 || args.length > 2) return refuse("ERR wrong number of arguments for 'auth' command");
    if (password === undefined) {
      return refuse(
        "ERR AUTH <password> called without any password configured for the default user. Are you sure your configuration is correct?",
      );
    }
    this.#authenticated = isSame(user!, username) && isSame(given!, password);
    return this.#authenticated ? OK : refuse("WRONGPASS invalid username-password pair or user is disabled.");
  }

  #hello(args: readonly string[]): Answer {
    const [version = "2", option, user, password] = args;
    if (version !== "2") return refuse("NOPROTO unsupported protocol version");
    if (option?.toUpperCase() === "AUTH") {
      const answer = this.#auth([user ?? "", password ?? ""]);
      if (answer.kind === "refusal") return answer;
    }
    if (!this.#authenticated) return refuse("NOAUTH HELLO must be called with the client already authenticated");
    const { id } = this.#options;
    const fields = [bulk("server"), bulk("causeway"), bulk("proto"), ":2\r\n", bulk("id"), `:${id}\r\n`];
    return { kind: "reply", text: `*10\r\n${fields.join("")}${[bulk("mode"), bulk("standalone"), bulk("role"), bulk("master")].join("")}` };
  }

  #replconf(args: readonly string[]): Answer {
    for (let at = 0; at + 1 < args.length; at += 2) {
      const option = args[at]!.toLowerCase();
      const value = args[at + 1]!;
      // Neither is answered: we are no replica, and an answer to an acknowledgement would be a byte in the stream.
      if (option === "getack") return SILENCE;
      if (option === "ack") return /^\d{1,18}$/.test(value) ? { kind: "ack", offset: Offset.of(value) } : SILENCE;
      if (option === "capa") this.#capabilities.add(value.slice(0, MAX_NOTE));
      else if (["listening-port", "ip-address", "version"].includes(option)) this.#notes.set(option, printable(value));
      else return refuse(`ERR Unrecognized REPLCONF option: ${printable(option)}`);
    }
    return args.length % 2 === 0 ? OK : refuse("ERR syntax error");
  }

  #client([subcommand = "", value = ""]: readonly string[]): Answer {
    switch (subcommand.toUpperCase()) {
      case "ID":
        return { kind: "reply", text: `:${this.#options.id}\r\n` };
      case "SETNAME":
        this.#name = printable(value);
        return OK;
      case "GETNAME":
        return { kind: "reply", text: bulk(this.#name) };
      case "SETINFO":
        return OK;
      default:
        return refuse("ERR this port of a Causeway gateway only feeds replicas: CLIENT ID, SETNAME, GETNAME and SETINFO are served here");
    }
  }
}

/** The number in a PSYNC is that of the next byte wanted. */
function psync([replid = "", next = "", option]: readonly string[]): Answer {
  if (option !== undefined) return refuse("ERR a Causeway gateway takes part in no FAILOVER");
  if (replid === "?") return { kind: "psync", asked: undefined };
  if (!/^-?\d{1,18}$/.test(next)) return refuse("ERR value is not an integer or out of range");
  const isReplid = /^[0-9a-f]{40}$/i.test(replid);
  return {
    kind: "psync",
    asked: isReplid && Number(next) > 0 ? { replid: Replid.of(replid), offset: Offset.of(BigInt(next) - 1n) } : undefined,
  };
}

function refuse(text: string): Answer {
  return { kind: "refusal", text: `-${text}\r\n` };
}

function printable(text: string): string {
  return text.replace(/[^\x21-\x7e]/g, "?").slice(0, MAX_NOTE);
}

/** In a time that does not depend on where they differ. */
function isSame(given: string, wanted: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(given), digest(wanted));
}
