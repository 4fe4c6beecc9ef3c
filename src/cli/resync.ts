/** `causeway resync --accept`: says yes to a snapshot or a FLUSHALL that a running gateway does not obey by itself. */
import { GatewayError } from "../errors.ts";
import type { Environment } from "../topology/topology.ts";
import { chooseEndpoints, wantAdmin } from "./admin-client.ts";
import { ExitCode } from "./exit-codes.ts";
import type { OneRegion } from "./restart.ts";
import { streamName } from "./stream-name.ts";
import type { Terminal } from "./terminal.ts";

export type ResyncOptions = OneRegion & { readonly stream: string; readonly accept?: boolean };

export async function acceptResync(options: ResyncOptions, env: Environment, terminal: Terminal): Promise<number> {
  if (!options.accept) throw new GatewayError("CONFIG_INVALID", "option '--accept' is missing; see causeway resync --help");
  const [endpoint] = chooseEndpoints(options, env, "operator");
  const stream = streamName(options.stream);
  const answer = await wantAdmin(endpoint!, { method: "POST", path: `/accept/${encodeURIComponent(stream)}` }, options);
  if ("code" in answer) {
    terminal.writeError(answer.said);
    return answer.code;
  }
  const { accepted } = answer.body as { readonly accepted: string };
  terminal.write(`${accepted} of ${stream} is accepted at ${options.region}\n`);
  return ExitCode.ok;
}
