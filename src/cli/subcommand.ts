/** How every command of the program is declared. */
import type { Command } from "commander";
import { GatewayError } from "../errors.ts";
import type { Environment } from "../topology/topology.ts";
import { EXIT_CODES_HELP } from "./exit-codes.ts";
import type { Terminal } from "./terminal.ts";

/** `done` gets the exit code of the command that ran. */
export type CommandPorts = { readonly env: Environment; readonly terminal: Terminal; readonly done: (code: number) => void };

/** For options that say one thing: the last of several would win in silence, and an empty one comes from an unset shell variable. */
export function single(flag: string): (value: string, previous: string | undefined) => string {
  return (value, previous) => {
    if (value === "") throw new GatewayError("CONFIG_INVALID", `option '${flag}' is empty`);
    if (previous !== undefined) throw new GatewayError("CONFIG_INVALID", `option '${flag}' is given twice`);
    return value;
  };
}

/** Settings of the program are inherited when a command is made by it. */
export function subcommand(program: Command, name: string, summary: string): Command {
  return withHint(program.command(name).description(summary).allowExcessArguments(false));
}

/** What is wrong is one sentence, and where the help to it is. */
export function withHint(command: Command): Command {
  return command.configureOutput({
    outputError: (text, write) => write(`causeway: ${oneSentence(text)}; see ${pathOf(command)} --help\n`),
  });
}

function pathOf(command: Command): string {
  return command.parent === null ? command.name() : `${pathOf(command.parent)} ${command.name()}`;
}

/** Commander's `error: unknown option '--x'\n(Did you mean --y?)`. */
function oneSentence(text: string): string {
  return text
    .trim()
    .replace(/^error: /, "")
    .replaceAll(/\s*\n\s*/g, " ")
    .replace(/\.$/, "");
}

export function help(examples: readonly string[], note: string): string {
  return `\n${note}\n\nExamples:\n${examples.map((example) => `  $ ${example}`).join("\n")}\n\n${EXIT_CODES_HELP}`;
}

/** How the gateway is found whose admin port is asked. */
export function adminOptions(command: Command, region: string): Command {
  return command
    .option("-c, --config <file>", "topology of all regions, YAML or JSON (required)", single("--config"))
    .option("-r, --region <name>", region, single("--region"))
    .option("--admin <host:port>", "ask this admin port instead of the topology's: a tunnel, or this machine itself", single("--admin"))
    .option("--cert <file>", "log in with this certificate (PEM), where the admin ports ask for one", single("--cert"))
    .option("--key <file>", "its private key", single("--key"));
}
