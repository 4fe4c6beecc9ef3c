/** The commands that act on a running gateway; each needs an operator's login. */
import type { Command } from "commander";
import { type PromoteOptions, promoteStream } from "./promote.ts";
import { reloadTopology } from "./reload.ts";
import { type OneRegion, restartService } from "./restart.ts";
import { acceptResync, type ResyncOptions } from "./resync.ts";
import { adminOptions, type CommandPorts, help, single, subcommand } from "./subcommand.ts";

const ONE = "whose gateway (required)";

export function addOperatorCommands(program: Command, { env, terminal, done }: CommandPorts): void {
  adminOptions(
    subcommand(program, "restart", "start one service of a running gateway anew, also a halted one; needs an operator's login"),
    ONE,
  )
    .argument("<service>", "source, link-listener, link:REGION or delivery:REGION, as /status names it")
    .addHelpText(
      "after",
      help(
        ["causeway restart delivery:us-east --config topology.yaml --region eu-west"],
        "It resumes where it was; no full sync. For what only a new process can do (another topology, --adopt), restart the process.",
      ),
    )
    .action(async (service: string, options: OneRegion) => done(await restartService(service, options, env, terminal)));

  adminOptions(subcommand(program, "reload", "let a gateway read its topology again; needs an operator's login"), ONE)
    .addHelpText(
      "after",
      help(
        ["causeway reload --config topology.yaml --region us-east"],
        "It reads the file that it was started with. Taken over are alerts, the log's level, limits (journal.retention, link.window, link.liveness,\nlink.codec and that of a single link, link.snapshots, a master's heartbeat and bound, a replica's guard, onDivergence, onUnsupported, rebuildAbove), regions and replicas that are added,\nand what other regions do by themselves. When anything else differs, nothing is taken over, and what needs a restart is named. Links reconnect for\na new window, liveness or codec, a delivery for new guards; the master's connection stays. SIGHUP does the same, and takes over renewed certificates.",
      ),
    )
    .action(async (options: OneRegion) => done(await reloadTopology(options, env, terminal)));

  adminOptions(
    subcommand(program, "resync", "accept a snapshot or a FLUSHALL that a gateway does not obey by itself; needs an operator's login"),
    "where it waits (required)",
  )
    .option("-s, --stream <name>", "whose: us-east, or us-east/0 (required)", single("--stream"))
    .option("--accept", "obey what waits now, and nothing later")
    .addHelpText(
      "after",
      help(
        ["causeway resync --accept --config topology.yaml --region eu-west --stream us-east"],
        "The status says what waits (SNAPSHOT_SUSPICIOUS, FLUSH_SUSPICIOUS). What the target holds and the source does not is then removed there.",
      ),
    )
    .action(async (options: ResyncOptions) => done(await acceptResync(options, env, terminal)));

  adminOptions(
    subcommand(program, "promote", "end a stream at its target and give its keys their true expiries; needs an operator's login"),
    "where the target is (required)",
  )
    .option("-s, --stream <name>", "whose writes it holds: us-east, or us-east/0 (required)", single("--stream"))
    .addHelpText(
      "after",
      help(
        ["causeway promote --config topology.yaml --region eu-west --stream us-east"],
        "What the journal holds is applied first; then nothing is delivered any more, also not after a restart. Let nobody write to the target until this\ncommand has said that it is promoted. It may be asked again at any time, and goes on where it was.",
      ),
    )
    .action(async (options: PromoteOptions) => done(await promoteStream(options, env, terminal)));
}
