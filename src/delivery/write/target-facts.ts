/** What the target says about itself, from INFO and CONFIG. Pure. */

export type TargetFacts = {
  /** "redis" also for relatives that do not name themselves. */
  readonly product: "redis" | "valkey";
  /** `7.0.15`; of Valkey its own version, not the Redis version that it claims. */
  readonly version: string;
  /** Major * 100 + minor of `version`: 700, 802. */
  readonly versionNumber: number;
  readonly role: string;
  /** How many databases may be selected. */
  readonly databases: number;
  readonly maxmemoryPolicy: string;
  readonly clusterEnabled: boolean;
  /** Keys per database, as INFO keyspace told when the target was opened. */
  readonly keyspace: ReadonlyMap<number, number>;
};
