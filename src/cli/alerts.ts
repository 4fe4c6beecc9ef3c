/** `causeway alerts`: what fires in each region, what is silenced, what was; and the commands that act on it. */

import { formatDuration } from "../admin/dashboard/format.js";
import type { AlertsView, TestResult } from "../alert/watch.ts";
import { GatewayError } from "../errors.ts";
import type { Environment } from "../topology/topology.ts";
import { parseDuration } from "../topology/units.ts";
import { type AdminOptions, askAdmin, chooseEndpoints, errorOf, wantAdmin } from "./admin-client.ts";
import { ExitCode } from "./exit-codes.ts";
import type { OneRegion } from "./restart.ts";
import { type Cell, type Column, paint, printable, renderTable, type Tone } from "./table.ts";
import type { Terminal } from "./terminal.ts";

export type AlertsOptions = AdminOptions & { readonly json?: boolean };
export type SilenceOptions = OneRegion & {
  readonly rule?: string;
  readonly stream?: string;
  readonly peer?: string;
  readonly for: string;
  readonly comment?: string;
};

type Answer = { readonly region: string } & ({ readonly alerts: AlertsView } | { readonly error: string });

const HISTORY_SHOWN = 10;
/** Two notifications through each channel, of ten seconds at most. */
const TEST_TIMEOUT_MS = 30_000;
const left = (...titles: readonly string[]): readonly Column[] => titles.map((title) => ({ title }));
const TONES: Readonly<Record<string, Tone>> = { critical: "bad", warning: "warn", info: "plain", resolved: "good", firing: "bad" };

export async function showAlerts(options: AlertsOptions, env: Environment, terminal: Terminal): Promise<number> {
  const answers = await Promise.all(
    chooseEndpoints(options, env, "read").map(async (endpoint): Promise<Answer> => {
      const { region } = endpoint;
      const answer = await askAdmin(endpoint, { method: "GET", path: "/alerts" }, options);
      if ("unreachable" in answer) return { region, error: `${answer.where} does not answer${answer.unreachable}` };
      if (answer.status !== 200) return { region, error: `${answer.where} answers ${answer.status}${errorOf(answer.body)}` };
      return { region, alerts: answer.body as AlertsView };
    }),
  );
  const nowMs = Date.now();
  if (options.json) terminal.write(`${JSON.stringify({ regions: answers }, undefined, 2)}\n`);
  else terminal.write(`${answers.map((answer) => renderAlerts(answer, nowMs, terminal.color)).join("\n")}`);
  const reached = answers.flatMap((answer) => ("alerts" in answer ? [answer.alerts] : []));
  if (reached.length === 0) return ExitCode.unreachable;
  return reached.some(({ firing }) => firing.some(({ silenced }) => !silenced)) ? ExitCode.unhealthy : ExitCode.ok;
}

export function renderAlerts(answer: Answer, nowMs: number, color: boolean): string {
  if ("error" in answer) return `${answer.region}  ${paint("unreachable", "bad", color)}  ${printable(answer.error)}\n`;
  const { firing, silences, history, channels } = answer.alerts;
  const said = firing.length === 0 ? paint("nothing fires", "good", color) : `${firing.length} firing`;
  const tone = (word: string): Cell => ({ text: word, tone: TONES[word] ?? "plain" });
  const fired = firing.map(({ severity, rule, text, firingSinceMs, silenced }): readonly Cell[] => [
    tone(severity),
    rule,
    formatDuration(nowMs - firingSinceMs),
    silenced ? "silenced" : "",
    text,
  ]);
  const quiet = silences.map(({ id, rule = "all", stream = "all", peer = "all", untilMs, by, comment }) => [
    id,
    rule,
    stream,
    peer,
    formatDuration(untilMs - nowMs),
    by,
    comment,
  ]);
  const was = history
    .slice(-HISTORY_SHOWN)
    .map(({ atMs, kind, rule, text }): readonly Cell[] => [new Date(atMs).toISOString(), tone(kind), rule, text]);
  const sent = channels.map((channel) => [
    channel.channel,
    channel.kind,
    `${channel.sent}`,
    `${channel.failures}`,
    `${channel.dropped}`,
    `${channel.waiting}`,
    channel.lastError ?? "",
  ]);
  return [
    `${answer.region}  ${said}`,
    ...section(left("SEVERITY", "ALERT", "FOR", "", "WHAT"), fired, color),
    ...section(left("SILENCE", "RULE", "STREAM", "PEER", "LEFT", "BY", "WHY"), quiet, color),
    ...section(left("WHEN", "", "ALERT", "WHAT"), was, color),
    ...section(left("CHANNEL", "TYPE", "SENT", "FAILURES", "DROPPED", "WAITING", "LAST ERROR"), sent, color),
    "",
  ].join("\n");
}

export async function testAlerts(options: OneRegion, env: Environment, terminal: Terminal): Promise<number> {
  const [endpoint] = chooseEndpoints(options, env, "operator");
  const signal = AbortSignal.timeout(TEST_TIMEOUT_MS);
  const answer = await wantAdmin(endpoint!, { method: "POST", path: "/alerts/test", signal }, options);
  if ("code" in answer) return refused(answer, terminal);
  const { results } = answer.body as { readonly results: readonly TestResult[] };
  if (results.length === 0) terminal.write("there are no channels: alerts go to the log alone (alerts.channels of the topology)\n");
  for (const { channel, ok, error } of results) terminal.write(`${channel}: ${ok ? "taken" : `not taken: ${printable(error ?? "")}`}\n`);
  return results.every(({ ok }) => ok) ? ExitCode.ok : ExitCode.unhealthy;
}

export async function silenceAlerts(options: SilenceOptions, env: Environment, terminal: Terminal): Promise<number> {
  const forMs = parseDuration(options.for);
  if (forMs === undefined) throw new GatewayError("CONFIG_INVALID", `--for ${options.for}: expected a duration, such as 30m or 2h`);
  const { rule, stream, peer, comment } = options;
  const [endpoint] = chooseEndpoints(options, env, "operator");
  const answer = await wantAdmin(
    endpoint!,
    { method: "POST", path: "/alerts/silences", body: { rule, stream, peer, forMs, comment } },
    options,
  );
  if ("code" in answer) return refused(answer, terminal);
  terminal.write(
    `silenced until ${new Date((answer.body as { untilMs: number }).untilMs).toISOString()}: ${(answer.body as { id: string }).id}\n`,
  );
  return ExitCode.ok;
}

export async function endSilence(id: string, options: OneRegion, env: Environment, terminal: Terminal): Promise<number> {
  const [endpoint] = chooseEndpoints(options, env, "operator");
  const answer = await wantAdmin(endpoint!, { method: "POST", path: `/alerts/silences/${encodeURIComponent(id)}/end` }, options);
  if ("code" in answer) return refused(answer, terminal);
  terminal.write(`${id} is ended\n`);
  return ExitCode.ok;
}

function refused({ code, said }: { readonly code: number; readonly said: string }, terminal: Terminal): number {
  terminal.writeError(said);
  return code;
}

function section(columns: readonly Column[], rows: readonly (readonly Cell[])[], color: boolean): readonly string[] {
  return rows.length === 0 ? [] : ["", ...renderTable(columns, rows, color).map((line) => `  ${line}`)];
}
