/** `causeway reload`: lets a gateway read its topology again, and says what came of it. */
import type { Environment } from "../topology/topology.ts";
import { chooseEndpoints, wantAdmin } from "./admin-client.ts";
import { ExitCode } from "./exit-codes.ts";
import type { OneRegion } from "./restart.ts";
import type { Terminal } from "./terminal.ts";

type Answer = { readonly changed?: readonly string[]; readonly refused?: readonly string[] };

export async function reloadTopology(options: OneRegion, env: Environment, terminal: Terminal): Promise<number> {
  const [endpoint] = chooseEndpoints(options, env, "operator");
  const answer = await wantAdmin(endpoint!, { method: "POST", path: "/reload" }, options);
  const { changed = [], refused = [] } = answer.body as Answer;
  if (refused.length > 0) {
    terminal.writeError(
      `causeway: nothing was taken over; these settings need a restart:\n${refused.map((path) => `  ${path}\n`).join("")}`,
    );
    return ExitCode.unhealthy;
  }
  if ("code" in answer) {
    terminal.writeError(answer.said);
    return answer.code;
  }
  terminal.write(changed.length === 0 ? "nothing has changed\n" : `taken over:\n${changed.map((path) => `  ${path}\n`).join("")}`);
  return ExitCode.ok;
}
