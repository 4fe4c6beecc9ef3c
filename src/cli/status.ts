/** `causeway status`: asks the admin ports of the topology and shows what they say, as a table or as JSON. */
import type { GatewayStatus } from "../admin/status/gateway.ts";
import { notReadyReasons } from "../admin/status/verdict.ts";
import { sleep } from "../runtime/sleep.ts";
import type { AdminEndpoint } from "../topology/admin-view.ts";
import type { Environment } from "../topology/topology.ts";
import { type AdminOptions, askAdmin, chooseEndpoints, errorOf } from "./admin-client.ts";
import { ExitCode } from "./exit-codes.ts";
import { type RegionAnswer, renderStatus } from "./render-status.ts";
import type { Terminal } from "./terminal.ts";

export type StatusOptions = AdminOptions & { readonly json?: boolean; readonly watch?: boolean };

const WATCH_INTERVAL_MS = 1_000;
const CLEAR_SCREEN = "\u001b[H\u001b[2J";

export async function showStatus(options: StatusOptions, env: Environment, terminal: Terminal): Promise<number> {
  const endpoints = chooseEndpoints(options, env, "read");
  if (!options.watch) {
    const answers = await askAll(options, endpoints);
    terminal.write(options.json ? `${JSON.stringify({ regions: answers }, undefined, 2)}\n` : renderStatus(answers, terminal.color));
    return judge(answers, options.region !== undefined);
  }
  while (!terminal.interrupted.aborted) {
    const answers = await askAll(options, endpoints);
    if (options.json) terminal.write(`${JSON.stringify({ regions: answers })}\n`);
    else terminal.write(`${terminal.isTty ? CLEAR_SCREEN : ""}${renderStatus(answers, terminal.color)}`);
    await sleep(WATCH_INTERVAL_MS, terminal.interrupted);
  }
  return ExitCode.ok;
}

/** Nobody answered: unreachable. Otherwise unhealthy unless everybody asked is there and ready. */
export function judge(answers: readonly RegionAnswer[], isOneRegion: boolean): number {
  const reached = answers.flatMap((answer) => ("status" in answer ? [answer.status] : []));
  if (reached.length === 0) return ExitCode.unreachable;
  const isWhole = isOneRegion || reached.length === answers.length;
  return isWhole && reached.every((status) => notReadyReasons(status).length === 0) ? ExitCode.ok : ExitCode.unhealthy;
}

export function askAll(options: AdminOptions, endpoints: readonly AdminEndpoint[]): Promise<readonly RegionAnswer[]> {
  return Promise.all(endpoints.map((endpoint) => ask(endpoint, options)));
}

async function ask(endpoint: AdminEndpoint, options: AdminOptions): Promise<RegionAnswer> {
  const { region } = endpoint;
  const answer = await askAdmin(endpoint, { method: "GET", path: "/status" }, options);
  const { where } = answer;
  if ("unreachable" in answer) return { region, error: `${where} does not answer${answer.unreachable}` };
  if (answer.status !== 200) return { region, error: `${where} answers ${answer.status}${errorOf(answer.body)}` };
  const status = answer.body;
  if (!isStatus(status)) return { region, error: `${where} is no causeway gateway` };
  // An admin address on loopback means another gateway on each machine.
  if (status.region !== region) return { region, error: `${where} is the gateway of ${status.region}` };
  return { region, status };
}

function isStatus(value: unknown): value is GatewayStatus {
  const status = value as Partial<GatewayStatus> | null;
  return (
    typeof status?.region === "string" && Array.isArray(status.streams) && Array.isArray(status.links) && Array.isArray(status.services)
  );
}
