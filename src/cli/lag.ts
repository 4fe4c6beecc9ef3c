/** `causeway lag`: each peer of each stream by stage, over a minute and a quarter of an hour, and what would be lost now. */

import { formatBytes, formatMs } from "../admin/dashboard/format.js";
import type { GatewayStatus } from "../admin/status/gateway.ts";
import type { Percentiles, Quantiles } from "../lag/histogram.ts";
import { sleep } from "../runtime/sleep.ts";
import type { Environment } from "../topology/topology.ts";
import { type AdminOptions, chooseEndpoints } from "./admin-client.ts";
import { ExitCode } from "./exit-codes.ts";
import { formatRisk } from "./format-risk.ts";
import type { RegionAnswer } from "./render-status.ts";
import { askAll } from "./status.ts";
import { type Cell, type Column, paint, printable, renderTable } from "./table.ts";
import type { Terminal } from "./terminal.ts";

export type LagOptions = AdminOptions & { readonly json?: boolean; readonly watch?: boolean };

const WATCH_INTERVAL_MS = 1_000;
const CLEAR_SCREEN = "\u001b[H\u001b[2J";
const STAGES = [
  ["write", "T_write"],
  ["network", "T_network"],
  ["ack", "T_ack"],
  ["total", "T"],
  ["visible", "visible"],
] as const;
const COLUMNS: readonly Column[] = [
  { title: "STAGE" },
  ...["LAST", "p50", "p95", "p99", "MAX", "15 MIN p50", "p95", "p99", "MAX"].map((title) => ({ title, align: "right" as const })),
];

export async function showLag(options: LagOptions, env: Environment, terminal: Terminal): Promise<number> {
  const endpoints = chooseEndpoints(options, env, "read");
  if (!options.watch) {
    const answers = await askAll(options, endpoints);
    terminal.write(options.json ? `${JSON.stringify(jsonOf(answers), undefined, 2)}\n` : renderLag(answers, terminal.color));
    return answers.some((answer) => "status" in answer) ? ExitCode.ok : ExitCode.unreachable;
  }
  while (!terminal.interrupted.aborted) {
    const answers = await askAll(options, endpoints);
    if (options.json) terminal.write(`${JSON.stringify(jsonOf(answers))}\n`);
    else terminal.write(`${terminal.isTty ? CLEAR_SCREEN : ""}${renderLag(answers, terminal.color)}`);
    await sleep(WATCH_INTERVAL_MS, terminal.interrupted);
  }
  return ExitCode.ok;
}

function jsonOf(answers: readonly RegionAnswer[]) {
  const silent = answers.flatMap((answer) => ("error" in answer ? [answer] : []));
  return { lags: answers.flatMap((answer) => ("status" in answer ? lagsOf(answer.status) : [])), silent };
}

function lagsOf({ links, streams }: GatewayStatus) {
  return links
    .filter(({ direction }) => direction === "sending")
    .flatMap(({ peer, phase, streams: carried }) =>
      carried.flatMap(({ stream, lag }) => {
        const heartbeat = streams.find(({ id }) => id === stream)?.master?.heartbeat;
        return lag === undefined ? [] : [{ stream, peer, phase, ...(heartbeat && { heartbeat }), ...lag }];
      }),
    );
}

export function renderLag(answers: readonly RegionAnswer[], color: boolean): string {
  const blocks = answers.flatMap((answer) => {
    if ("error" in answer) return [`${answer.region}  ${paint("unreachable", "bad", color)}  ${printable(answer.error)}`];
    return lagsOf(answer.status).map(({ stream, peer, lagMs, atRisk, behindBytes, ms, networkErrorMs, heartbeat }) => {
      const { received, durable, applied } = behindBytes;
      const rows = STAGES.map(([stage, name]) =>
        row(stage === "network" || stage === "visible" ? `${name} ± ${formatMs(networkErrorMs)}` : name, ms[stage]),
      );
      return [
        `${stream} → ${peer}  lag ${formatMs(lagMs)}, behind ${[received, durable, applied].map(formatBytes).join(" / ")} (received / durable / applied)`,
        `  at risk now: ${formatRisk(atRisk)}`,
        ...(heartbeat && heartbeat.state !== "measured"
          ? [`  T_write counts from reading only: heartbeat ${heartbeat.state}${heartbeat.reason ? `, ${heartbeat.reason}` : ""}`]
          : []),
        ...renderTable(COLUMNS, rows, color).map((line) => `  ${line}`),
      ].join("\n");
    });
  });
  return blocks.length === 0 ? "no stream is sent from here\n" : `${blocks.join("\n\n")}\n`;
}

function row(name: string, quantiles: Quantiles | undefined): readonly Cell[] {
  const of = (percentiles: Percentiles | undefined) =>
    [percentiles?.p50, percentiles?.p95, percentiles?.p99, percentiles?.max].map(formatMs);
  return [name, formatMs(quantiles?.last), ...of(quantiles), ...of(quantiles?.over15m)];
}
