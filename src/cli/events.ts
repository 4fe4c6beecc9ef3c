/** `causeway events`: what the gateways' timelines have, in the order of time; with --follow what happens from then on, too. */
import type { TimelineEvent } from "../alert/timeline.ts";
import { sleep } from "../runtime/sleep.ts";
import { formatHostPort } from "../topology/address.ts";
import type { AdminEndpoint } from "../topology/admin-view.ts";
import type { Environment } from "../topology/topology.ts";
import { type AdminOptions, chooseEndpoints, openAdmin, reasonOf } from "./admin-client.ts";
import { ExitCode } from "./exit-codes.ts";
import { paint, printable, type Tone } from "./table.ts";
import type { Terminal } from "./terminal.ts";

export type EventsOptions = AdminOptions & { readonly json?: boolean; readonly follow?: boolean };

const AGAIN_MS = 1_000;
const ANSWER_MS = 10_000;
/** An event is a line of a few hundred bytes. */
const MAX_LINE = 64 * 1024;
const TONES: Readonly<Record<string, Tone>> = { critical: "bad", warning: "warn", info: "plain" };

export async function showEvents(options: EventsOptions, env: Environment, terminal: Terminal): Promise<number> {
  const endpoints = chooseEndpoints(options, env, "read");
  const show = (event: TimelineEvent) => terminal.write(options.json ? `${JSON.stringify(event)}\n` : renderEvent(event, terminal.color));
  if (options.follow) {
    await Promise.all(endpoints.map((endpoint) => follow(endpoint, options, terminal, show)));
    return ExitCode.ok;
  }
  const all: TimelineEvent[] = [];
  const reached = await Promise.all(
    endpoints.map((endpoint) =>
      listen(endpoint, { path: "/events?follow=false", signal: AbortSignal.timeout(ANSWER_MS) }, options, terminal, (event) =>
        all.push(event),
      ),
    ),
  );
  for (const event of all.toSorted((a, b) => a.atMs - b.atMs || a.id - b.id)) show(event);
  return reached.includes(true) ? ExitCode.ok : ExitCode.unreachable;
}

export function renderEvent({ atMs, region, kind, severity = "info", stream, peer, service, text }: TimelineEvent, color: boolean): string {
  const what = [stream, peer, service].filter((each) => each !== undefined).join(" ");
  const line = `${new Date(atMs).toISOString()}  ${region}  ${paint(kind, TONES[severity] ?? "plain", color)}  ${what === "" ? "" : `${what}  `}${text}`;
  return `${color ? line : printable(line)}\n`;
}

/** A gateway that goes is waited for; it is asked for what came after the last event that was shown. */
async function follow(
  endpoint: AdminEndpoint,
  options: EventsOptions,
  terminal: Terminal,
  show: (event: TimelineEvent) => void,
): Promise<void> {
  const { interrupted: signal } = terminal;
  let last = 0;
  let wasReached = true;
  while (!signal.aborted) {
    const headers = { "last-event-id": `${last}` };
    const onEvent = (event: TimelineEvent) => {
      last = event.id;
      show(event);
    };
    const quiet = wasReached ? terminal : { ...terminal, writeError: () => undefined };
    wasReached = await listen(endpoint, { path: "/events", signal, headers }, options, quiet, onEvent);
    await sleep(AGAIN_MS, signal);
  }
}

type Asked = { readonly path: string; readonly signal: AbortSignal; readonly headers?: Readonly<Record<string, string>> };

/** False when there was no answer. */
async function listen(
  endpoint: AdminEndpoint,
  asked: Asked,
  options: AdminOptions,
  terminal: Pick<Terminal, "writeError">,
  onEvent: (event: TimelineEvent) => void,
): Promise<boolean> {
  const where = formatHostPort(endpoint);
  try {
    const response = await openAdmin(endpoint, { method: "GET", ...asked }, options);
    if (response.statusCode !== 200) {
      response.resume();
      terminal.writeError(`causeway: ${where} answers ${response.statusCode}\n`);
      return false;
    }
    let rest = "";
    for await (const chunk of response.setEncoding("utf8") as AsyncIterable<string>) {
      const lines = `${rest}${chunk}`.split("\n");
      rest = (lines.pop() ?? "").slice(0, MAX_LINE);
      for (const line of lines) if (line.startsWith("data: ")) onEvent(JSON.parse(line.slice("data: ".length)) as TimelineEvent);
    }
    return true;
  } catch (cause) {
    if (!asked.signal.aborted) terminal.writeError(`causeway: ${where} does not answer${reasonOf(cause)}\n`);
    return false;
  }
}
