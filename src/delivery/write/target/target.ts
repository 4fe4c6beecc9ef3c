/**
 * The target server as seen through ioredis: connecting, logging in, role, version, key counts, the checkpoint. Units do not travel
 * here but over the raw socket of `raw-socket.ts`.
 */
import { Redis } from "ioredis";
import { GatewayError, wrapError } from "../../../errors.ts";
import { redisOptions } from "../../../runtime/redis-options.ts";
import { IMPORT_SOURCE, isImportModeOn, knowsImportMode, turnImportModeOff, turnImportModeOn } from "./import-mode.ts";
import type { TargetAddress } from "./raw-socket.ts";
import { refusalOutsideUnits } from "./replies.ts";
import { parseFacts, type TargetFacts } from "./target-facts.ts";

const PROBED_KEY = "causeway:probe";
const TIMEOUTS = { connectMs: 5_000, commandMs: 10_000 };
/** Highest database number that is tried when CONFIG is not allowed. */
const MAX_DATABASES = 1 << 16;
/** Of every server, unless configured. */
const DEFAULT_MAX_BULK_BYTES = 512 * 1024 * 1024;
const DEFAULT_QUERY_BUFFER_BYTES = 1024 * 1024 * 1024;
/** A long argument lies alone in the query buffer, with the CRLF behind it. */
const END_OF_WORD_BYTES = 2;

export class Target {
  readonly address: TargetAddress;
  readonly facts: TargetFacts;
  /** Administrative connection in database 0; nobody selects another one on it. */
  readonly control: Redis;
  /** Expiry is left to us: `import-mode.ts`. */
  #importing = false;
  #wasImporting = false;
  /** The longest argument that the target takes (proto-max-bulk-len, client-query-buffer-limit). */
  readonly maxBulkBytes: number;
  /** The longest string that may grow there by APPEND (proto-max-bulk-len). */
  readonly maxStringBytes: number;

  private constructor(address: TargetAddress, facts: TargetFacts, control: Redis, limits: Pick<Target, "maxBulkBytes" | "maxStringBytes">) {
    this.address = address;
    this.facts = facts;
    this.control = control;
    this.maxBulkBytes = limits.maxBulkBytes;
    this.maxStringBytes = limits.maxStringBytes;
  }

  /** Throws TARGET_CONNECTION, TARGET_BUSY or TARGET_REFUSED. */
  static async open(address: TargetAddress): Promise<Target> {
    const control = await connect(address, 0);
    try {
      const info = await control.info();
      const facts = parseFacts(info, await countDatabases(control, address));
      const bulk = (await setting(control, "proto-max-bulk-len")) ?? DEFAULT_MAX_BULK_BYTES;
      const buffer = (await setting(control, "client-query-buffer-limit")) ?? DEFAULT_QUERY_BUFFER_BYTES;
      return new Target(address, facts, control, { maxBulkBytes: Math.min(bulk, buffer - END_OF_WORD_BYTES), maxStringBytes: bulk });
    } catch (cause) {
      control.disconnect();
      throw targetError(cause);
    }
  }

  /** What the key holds as text; "" when it is missing. A key of another type is CHECKPOINT_CONFLICT. */
  async readCheckpoint(key: string): Promise<string> {
    try {
      return (await this.control.get(key)) ?? "";
    } catch (cause) {
      if ((cause as Error).message.startsWith("WRONGTYPE"))
        throw new GatewayError("CHECKPOINT_CONFLICT", "in the place of the target's checkpoint is a value of another type", { cause });
      throw targetError(cause);
    }
  }

  /** Whether RESTORE takes a payload: nothing of it stays. Throws TARGET_CONNECTION, TARGET_BUSY or TARGET_REFUSED. */
  async takesValue(payload: Buffer): Promise<boolean> {
    try {
      // The value is decoded before the expiry is looked at, which is past, so that nothing is created; but in import mode it is.
      await this.control.callBuffer("RESTORE", PROBED_KEY, "1", payload, "REPLACE", "ABSTTL");
      await this.control.unlink(PROBED_KEY);
      return true;
    } catch (cause) {
      const error = targetError(cause);
      if (error.code === "TARGET_REFUSED" && !/^NO/.test(String(error.details["error"]))) return false;
      throw error;
    }
  }

