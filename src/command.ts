/** The command `causeway`: the command line over the gateway. */
import { ExitCode } from "./cli/exit-codes.ts";
import { type Finding, preflightMaster, preflightTarget } from "./cli/preflight.ts";
import { type RunOptions, runProgram } from "./cli/program.ts";
import { processTerminal } from "./cli/terminal.ts";
import { versionInfo } from "./cli/version.ts";
import { traceOf } from "./errors.ts";
import { type Reread, runGateway } from "./gateway/gateway.ts";
import { createLogger } from "./runtime/log.ts";
import { type RegionView, regionView } from "./topology/region-view.ts";
import { compareTopologies } from "./topology/reload.ts";
import { loadTopology } from "./topology/topology.ts";

/** A stop that takes longer leaves anyway: the journal and the checkpoint make that safe. */
const STOP_MS = 10_000;
const SIGNAL_EXIT = 130;

const terminal = processTerminal();

const complain = (sentence: string) => terminal.writeError(`causeway: ${sentence}\n`);

async function run({ config, region, adopt = false }: RunOptions): Promise<number> {
  const onReload = hangUps();
  const topology = loadTopology(config, process.env);
  const view = regionView(topology, region);
  const { log, setLevel, output } = createLogger({ level: view.logLevel, region, complain });
  // The data folder holds everything that the servers hold: what we write is for our own user.
  process.umask(0o077);
  let running = topology;
  const reread = (): Reread => {
    const now = loadTopology(config, process.env);
    const view = regionView(now, region);
    const reload = compareTopologies(running, now, region);
    return { view, reload, onTakenOver: () => (running = now) };
  };
  const { master, targets } = await preflight(view, adopt);
  // A refused target stops a gateway that does nothing else; one that also keeps its own master's writes goes on with that.
  const refusals = view.master ? master : targets;
  const refused = refusals.find(({ level }) => level === "refused");
  if (refused) {
    complain(`${refused.subject}: ${refused.message}`);
    return ExitCode.refused;
  }
  for (const { level, subject, message } of [...master, ...targets]) {
    if (level !== "ok") log.warn({ event: "preflight.warned", subject, finding: level }, `${subject}: ${message}`);
  }
  const { version } = versionInfo();
  await runGateway({ view, version, log, logOutput: output, adopt, onReload, reread, setLogLevel: setLevel }, stopSignal());
  return ExitCode.ok;
}

/** What a server definitely refuses ends the start; one that is merely away is waited for. */
async function preflight(
  view: RegionView,
  adopt: boolean,
): Promise<{ readonly master: readonly Finding[]; readonly targets: readonly Finding[] }> {
  const master = view.master ? (await preflightMaster(view.master, { heartbeats: view.heartbeatMs !== undefined })).findings : [];
  const targets = await Promise.all(
    view.replicas.map(({ write, stream }) => (write ? preflightTarget({ address: write.target, stream, adopt }) : [])),
  );
  return { master, targets: targets.flat() };
}

/** Aborts at the first SIGTERM or SIGINT; a second one, or a stop that takes too long, leaves at once. */
function stopSignal(): AbortSignal {
  const stop = new AbortController();
  const onSignal = () => {
    if (stop.signal.aborted) process.exit(SIGNAL_EXIT);
    stop.abort();
    setTimeout(() => process.exit(ExitCode.ok), STOP_MS).unref();
  };
  process.on("SIGTERM", onSignal);
  process.on("SIGINT", onSignal);
  return stop.signal;
}

/** SIGHUP means: read again what can be read again. It never ends the process, however early it comes. */
function hangUps(): (listener: () => void) => void {
  let reload: () => void = () => undefined;
  process.on("SIGHUP", () => reload());
  return (listener) => {
    reload = listener;
  };
}

/** What nobody caught: Node would print every property of the error, and an error may carry a password. */
process.on("uncaughtException", (error) => {
  complain(traceOf(error));
  process.exit(ExitCode.internal);
});

process.exitCode = await runProgram(process.argv.slice(2), { env: process.env, terminal, run });
