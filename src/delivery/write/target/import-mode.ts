/**
 * Valkey ≥ 8.1 can leave expiry to whoever fills it (`import-mode`): keys that are past their time stay, seen and changed by the importing
 * connection alone, until it deletes them, as in a replica. The setting is the server's and is lost when it restarts, unless its file has it;
 * and an RDB is read without the keys that are over, whatever the setting: only an AOF brings them back (tried with 8.1 and 9.1).
 */
import type { Redis } from "ioredis";
import { publicError } from "../../../errors.ts";
import type { TargetFacts } from "./target-facts.ts";

const FIRST_VERSION = 801;
/** Each connection that shall see what has expired says this. */
export const IMPORT_SOURCE = ["CLIENT", "IMPORT-SOURCE", "ON"] as const;

export function knowsImportMode({ product, versionNumber }: TargetFacts): boolean {
  return product === "valkey" && versionNumber >= FIRST_VERSION;
}

/** Whether it is on already. */
export async function isImportModeOn(control: Redis): Promise<boolean> {
  let setting: unknown;
  const refusal = await refusalOf(async () => {
    [, setting] = (await control.config("GET", "import-mode")) as readonly string[];
  });
  return refusal === undefined && setting === "yes";
}

/** Returns why the server refuses, usually for the lack of +config|set or +client|import-source. */
export function turnImportModeOn(control: Redis): Promise<string | undefined> {
  return refusalOf(async () => {
    await control.config("SET", "import-mode", "yes");
    await control.call(...IMPORT_SOURCE);
  });
}

/** Returns why the server refuses. */
export function turnImportModeOff(control: Redis): Promise<string | undefined> {
  return refusalOf(async () => void (await control.config("SET", "import-mode", "no")));
}

async function refusalOf(ask: () => Promise<void>): Promise<string | undefined> {
  try {
    await ask();
    return undefined;
  } catch (cause) {
    if (cause instanceof Error && cause.name === "ReplyError") return publicError(cause.message);
    throw cause;
  }
}
