/** `causeway check`: validates the topology and looks at everything that a region's gateway will need. Changes nothing. */
import { GatewayError } from "../errors.ts";
import { type RegionView, regionView } from "../topology/region-view.ts";
import { type Environment, loadTopology, type Topology } from "../topology/topology.ts";
import { ExitCode } from "./exit-codes.ts";
import { type Finding, type Level, preflightMaster, preflightTarget } from "./preflight.ts";
import { preflightDataFolder, preflightPeer } from "./preflight-local.ts";
import { type Cell, paint, renderTable, type Tone } from "./table.ts";
import type { Terminal } from "./terminal.ts";

export type CheckOptions = { readonly config: string; readonly region?: string; readonly adopt?: boolean };

const TONES: Readonly<Record<Level, Tone>> = { ok: "good", warning: "warn", failed: "bad", refused: "bad", unreachable: "bad" };

export async function runCheck(options: CheckOptions, env: Environment, terminal: Terminal): Promise<number> {
  const topology = loadTopology(options.config, env);
  const regions = options.region === undefined ? Object.keys(topology.settings.regions) : [options.region];
  const views = new Map(regions.map((region) => [region, viewOf(topology, region, options.region !== undefined)]));
  terminal.write(
    `${paint("ok", "good", terminal.color)}  topology ${options.config} is valid: regions ${Object.keys(topology.settings.regions).join(", ")}\n`,
  );
  const all: Finding[] = [];
  for (const [region, view] of views) {
    const findings = "level" in view ? [view] : await preflight(view, options.adopt ?? false);
    terminal.write(`\n${region}\n${renderFindings(findings, terminal.color)}`);
    all.push(...findings);
  }
  return exitCode(all);
}

/** Everything at once: the slowest answer decides how long it takes. */
async function preflight(view: RegionView, adopt: boolean): Promise<readonly Finding[]> {
  const master = view.master && preflightMaster(view.master);
  const findings = await Promise.all([
    preflightDataFolder(view),
    master?.then((report) => report.findings) ?? [],
    ...view.replicas.map((replica) => preflightTarget({ address: replica.target, stream: replica.stream, adopt })),
    ...view.replicas.map(async (replica) => [await preflightPeer(replica, view.tls)]),
  ]);
  return findings.flat();
}

/** Without a named region, another region's secrets may well be missing here. */
function viewOf(topology: Topology, region: string, isNamed: boolean): RegionView | Finding {
  try {
    return regionView(topology, region);
  } catch (cause) {
    if (isNamed || !(cause instanceof GatewayError)) throw cause;
    const problem = cause.message
      .split("\n")
      .map((line) => line.replace(`${topology.file}:`, ""))
      .join("; ");
    return {
      level: "warning",
      subject: `gateway of ${region}`,
      message: `not looked at, because not all of its secrets and files are here: ${problem}`,
    };
  }
}

function renderFindings(findings: readonly Finding[], color: boolean): string {
  const rows = findings.map(({ level, subject, message }): readonly Cell[] => [{ text: level, tone: TONES[level] }, subject, message]);
  const [, ...lines] = renderTable([{ title: "" }, { title: "" }, { title: "" }], rows, color);
  return lines.map((line) => `  ${line}\n`).join("");
}

/** A refusal weighs more than silence, silence more than trouble on this machine; warnings pass. */
export function exitCode(findings: readonly Finding[]): number {
  const has = (level: Level) => findings.some((finding) => finding.level === level);
  if (has("refused")) return ExitCode.refused;
  if (has("unreachable")) return ExitCode.unreachable;
  return has("failed") ? ExitCode.unhealthy : ExitCode.ok;
}
