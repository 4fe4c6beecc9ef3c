/** `causeway alerts` and what stands below it. */
import type { Command } from "commander";
import { type AlertsOptions, endSilence, type SilenceOptions, showAlerts, silenceAlerts, testAlerts } from "./alerts.ts";
import { type ListenOptions, listenForAlerts } from "./listen.ts";
import type { OneRegion } from "./restart.ts";
import { adminOptions, type CommandPorts, help, single, subcommand } from "./subcommand.ts";

const ONE = "whose gateway (required)";

export function addAlertCommands(program: Command, { env, terminal, done }: CommandPorts): void {
  const alerts = adminOptions(
    program.command("alerts").description("what fires and what fired; test and silence it").helpCommand(false),
    "only this region's gateway (default: all that answer)",
  )
    .option("--json", "print one JSON object")
    .addHelpText(
      "after",
      help(
        ["causeway alerts --config topology.yaml"],
        "Exit code 1 when an alert fires that is not silenced. deploy/RUNBOOK.md has a section for each.",
      ),
    )
    .action(async (options: AlertsOptions) => done(await showAlerts(options, env, terminal)));
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

  subcommand(alerts, "listen", "show what a webhook channel is sent, to try alerts out")
    .option("--port <number>", "of 127.0.0.1 (default: 9000)", single("--port"))
    .option("--json", "print each as it was sent, one JSON object per line")
    .addHelpText(
      "after",
      help(
        ["causeway alerts listen", "causeway alerts listen --port 9001 --json | jq 'select(.status == \"firing\")'"],
        'The topology needs a channel that leads here:  alerts: { channels: { here: { type: webhook, url: "http://127.0.0.1:9000/" } } }',
      ),
    )
    .action(async (_, command: Command) => done(await listenForAlerts(command.opts<ListenOptions>(), terminal)));
}
