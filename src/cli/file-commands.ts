/** The commands that look into files: journals and RDBs. */
import type { Command } from "commander";
import { type JournalOptions, listJournal, type ShowOptions, showJournal } from "./journal.ts";
import { type InspectOptions, inspectRdb } from "./rdb-inspect.ts";
import { type CommandPorts, help, single, subcommand } from "./subcommand.ts";

export function addFileCommands(program: Command, { env, terminal, done }: CommandPorts): void {
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
}