  get importing(): boolean {
    return this.#importing;
  }

  /** Importing, and what was over when the target was started last is in it all the same. */
  get keepsOverRestarts(): boolean {
    return this.#wasImporting && this.facts.aofEnabled;
  }

  /** Makes the target leave expiry to us, if it can. Returns why it refuses; undefined: it does, or knows no such mode. */
  async startImport(): Promise<string | undefined> {
    if (!knowsImportMode(this.facts)) return undefined;
    try {
      this.#wasImporting = await isImportModeOn(this.control);
      const refusal = await turnImportModeOn(this.control);
      this.#importing = refusal === undefined;
      return refusal;
    } catch (cause) {
      throw targetError(cause);
    }
  }

  /** The target expires by its own clock again. Returns why it refuses. */
  async endImport(): Promise<string | undefined> {
    if (!knowsImportMode(this.facts)) return undefined;
    try {
      return await turnImportModeOff(this.control);
    } catch (cause) {
      throw targetError(cause);
    }
  }

  /** Another connection in database `db`; the caller disconnects it. */
  async openControl(db: number): Promise<Redis> {
    const control = await connect(this.address, db);
    if (this.#importing) await control.call(...IMPORT_SOURCE);
    return control;
  }

  close(): void {
    this.control.disconnect();
  }
}

async function connect(address: TargetAddress, db: number): Promise<Redis> {
  const { username, password } = address;
  const redis = new Redis({
    ...redisOptions(address, TIMEOUTS),
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    db,
    connectionName: "causeway-delivery",
  });
  let lastError: unknown;
  redis.on("error", (error: unknown) => {
    lastError = error;
  });
  try {
    await redis.connect();
    // ioredis reports a refused login as an event and goes on.
    await redis.ping();
    return redis;
  } catch (cause) {
    redis.disconnect();
    throw targetError(lastError ?? cause);
  }
}

async function countDatabases(control: Redis, address: TargetAddress): Promise<number> {
  const databases = (await setting(control, "databases")) ?? 0;
  if (databases > 0 && !(await isCluster(control))) return databases;
  // CONFIG is not allowed, or does not tell: find the first number that SELECT refuses.
  const probe = await connect(address, 0);
  try {
    let good = 0;
    let bad = MAX_DATABASES;
    for (let db = 1; db < bad; db = good === 0 ? 1 : Math.min(bad - 1, db * 2)) {
      if (await canSelect(probe, db)) good = db;
      else bad = db;
      if (bad - good <= 1) break;
    }
    while (bad - good > 1) {
      const middle = (good + bad) >> 1;
      if (await canSelect(probe, middle)) good = middle;
      else bad = middle;
    }
    return good + 1;
  } finally {
    probe.disconnect();
  }
}

/** Undefined when CONFIG is not allowed, or does not tell. */
async function setting(control: Redis, name: string): Promise<number | undefined> {
  try {
    const answer = (await control.config("GET", name)) as readonly string[];
    return answer[1] === undefined ? undefined : Number(answer[1]);
  } catch (cause) {
    if (isReply(cause)) return undefined;
    throw cause;
  }
}

async function isCluster(control: Redis): Promise<boolean> {
  return (await control.info("cluster")).includes("cluster_enabled:1");
}

async function canSelect(redis: Redis, db: number): Promise<boolean> {
  try {
    await redis.select(db);
    return true;
  } catch (cause) {
    if (isReply(cause)) return false;
    throw cause;
  }
}

function isReply(cause: unknown): cause is Error {
  return cause instanceof Error && cause.name === "ReplyError";
}

/** An error reply keeps its meaning; everything else is the connection's. */
export function targetError(cause: unknown): GatewayError {
  if (cause instanceof GatewayError) return cause;
  if (!isReply(cause)) return wrapError("TARGET_CONNECTION", "the target cannot be reached", cause);
  return refusalOutsideUnits(cause.message, "an administrative command");
}
