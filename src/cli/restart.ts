/** `causeway restart`: starts one service of a running gateway anew, also a halted one. Nothing else of the gateway stops. */
import { GatewayError } from "../errors.ts";
import type { Environment } from "../topology/topology.ts";
import { type AdminOptions, askAdmin, chooseEndpoints, errorOf } from "./admin-client.ts";
import { ExitCode } from "./exit-codes.ts";
import type { Terminal } from "./terminal.ts";

export type RestartOptions = AdminOptions & { readonly region: string };

export async function restartService(service: string, options: RestartOptions, env: Environment, terminal: Terminal): Promise<number> {
  const [endpoint] = chooseEndpoints(options, env, "operator");
  const answer = await askAdmin(endpoint!, "POST", `/restart/${encodeURIComponent(service)}`, options);
  if ("unreachable" in answer) throw new GatewayError("ADMIN_UNAVAILABLE", `${answer.where} does not answer${answer.unreachable}`);
  if (answer.status === 200) {
    terminal.write(`${service} of ${options.region} was restarted\n`);
    return ExitCode.ok;
  }
  terminal.writeError(`causeway: ${answer.where} answers ${answer.status}${errorOf(answer.body)}\n`);
  return answer.status === 401 || answer.status === 403 ? ExitCode.refused : ExitCode.unhealthy;
}
