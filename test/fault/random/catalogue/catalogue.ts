/** Every fault that the scheduler may draw. */
import type { Fault } from "../fault.ts";
import type { DeliveryKind } from "../world.ts";
import { gatewayFaults } from "./gateways.ts";
import { LINE_FAULTS } from "./lines.ts";
import { MASTER_FAULTS } from "./master.ts";
import { REPLICA_FAULTS } from "./replica.ts";
import { TARGET_FAULTS } from "./target.ts";

export function catalogueOf(delivery: DeliveryKind): readonly Fault[] {
  return [...gatewayFaults(delivery), ...LINE_FAULTS, ...MASTER_FAULTS, ...(delivery === "write" ? TARGET_FAULTS : REPLICA_FAULTS)];
}
