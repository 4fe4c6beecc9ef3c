/** `causeway rdb inspect`: what an RDB holds, and whether it is whole. Reads it once, from beginning to end, and changes nothing. */
import { GatewayError } from "../errors.ts";
import { RdbInspection } from "../rdb/inspection.ts";
import { systemClock } from "../runtime/clock.ts";
import type { Environment } from "../topology/topology.ts";
import { ExitCode } from "./exit-codes.ts";
import { ProgressBar } from "./progress-bar.ts";
import { fromFile, fromServer } from "./rdb-source.ts";
import { renderReport, reportAsJson } from "./render-rdb.ts";
import type { Terminal } from "./terminal.ts";

export type InspectOptions = { readonly from?: string; readonly json?: boolean; readonly top?: string };

const DEFAULT_TOP = "10";
const MAX_TOP = 1_000;

export async function inspectRdb(
  file: string | undefined,
  options: InspectOptions,
  { env, terminal }: { readonly env: Environment; readonly terminal: Terminal },
): Promise<number> {
  const top = parseTop(options.top ?? DEFAULT_TOP);
  if ((file === undefined) === (options.from === undefined)) {
    throw new GatewayError("CONFIG_INVALID", "name either a file (- is standard input) or a server with --from; see causeway --help");
  }
  const source = options.from === undefined ? fromFile(file!) : fromServer(options.from, env);
  const inspection = new RdbInspection({ nowMs: systemClock.nowMs(), top });
  const progress = new ProgressBar({ terminal, clock: systemClock });
  let bytes = 0;
  try {
    await source((chunk, totalBytes) => {
      inspection.push(chunk);
      bytes += chunk.length;
      progress.show(bytes, totalBytes);
    });
    const report = inspection.finish();
    progress.clear();
    terminal.write(options.json ? `${JSON.stringify(reportAsJson(report), undefined, 2)}\n` : renderReport(report, terminal.color));
    return ExitCode.ok;
  } catch (cause) {
    progress.clear();
    // What is wrong with the RDB is the answer, and no failure of the program.
    if (!(cause instanceof GatewayError) || (cause.code !== "RDB_MALFORMED" && cause.code !== "RDB_UNSUPPORTED")) throw cause;
    const { code, message, details } = cause;
    if (options.json) terminal.write(`${JSON.stringify({ error: { code, message, details }, keys: inspection.keys }, undefined, 2)}\n`);
    terminal.writeError(`causeway: ${message} (after ${inspection.keys} keys, at byte ${details["rdbOffset"] ?? 0})\n`);
    return ExitCode.unhealthy;
  }
}

function parseTop(text: string): number {
  const top = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (top < 1 || top > MAX_TOP) throw new GatewayError("CONFIG_INVALID", `option '--top' wants a number from 1 to ${MAX_TOP}`);
  return top;
}
