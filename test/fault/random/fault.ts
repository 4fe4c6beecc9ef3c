/** What an entry of the catalogue says of itself. To add one: write it, and put it into the list at the end of its file. */
import type { Random } from "../../support/random.ts";
import type { World } from "./world.ts";

/** What a fault disturbs. Two faults that share a part come one after the other, all others may overlap. */
export type Part = "origin" | "peer" | "link" | "master" | "master line" | "target" | "target line";

export type Parameters = Readonly<Record<string, string | number>>;

export type Fault<P extends Parameters = Parameters> = {
  readonly kind: string;
  readonly parts: readonly Part[];
  /** The data leaves retention, or the master loses its history: a full sync is right. */
  readonly allowsFullSync?: boolean;
  /** Everything that chance decides, before anything happens: the same seed gives the same faults. */
  readonly draw: (random: Random) => P;
  /** Makes it happen and ends it. What it gives back is "missed" when there was no occasion. */
  readonly happen: (world: World, parameters: P) => Promise<unknown>;
};

/** Keeps the parameters' type inside the entry; the catalogue needs it no more. */
export function fault<P extends Parameters>(entry: Fault<P>): Fault {
  return entry as unknown as Fault;
}
