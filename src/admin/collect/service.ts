/** A service as its supervisor sees it. */
import type { ServiceState } from "../../runtime/supervisor.ts";
import type { ServiceStatus } from "../status/gateway.ts";

export function serviceStatus(name: string, state: ServiceState): ServiceStatus {
  const failed = state.at === "waiting" || state.at === "halted";
  return {
    name,
    needed: true,
    state: state.at,
    ...(failed && { code: state.code, message: state.message }),
    ...(state.at === "halted" && { sinceMs: state.since }),
  };
}
