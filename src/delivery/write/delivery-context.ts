/** What all attempts of one delivery share. */
import type { AppliedPosition } from "./applied-position.ts";
import type { DeliveryOptions } from "./delivery-options.ts";
import type { Divergences } from "./divergences.ts";
import type { ModuleAnswers } from "./values/module-values.ts";

export type DeliveryContext = DeliveryOptions & {
  readonly checkpointKey: string;
  /** Stands in every checkpoint that we write. */
  readonly token: string;
  readonly divergences: Divergences;
  readonly applied: AppliedPosition;
  /** What this target has answered. */
  readonly modules: ModuleAnswers;
};
