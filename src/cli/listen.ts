/** `causeway alerts listen`: a receiver for a webhook channel on this machine, for whoever tries alerts out. */
import { once } from "node:events";
import { createServer } from "node:http";
import { GatewayError, wrapError } from "../errors.ts";
import { parse, readBody } from "./admin-client.ts";
import { ExitCode } from "./exit-codes.ts";
import { paint, printable, type Tone } from "./table.ts";
import type { Terminal } from "./terminal.ts";

export type ListenOptions = { readonly port?: string; readonly json?: boolean };

/** What `alert/channels/posts.ts` sends, as far as it is shown. */
type Shown = Readonly<Partial<Record<"status" | "severity" | "region" | "title" | "text" | "runbook" | "at", string>>> & {
  readonly subject?: Readonly<Record<string, string>>;
};

const DEFAULT_PORT = "9000";
const HOST = "127.0.0.1";
const TONES: Readonly<Record<string, Tone>> = { critical: "bad", warning: "warn" };

/** Until Ctrl-C. Throws CONFIG_INVALID, and ADMIN_UNAVAILABLE when the port is taken. */
export async function listenForAlerts({ port = DEFAULT_PORT, json = false }: ListenOptions, terminal: Terminal): Promise<number> {
  const number = Number(port);
  if (!Number.isInteger(number) || number < 1 || number > 65_535)
    throw new GatewayError("CONFIG_INVALID", `--port ${port}: expected a port`);
  const server = createServer(async (request, response) => {
    const body = parse((await readBody(request).catch(() => undefined)) ?? "");
    const isAlert = typeof (body as Shown | undefined)?.status === "string";
    if (isAlert) terminal.write(json ? `${JSON.stringify(body)}\n` : renderAlert(body as Shown, terminal.color));
    response.writeHead(isAlert ? 200 : 400).end();
  });
  try {
    server.listen(number, HOST);
    await once(server, "listening");
  } catch (cause) {
    throw wrapError("ADMIN_UNAVAILABLE", `${HOST}:${port} cannot be listened on`, cause);
  }
  if (!json) terminal.write(`waiting for alerts at http://${HOST}:${port}/ until Ctrl-C\n`);
  if (!terminal.interrupted.aborted) await once(terminal.interrupted, "abort");
  server.close();
  server.closeAllConnections();
  return ExitCode.ok;
}

export function renderAlert(alert: Shown, color: boolean): string {
  const { status = "", severity = "", region = "", title = "", text = "", runbook = "", at = "", subject = {} } = alert;
  const isOver = status === "resolved";
  const word = paint(printable(status.toUpperCase()), isOver ? "good" : (TONES[severity] ?? "plain"), color);
  const what = (...words: readonly string[]) => `${printable(at.slice(11, 19))} ${word} ${printable(words.join(": "))}\n`;
  if (isOver) return what(region, title, Object.values(subject).join(", "));
  return `${what(`${severity}, ${region}`, title, text)}         what to do: ${printable(runbook)}\n`;
}
