/** The commands that watch a running gateway and what it tells: lag, events, alerts, reload. */
import type { Command } from "commander";
import type { Environment } from "../topology/topology.ts";
import { endSilence, type SilenceOptions, showAlerts, silenceAlerts, testAlerts } from "./alerts.ts";
import { type EventsOptions, showEvents } from "./events.ts";
import { type LagOptions, showLag } from "./lag.ts";
import { reloadTopology } from "./reload.ts";
import type { OneRegion } from "./restart.ts";
import { adminOptions, help, single, subcommand } from "./subcommand.ts";
import type { Terminal } from "./terminal.ts";

type Ports = { readonly env: Environment; readonly terminal: Terminal; readonly done: (code: number) => void };

const ALL = "only this region's gateway (default: all that answer)";
const ONE = "whose gateway (required)";

export function addWatchCommands(program: Command, { env, terminal, done }: Ports): void {
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

  const alerts = adminOptions(
    program.command("alerts").description("what fires and what fired; test and silence it").helpCommand(false),
    ALL,
  )
    .option("--json", "print one JSON object")
    .addHelpText(
      "after",
      help(
        ["causeway alerts --config topology.yaml"],
        "Exit code 1 when an alert fires that is not silenced. deploy/RUNBOOK.md has a section for each.",
      ),
    )
    .action(async (options: EventsOptions) => done(await showAlerts(options, env, terminal)));
  adminOptions(subcommand(alerts, "test", "send one alert and its end through every channel; needs an operator's login"), ONE)
    .addHelpText(
      "after",
      help(["causeway alerts test --config topology.yaml --region us-east"], "Exit code 1 when a channel does not take it."),
    )
    .action(async (_, command: Command) => done(await testAlerts(command.optsWithGlobals<OneRegion>(), env, terminal)));
  adminOptions(subcommand(alerts, "silence", "be told nothing of some alerts for a while; needs an operator's login"), ONE)
    .option("--rule <name>", "only this rule, as `lag`", single("--rule"))
    .option("--stream <id>", "only this stream, as `us-east/0`", single("--stream"))
    .option("--peer <region>", "only this peer", single("--peer"))
    .option("--for <duration>", "how long, as 30m or 2h (required)", single("--for"))
    .option("--comment <text>", "why, for the others", single("--comment"))
    .addHelpText(
      "after",
      help(
        ["causeway alerts silence -c topology.yaml -r us-east --rule lag --for 2h --comment 'bulk load'"],
        "What still fires when the silence ends is told then. Without --rule, --stream and --peer everything of this gateway is silenced.",
      ),
    )
    .action(async (_, command: Command) => done(await silenceAlerts(command.optsWithGlobals<SilenceOptions>(), env, terminal)));
  adminOptions(subcommand(alerts, "unsilence", "end a silence; needs an operator's login"), ONE)
    .argument("<id>", "as `causeway alerts` shows it")
    .addHelpText("after", help(["causeway alerts unsilence 3fa94c01 --config topology.yaml --region us-east"], "What fires is told then."))
    .action(async (id: string, _, command: Command) => done(await endSilence(id, command.optsWithGlobals<OneRegion>(), env, terminal)));

  adminOptions(subcommand(program, "reload", "let a gateway read its topology again; needs an operator's login"), ONE)
    .addHelpText(
      "after",
      help(
        ["causeway reload --config topology.yaml --region us-east"],
        "It reads the file that it was started with. Alerts and the log's level are taken over; when anything else differs, nothing is, and what needs a restart is named.\nSIGHUP does the same, and takes over renewed certificates.",
      ),
    )
    .action(async (options: OneRegion) => done(await reloadTopology(options, env, terminal)));
}
