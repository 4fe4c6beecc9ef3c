/** The command line: options, help and exit codes. What the commands do stands in one file each. */
import { Argument, Command, CommanderError } from "commander";
import { GatewayError, traceOf } from "../errors.ts";
import type { Environment } from "../topology/topology.ts";
import { type CheckOptions, runCheck } from "./check.ts";
import { completionScript, SHELLS, type Shell } from "./completion.ts";
import { EXIT_CODES_HELP, ExitCode, exitCodeOf } from "./exit-codes.ts";
import { type JournalOptions, listJournal, type ShowOptions, showJournal } from "./journal.ts";
import { type PromoteOptions, promoteStream } from "./promote.ts";
import { type InspectOptions, inspectRdb } from "./rdb-inspect.ts";
import { type OneRegion, restartService } from "./restart.ts";
import { acceptResync, type ResyncOptions } from "./resync.ts";
import { type StatusOptions, showStatus } from "./status.ts";
import { help, single, subcommand } from "./subcommand.ts";
import type { Terminal } from "./terminal.ts";
import { runTop, type TopOptions } from "./top.ts";
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
  const program = new Command("causeway")
    .description(DESCRIPTION)
    .version(versionText(versionInfo()), "-V, --version", "print the version")
    .helpCommand("help [command]", "show the help of a command")
    .showSuggestionAfterError(true)
    .exitOverride()
    .configureOutput({
      writeOut: terminal.write,
      writeErr: terminal.writeError,
      outputError: (text, write) => write(`causeway: ${oneSentence(text)}\n`),
    })
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

  subcommand(program, "status", "show every stream and link: phase, positions, acks, lag, throughput")
    .option("-c, --config <file>", "topology of all regions, YAML or JSON (required)", single("--config"))
    .option("-r, --region <name>", "only this region's gateway (default: all that answer)", single("--region"))
    .option("--json", "print the read models as JSON; offsets are decimal strings")
    .option("-w, --watch", "show it again each second until Ctrl-C")
    .option("--admin <host:port>", "ask this admin port instead of the topology's: a tunnel, or this machine itself", single("--admin"))
    .option("--cert <file>", "log in with this certificate (PEM), where the admin ports ask for one")
    .option("--key <file>", "its private key")
    .addHelpText(
      "after",
      help(
        [
          "causeway status --config topology.yaml",
          "causeway status -c topology.yaml -r us-east --json | jq '.regions[0].status.links[].streams[].lag.lagMs'",
        ],
        "BEHIND is bytes not received / durable / applied at the peer; T = T_write + T_network + T_ack, medians of the last minute.",
      ),
    )
    .action(async (options: StatusOptions) => done(await showStatus(options, env, terminal)));

  subcommand(program, "top", "watch every region and link on one screen, worst first")
    .option("-c, --config <file>", "topology of all regions, YAML or JSON (required)", single("--config"))
    .option("-r, --region <name>", "only this region's gateway (default: all)", single("--region"))
    .option("--json", "print a line of JSON each second instead, as status --watch --json does")
    .option("--admin <host:port>", "ask this admin port instead of the topology's: a tunnel, or this machine itself", single("--admin"))
    .option("--cert <file>", "log in with this certificate (PEM), where the admin ports ask for one")
    .option("--key <file>", "its private key")
    .addHelpText(
      "after",
      help(
        [
          "causeway top --config topology.yaml",
          "causeway top -c topology.yaml --json | jq --unbuffered '.regions[].status.streams[].atRisk'",
        ],
        "Keys: q or Escape quits, space pauses, s sorts by lag, bytes behind, data at risk or name. LAG is the age of the oldest write\nthat is not applied at the peer; BEHIND what it has not applied; AT RISK what would be lost with the origin now.",
      ),
    )
    .action(async (options: TopOptions) => done(await runTop(options, env, terminal)));

  const journal = program.command("journal").description("look into the journal of a data folder").helpCommand(false);
  const ofJournal = (command: Command) =>
    command
      .option("-c, --config <file>", "topology of all regions, YAML or JSON", single("--config"))
      .option("-r, --region <name>", "whose data folder, on this machine", single("--region"))
      .option("--data <folder>", "this data folder, without a topology: a copy of one, perhaps", single("--data"));
  ofJournal(subcommand(journal, "ls", "list what is stored: snapshots and records, from which offset and time to which"))
    .option("--json", "print one JSON object; offsets are decimal strings")
    .addHelpText(
      "after",
      help(
        [
          "causeway journal ls --config topology.yaml --region us-east",
          "causeway journal ls --data ./data/us-east --json | jq '.histories[].segments[-1].to'",
        ],
        "It only reads: the gateway may run meanwhile. Times are UTC by the origin's clock. Damage in the newest file is exit code 1.",
      ),
    )
    .action(async (options: JournalOptions) => done(await listJournal(options, env, terminal)));

  ofJournal(subcommand(journal, "show", "show the commands of a stretch of the journal"))
    .option("--stream <id>", "which stream, like us-east/0 (default: the only one)", single("--stream"))
    .option("--history <id>", "which history, or how its id begins (default: the newest)", single("--history"))
    .option("--from <offset|time>", "begin at this offset, or at what was read since this time (default: the oldest)", single("--from"))
    .option("--limit <count>", "show at most so many commands (default: 50)", single("--limit"))
    .option("--values", "show values too; without it only names, keys and sizes are shown")
    .option("--json", "print a line of JSON for each command")
    .addHelpText(
      "after",
      help(
        [
          "causeway journal show -c topology.yaml -r us-east --from 2026-01-31T12:00:00Z",
          "causeway journal show --data ./data/us-east --from 123456 --limit 1 --values",
          "causeway journal show --data ./data/us-east --limit 100000 --json | jq -r .name | sort | uniq -c",
        ],
        "It only reads: the gateway may run meanwhile. The first word behind a command's name is taken for its key, and shown.\n--values shows what your users wrote: mind who looks over your shoulder.",
      ),
    )
    .action(async (options: ShowOptions) => done(await showJournal(options, env, terminal)));

  subcommand(program, "restart", "start one service of a running gateway anew, also a halted one; needs an operator's login")
    .argument("<service>", "source, link-listener, link:REGION or delivery:REGION, as /status names it")
    .option("-c, --config <file>", "topology of all regions, YAML or JSON (required)")
    .option("-r, --region <name>", "whose gateway (required)")
    .option("--admin <host:port>", "ask this admin port instead of the topology's: a tunnel, or this machine itself", single("--admin"))
    .option("--cert <file>", "log in with this certificate (PEM), where the admin ports ask for one")
    .option("--key <file>", "its private key")
    .addHelpText(
      "after",
      help(
        ["causeway restart delivery:us-east --config topology.yaml --region eu-west"],
        "It resumes where it was; no full sync. For what only a new process can do (another topology, --adopt), restart the process.",
      ),
    )
    .action(async (service: string, options: OneRegion) => done(await restartService(service, options, env, terminal)));

  addWatchCommands(program, { env, terminal, done });

  subcommand(program, "resync", "accept a snapshot or a FLUSHALL that a gateway does not obey by itself; needs an operator's login")
    .option("-c, --config <file>", "topology of all regions, YAML or JSON (required)", single("--config"))
    .option("-r, --region <name>", "where it waits (required)", single("--region"))
    .option("-s, --stream <name>", "whose: us-east, or us-east/0 (required)", single("--stream"))
    .option("--accept", "obey what waits now, and nothing later")
    .option("--cert <file>", "log in with this certificate (PEM), where the admin ports ask for one")
    .option("--key <file>", "its private key")
    .addHelpText(
      "after",
      help(
        ["causeway resync --accept --config topology.yaml --region eu-west --stream us-east"],
        "The status says what waits (SNAPSHOT_SUSPICIOUS, FLUSH_SUSPICIOUS). What the target holds and the source does not is then removed there.",
      ),
    )
    .action(async (options: ResyncOptions) => done(await acceptResync(options, env, terminal)));

  subcommand(program, "promote", "end a stream at its target and give its keys their true expiries; needs an operator's login")
    .option("-c, --config <file>", "topology of all regions, YAML or JSON (required)", single("--config"))
    .option("-r, --region <name>", "where the target is (required)", single("--region"))
    .option("-s, --stream <name>", "whose writes it holds: us-east, or us-east/0 (required)", single("--stream"))
    .option("--cert <file>", "log in with this certificate (PEM), where the admin ports ask for one")
    .option("--key <file>", "its private key")
    .addHelpText(
      "after",
      help(
        ["causeway promote --config topology.yaml --region eu-west --stream us-east"],
        "What the journal holds is applied first; then nothing is delivered any more, also not after a restart. Let nobody write to the target until this\ncommand has said that it is promoted. It may be asked again at any time, and goes on where it was.",
      ),
    )
    .action(async (options: PromoteOptions) => done(await promoteStream(options, env, terminal)));

  const rdb = program.command("rdb").description("look into RDB files").helpCommand(false);
  subcommand(rdb, "inspect", "show what an RDB holds, and verify it: from a file, a pipe or a live server")
    .argument("[file]", "an RDB of Redis 2.6 to 8.6, Valkey 7.2 to 9.1 or Redict; - is standard input")
    .option("--from <url>", "redis://host:port or rediss://host:port: ask this server for a full sync instead", single("--from"))
    .option("--json", "print one JSON object; 64-bit numbers are decimal strings")
    .option("--top <count>", "how many of the largest keys are named (default: 10)", single("--top"))
    .addHelpText(
      "after",
      help(
        [
          "causeway rdb inspect dump.rdb",
          "ssh backup cat dump.rdb | causeway rdb inspect - --json | jq .types",
          "REDIS_PASSWORD=$(cat password) causeway rdb inspect --from redis://127.0.0.1:6379",
        ],
        "BYTES are those of the value as it stands in the RDB. A damaged or unknown RDB is exit code 1. A server makes a snapshot (fork)\nfor --from; REDIS_USERNAME and REDIS_PASSWORD are the login, which needs +psync +replconf +ping.",
      ),
    )
    .action(async (file: string | undefined, options: InspectOptions) => done(await inspectRdb(file, options, { env, terminal })));

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
    .addHelpText("after", help(["causeway version --json"], "Also says which LZ4 package works here and which Node runs."))
    .action((options: { readonly json?: boolean }) => {
      const info = versionInfo();
      terminal.write(`${options.json ? JSON.stringify(info) : versionText(info)}\n`);
      done(ExitCode.ok);
    });
  return program;
}

function versionText({ version, lz4, node }: VersionInfo): string {
  return `causeway ${version} (lz4 by ${lz4}, Node ${node})`;
}

/** Commander's `error: unknown option '--x'\n(Did you mean --y?)`. */
function oneSentence(text: string): string {
  return `${text
    .trim()
    .replace(/^error: /, "")
    .replaceAll(/\s*\n\s*/g, " ")
    .replace(/\.$/, "")}; see causeway --help`;
}

function isHelp({ code, exitCode }: CommanderError): boolean {
  return exitCode === 0 || code === "commander.helpDisplayed";
}
