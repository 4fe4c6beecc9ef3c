/** Every fault that the scheduler may draw. */
import type { Fault } from "../fault.ts";
import { GATEWAY_FAULTS } from "./gateways.ts";
import { LINE_FAULTS } from "./lines.ts";
import { MASTER_FAULTS } from "./master.ts";
import { TARGET_FAULTS } from "./target.ts";

export const CATALOGUE: readonly Fault[] = [...GATEWAY_FAULTS, ...LINE_FAULTS, ...MASTER_FAULTS, ...TARGET_FAULTS];
