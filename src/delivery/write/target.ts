/**
 * The target server as seen through ioredis: connecting, logging in, role, version, key counts, the checkpoint. Units do not travel
 * here but over the raw socket of `openSocket` (`unit-writer.ts`).
 */
import type { Redis } from "ioredis";
import type { TargetFacts } from "./target-facts.ts";

export interface Target {
  readonly facts: TargetFacts;
  /** Administrative connection in database 0; nobody selects another one on it. */
  readonly control: Redis;
  /** Another connection in database `db`; the caller quits it. */
  openControl(db: number): Promise<Redis>;
}
