/** A client of the admin ports that may act, for `PairOptions`, and the command line in its name. */
import { spawnCli } from "./gateway.ts";
import type { Pair } from "./pair.ts";

const TOKEN = "the-token-of-an-operator";
const ENV = { OPERATOR_TOKEN: TOKEN };

/** Written by the topology's own rules, not a template of ours. */
const REFERENCE = `\${OPERATOR_TOKEN}`;

export const withOperator = { admin: { clients: { operator: { role: "operator", token: REFERENCE } } }, env: ENV, token: TOKEN } as const;

/** `causeway COMMAND --config … --region eu-west` of a pair, with what it printed. */
export async function operate(pair: Pair, ...args: readonly string[]): Promise<{ readonly code: number | null; readonly output: string }> {
  const child = spawnCli([...args, "--config", pair.topology.path, "--region", "eu-west"], { ...pair.topology.env, ...ENV });
  return { code: (await child.exited).code, output: child.output };
}
