/** The commands that watch running gateways: status, top, lag, events. */
import type { Command } from "commander";
import type { Environment } from "../topology/topology.ts";
import { showEvents } from "./events.ts";
import { showLag } from "./lag.ts";
import { showStatus } from "./status.ts";
import { adminOptions, type CommandPorts, help, subcommand } from "./subcommand.ts";
import type { Terminal } from "./terminal.ts";
import { runTop } from "./top.ts";

const ALL = "only this region's gateway (default: all that answer)";
const AGAIN = ["-w, --watch", "show it again each second until Ctrl-C"] as const;

type Watch<Options> = {
  readonly name: string;
  readonly summary: string;
  /** Flags and what they do. */
  readonly options: readonly (readonly [flags: string, description: string])[];
  readonly examples: readonly string[];
  readonly note: string;
  /** Returns the exit code. */
  readonly show: (options: Options, env: Environment, terminal: Terminal) => Promise<number>;
};

export function addWatchCommands(program: Command, { env, terminal, done }: CommandPorts): void {
  function add<Options>({ name, summary, options, examples, note, show }: Watch<Options>): void {
    const command = adminOptions(subcommand(program, name, summary), ALL);
    for (const [flags, description] of options) command.option(flags, description);
    command.addHelpText("after", help(examples, note)).action(async (given: Options) => done(await show(given, env, terminal)));
  }

  add({
    name: "status",
    summary: "show every stream and link: phase, positions, acks, lag, throughput",
    options: [["--json", "print the read models as JSON; offsets are decimal strings"], AGAIN],
    examples: [
      "causeway status --config topology.yaml",
      "causeway status -c topology.yaml -r us-east --json | jq '.regions[0].status.links[].streams[].lag.lagMs'",
    ],
    note: "BEHIND is bytes not received / durable / applied at the peer; T = T_write + T_network + T_ack, medians of the last minute.",
    show: showStatus,
  });
  add({
    name: "top",
    summary: "watch every region and link on one screen, worst first",
    options: [["--json", "print a line of JSON each second instead, as status --watch --json does"]],
    examples: [
      "causeway top --config topology.yaml",
      "causeway top -c topology.yaml --json | jq --unbuffered '.regions[].status.streams[].atRisk'",
    ],
    note: "Keys: q or Escape quits, space pauses, s sorts by lag, bytes behind, data at risk or name. LAG is the age of the oldest write\nthat is not applied at the peer; BEHIND what it has not applied; AT RISK what would be lost with the origin now.",
    show: runTop,
  });
  add({
    name: "lag",
    summary: "show how far each peer is behind, by stage, and what would be lost now",
    options: [["--json", "print one JSON object"], AGAIN],
    examples: ["causeway lag --config topology.yaml --watch", "causeway lag -c topology.yaml --json | jq '.lags[].atRisk.bytes'"],
    note: "T = T_write + T_network + T_ack, from the execution in the master until the origin knows that it is applied; visible is until it is applied.\nT_network and visible are read from two clocks: ± says how well these are known.",
    show: showLag,
  });
  add({
    name: "events",
    summary: "show what happened: syncs, failovers, halts, links, alerts",
    options: [
      ["--json", "print one JSON object per line"],
      ["-f, --follow", "go on with what happens, until Ctrl-C"],
    ],
    examples: ["causeway events --config topology.yaml --follow"],
    note: "A gateway keeps its last 1000 events until it ends.",
    show: showEvents,
  });
}
