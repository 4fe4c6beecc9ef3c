/** `causeway status`: asks the admin ports of the topology and shows what they say, as a table or as JSON. */
import { type GatewayStatus, notReadyReasons } from "../admin/status.ts";
import { GatewayError } from "../errors.ts";
import { sleep } from "../runtime/sleep.ts";
import { formatHostPort, type HostPort, isWildcard } from "../topology/address.ts";
import { adminAddresses } from "../topology/region-view.ts";
import { didYouMean } from "../topology/suggest.ts";
import { type Environment, loadTopology } from "../topology/topology.ts";
import { ExitCode } from "./exit-codes.ts";
import { type RegionAnswer, renderStatus } from "./render-status.ts";
import type { Terminal } from "./terminal.ts";

export type StatusOptions = { readonly config: string; readonly region?: string; readonly json?: boolean; readonly watch?: boolean };

const ASK_TIMEOUT_MS = 3_000;
const MAX_STATUS_BYTES = 16 * 1024 * 1024;
const WATCH_INTERVAL_MS = 1_000;
const CLEAR_SCREEN = "\u001b[H\u001b[2J";

export async function showStatus(options: StatusOptions, env: Environment, terminal: Terminal): Promise<number> {
  const addresses = chooseAddresses(options, env);
  if (!options.watch) {
    const answers = await askAll(addresses);
    terminal.write(options.json ? `${JSON.stringify({ regions: answers }, undefined, 2)}\n` : renderStatus(answers, terminal.color));
    return judge(answers, options.region !== undefined);
  }
  while (!terminal.interrupted.aborted) {
    const answers = await askAll(addresses);
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

function chooseAddresses({ config, region }: StatusOptions, env: Environment): ReadonlyMap<string, HostPort> {
  const addresses = adminAddresses(loadTopology(config, env));
  if (region === undefined) return addresses;
  const address = addresses.get(region);
  if (address) return new Map([[region, address]]);
  const known = [...addresses.keys()];
  throw new GatewayError("CONFIG_INVALID", `region ${region} is not in ${config} (known: ${known.join(", ")})${didYouMean(region, known)}`);
}

function askAll(addresses: ReadonlyMap<string, HostPort>): Promise<readonly RegionAnswer[]> {
  return Promise.all([...addresses].map(([region, address]) => ask(region, address)));
}

async function ask(region: string, address: HostPort): Promise<RegionAnswer> {
  const host = isWildcard(address.host) ? (address.host === "::" ? "::1" : "127.0.0.1") : address.host;
  const where = formatHostPort({ host, port: address.port });
  try {
    const response = await fetch(`http://${where}/status`, { signal: AbortSignal.timeout(ASK_TIMEOUT_MS), redirect: "error" });
    if (!response.ok) return { region, error: `${where} answers ${response.status}` };
    if (Number(response.headers.get("content-length") ?? 0) > MAX_STATUS_BYTES) return { region, error: `${where} answers too much` };
    const status = (await response.json()) as GatewayStatus;
    if (!isStatus(status)) return { region, error: `${where} is no causeway gateway` };
    // An admin address on loopback means another gateway on each machine.
    if (status.region !== region) return { region, error: `${where} is the gateway of ${status.region}` };
    return { region, status };
  } catch (cause) {
    return { region, error: `${where} does not answer${reasonOf(cause)}` };
  }
}

function isStatus(value: unknown): value is GatewayStatus {
  const status = value as Partial<GatewayStatus> | null;
  return (
    typeof status?.region === "string" && Array.isArray(status.streams) && Array.isArray(status.links) && Array.isArray(status.services)
  );
}

function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return "";
  if (cause.name === "TimeoutError") return ` within ${ASK_TIMEOUT_MS / 1000} seconds`;
  if (cause instanceof SyntaxError) return " with JSON";
  const inner = cause.cause as { readonly code?: string } | undefined;
  return inner?.code === undefined ? "" : ` (${inner.code})`;
}
