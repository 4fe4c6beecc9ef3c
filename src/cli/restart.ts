/** `causeway restart`: starts one service of a running gateway anew, also a halted one. Nothing else of the gateway stops. */
import type { Environment } from "../topology/topology.ts";
import { type AdminOptions, chooseEndpoints, wantAdmin } from "./admin-client.ts";
import { ExitCode } from "./exit-codes.ts";
import type { Terminal } from "./terminal.ts";

/** What acts on one gateway. */
export type OneRegion = AdminOptions & { readonly region: string };

export async function restartService(service: string, options: OneRegion, env: Environment, terminal: Terminal): Promise<number> {
  const [endpoint] = chooseEndpoints(options, env, "operator");
  const answer = await wantAdmin(endpoint!, { method: "POST", path: `/restart/${encodeURIComponent(service)}` }, options);
  if ("code" in answer) {
    terminal.writeError(answer.said);
    return answer.code;
  }
  terminal.write(`${service} of ${options.region} was restarted\n`);
  return ExitCode.ok;
}
