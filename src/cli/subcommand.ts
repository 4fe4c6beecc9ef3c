/** How every command of the program is declared. */
import type { Command } from "commander";
import { GatewayError } from "../errors.ts";
import { EXIT_CODES_HELP } from "./exit-codes.ts";

/** For options that say one thing: the last of several would win in silence, and an empty one comes from an unset shell variable. */
export function single(flag: string): (value: string, previous: string | undefined) => string {
  return (value, previous) => {
    if (value === "") throw new GatewayError("CONFIG_INVALID", `option '${flag}' is empty; see causeway --help`);
    if (previous !== undefined) throw new GatewayError("CONFIG_INVALID", `option '${flag}' is given twice; see causeway --help`);
    return value;
  };
}

/** Settings of the program are inherited when a command is made by it. */
export function subcommand(program: Command, name: string, summary: string): Command {
  return program.command(name).description(summary).allowExcessArguments(false);
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
    .option("--cert <file>", "log in with this certificate (PEM), where the admin ports ask for one")
    .option("--key <file>", "its private key");
}
