/** What every part of one region's gateway is made with. */
import type { Logger } from "pino";
import type { WallClock } from "../runtime/clock.ts";
import type { Services } from "../runtime/services.ts";
import type { RegionView } from "../topology/region-view.ts";

export type GatewayContext = {
  /** The newest one that was taken over: read it when it is used. */
  readonly view: RegionView;
  /** Of a service. */
  readonly logOf: (service: string) => Logger;
  readonly clock: WallClock;
  readonly services: Services;
};

/** Why what agreed on something that has changed begins anew. */
export const RELOADED = "the topology was read again";

/** For a server that is to take over a renewed certificate: calls back at each renewal; what it returns ends that. */
export function onRenewalOf({ certificates }: RegionView, wanted: string) {
  return (renewed: () => void) => certificates.find(({ use }) => use === wanted)?.onRenewal(renewed) ?? (() => undefined);
}
