/** The command line: options, help and exit codes. What the commands do stands in one file each. */
import { Argument, Command, CommanderError } from "commander";
import { GatewayError, traceOf } from "../errors.ts";
import type { Environment } from "../topology/topology.ts";
import { addAlertCommands } from "./alert-commands.ts";
import { type CheckOptions, runCheck } from "./check.ts";
import { completionScript, SHELLS, type Shell } from "./completion.ts";
import { EXIT_CODES_HELP, ExitCode, exitCodeOf } from "./exit-codes.ts";
import { addFileCommands } from "./file-commands.ts";
import { addOperatorCommands } from "./operator-commands.ts";
import { help, single, subcommand, withHint } from "./subcommand.ts";
import type { Terminal } from "./terminal.ts";
import { type VersionInfo, versionInfo } from "./version.ts";
import { addWatchCommands } from "./watch-commands.ts";

export type RunOptions = { readonly config: string; readonly region: string; readonly adopt?: boolean };

export type ProgramPorts = {
  /** Runs a gateway until it is told to stop; answers the exit code. */
  readonly run: (options: RunOptions) => Promise<number>;
  readonly env: Environment;
  readonly terminal: Terminal;
};

const DESCRIPTION = "Carries a Redis or Valkey master's writes to other datacenters: durable, compressed, exactly once.";

/** The whole program: never throws, answers the exit code. */
export async function runProgram(argv: readonly string[], ports: ProgramPorts): Promise<number> {
  let code: number = ExitCode.ok;
  try {
    await buildProgram(ports, (result) => {
      code = result;
    }).parseAsync(argv, { from: "user" });
    return code;
  } catch (cause) {
    if (cause instanceof CommanderError) return isHelp(cause) ? ExitCode.ok : ExitCode.usage;
    // A bug shows its stack; what was foreseen is a sentence.
    const text = cause instanceof GatewayError ? cause.message : traceOf(cause);
    ports.terminal.writeError(`causeway: ${text.replaceAll("\n", "\ncauseway: ")}\n`);
    return exitCodeOf(cause);
  }
}

/** `done` gets the exit code of the command that ran. */
export function buildProgram({ run, env, terminal }: ProgramPorts, done: (exitCode: number) => void): Command {
  const program = withHint(new Command("causeway"))
    .description(DESCRIPTION)
    .version(versionText(versionInfo()), "-V, --version", "print the version")
    .helpCommand("help [command]", "show the help of a command")
    .showSuggestionAfterError(true)
    .exitOverride()
    .configureOutput({ writeOut: terminal.write, writeErr: terminal.writeError })
    .addHelpText(
      "after",
      `\nExamples:\n  $ causeway check --config topology.yaml --region eu-west\n  $ causeway run --config topology.yaml --region eu-west\n\n${EXIT_CODES_HELP}`,
    );

  // Not by commander's own requiredOption: it would complain before it looks at misspelt options.
  program.hook("preAction", (_, command) => {
    const missing = command.options.find(
      (option) => option.description.endsWith("(required)") && command.optsWithGlobals()[option.attributeName()] === undefined,
    );
    if (missing) command.error(`option '${missing.flags}' is missing`, { exitCode: ExitCode.usage });
  });

  subcommand(program, "run", "run the gateway of one region until it is stopped")
    .option("-c, --config <file>", "topology of all regions, YAML or JSON (required)", single("--config"))
    .option("-r, --region <name>", "which region this gateway serves (required)", single("--region"))
    .option("--adopt", "take over targets that hold foreign keys or are marked as diverged: their data is replaced")
    .addHelpText(
      "after",
      help(
        ["causeway run --config topology.yaml --region us-east", "CAUSEWAY_SECRET=$(cat secret) causeway run -c topology.yaml -r eu-west"],
        "Logs are JSON lines on standard output. SIGTERM or Ctrl-C stops it; a second one stops it at once.",
      ),
    )
    .action(async (options: RunOptions) => done(await run(options)));

  subcommand(program, "check", "validate the topology and look at servers, peers and folders, changing nothing")
    .option("-c, --config <file>", "topology of all regions, YAML or JSON (required)", single("--config"))
    .option("-r, --region <name>", "only what this region's gateway needs (default: every region)", single("--region"))
    .option("--adopt", "judge targets as run --adopt would")
    .addHelpText(
      "after",
      help(
        ["causeway check --config topology.yaml", "causeway check -c topology.yaml -r eu-west && systemctl start causeway"],
        "Each line is ok, warning, failed (this machine), refused or unreachable, and says what to do. Warnings do not fail the check.",
      ),
    )
    .action(async (options: CheckOptions) => done(await runCheck(options, env, terminal)));

  const ports = { env, terminal, done };
  addWatchCommands(program, ports);
  addAlertCommands(program, ports);
  addOperatorCommands(program, ports);
  addFileCommands(program, ports);

  subcommand(program, "completion", "print a script that completes causeway in a shell")
    .addArgument(new Argument("<shell>", "whose script").choices(SHELLS))
    .addHelpText(
      "after",
      help(
        ["causeway completion fish > ~/.config/fish/completions/causeway.fish", "source <(causeway completion bash)"],
        "For zsh, put it into a folder of $fpath under the name _causeway.",
      ),
    )
    .action((shell: Shell) => {
      terminal.write(completionScript(program, shell));
      done(ExitCode.ok);
    });

  subcommand(program, "version", "print the version")
    .option("--json", "print it as JSON")
    .addHelpText("after", help(["causeway version --json"], "Also says which LZ4 and zstd packages work here and which Node runs."))
    .action((options: { readonly json?: boolean }) => {
      const info = versionInfo();
      terminal.write(`${options.json ? JSON.stringify(info) : versionText(info)}\n`);
      done(ExitCode.ok);
    });
  return program;
}

function versionText({ version, lz4, zstd, node }: VersionInfo): string {
  return `causeway ${version} (lz4 by ${lz4}, zstd by ${zstd}, Node ${node})`;
}

function isHelp({ code, exitCode }: CommanderError): boolean {
  return exitCode === 0 || code === "commander.helpDisplayed";
}
