/** The commands that watch running gateways: status, top, lag, events. */
import type { Command } from "commander";
import { type EventsOptions, showEvents } from "./events.ts";
import { type LagOptions, showLag } from "./lag.ts";
import { type StatusOptions, showStatus } from "./status.ts";
import { adminOptions, type CommandPorts, help, subcommand } from "./subcommand.ts";
import { runTop, type TopOptions } from "./top.ts";

const ALL = "only this region's gateway (default: all that answer)";

export function addWatchCommands(program: Command, { env, terminal, done }: CommandPorts): void {
  adminOptions(subcommand(program, "status", "show every stream and link: phase, positions, acks, lag, throughput"), ALL)
    .option("--json", "print the read models as JSON; offsets are decimal strings")
    .option("-w, --watch", "show it again each second until Ctrl-C")
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

  adminOptions(subcommand(program, "top", "watch every region and link on one screen, worst first"), ALL)
    .option("--json", "print a line of JSON each second instead, as status --watch --json does")
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

  adminOptions(subcommand(program, "lag", "show how far each peer is behind, by stage, and what would be lost now"), ALL)
    .option("--json", "print one JSON object")
    .option("-w, --watch", "show it again each second until Ctrl-C")
    .addHelpText(
      "after",
      help(
        ["causeway lag --config topology.yaml --watch", "causeway lag -c topology.yaml --json | jq '.lags[].atRisk.bytes'"],
        "T = T_write + T_network + T_ack, from the execution in the master until the origin knows that it is applied; visible is until it is applied.\nT_network and visible are read from two clocks: ± says how well these are known.",
      ),
    )
    .action(async (options: LagOptions) => done(await showLag(options, env, terminal)));

  adminOptions(subcommand(program, "events", "show what happened: syncs, failovers, halts, links, alerts"), ALL)
    .option("--json", "print one JSON object per line")
    .option("-f, --follow", "go on with what happens, until Ctrl-C")
    .addHelpText("after", help(["causeway events --config topology.yaml --follow"], "A gateway keeps its last 1000 events until it ends."))
    .action(async (options: EventsOptions) => done(await showEvents(options, env, terminal)));
}
