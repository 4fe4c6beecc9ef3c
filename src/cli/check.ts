/** `causeway check`: validates the topology and looks at everything that a region's gateway will need. Changes nothing. */
import { GatewayError } from "../errors.ts";
import { type RegionView, regionView } from "../topology/region-view.ts";
import { type Environment, loadTopology, type Topology } from "../topology/topology.ts";
import { ExitCode } from "./exit-codes.ts";
import { type Finding, type Level, type MasterReport, preflightMaster, preflightTarget } from "./preflight.ts";
import { preflightDataFolder } from "./preflight-local.ts";
import { preflightPeer } from "./preflight-peer.ts";
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
  const masters = lookAtMasters(views);
  for (const [region, view] of views) {
    const findings = "level" in view ? [view] : await preflight(region, view, { adopt: options.adopt ?? false, masters });
    terminal.write(`\n${region}\n${renderFindings(findings, terminal.color)}`);
    all.push(...findings);
  }
  if ([...views.values()].every((view) => "level" in view)) {
    terminal.writeError("causeway: nothing was checked: no region's secrets and files are here\n");
    return ExitCode.usage;
  }
  return exitCode(all);
}

type Masters = ReadonlyMap<string, Promise<MasterReport>>;

/** Each master is asked once, for its own region and for the regions that its writes are carried to. */
function lookAtMasters(views: ReadonlyMap<string, RegionView | Finding>): Masters {
  const masters = new Map<string, Promise<MasterReport>>();
  for (const [region, view] of views) {
    if (!("master" in view && view.master)) continue;
    masters.set(region, preflightMaster(view.master, { heartbeats: view.heartbeatMs !== undefined }));
  }
  return masters;
}

/** Everything at once: the slowest answer decides how long it takes. */
async function preflight(region: string, view: RegionView, { adopt, masters }: { readonly adopt: boolean; readonly masters: Masters }) {
  const targets = view.replicas.map(async ({ origin, stream, write }) => {
    // A feed waits to be asked: there is nobody to be looked at.
    if (!write) return [];
    const { target } = write;
    const master = (await masters.get(origin))?.facts;
    return await preflightTarget({ address: target, stream, adopt, ...(master && { master }) });
  });
  const warnings = view.warnings.map((message): Finding => ({ level: "warning", subject: `gateway of ${region}`, message }));
  const findings = await Promise.all([
    warnings,
    preflightDataFolder(view),
    masters.get(region)?.then((report) => report.findings) ?? [],
    ...targets,
    ...view.upstreams.map(async (upstream) => [await preflightPeer(view, upstream)]),
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
