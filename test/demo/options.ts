/** The demo's command line. */
import { parseArgs } from "node:util";

export type DemoOptions = {
  /** How long the load runs; undefined until somebody stops it. */
  readonly durationMs: number | undefined;
  readonly json: boolean;
  readonly keys: number;
  readonly commandsPerSecond: number;
  /** Where the logs of the gateways go at the end. */
  readonly logFolder: string | undefined;
};

export const USAGE = `Three regions on this machine: a master in us-east, replicas in eu-west (80 ms away) and ap-south (180 ms away).

Usage: npm run demo -- [options]

  --duration <time>  stop the load after this time (20s, 2m), compare every key, leave with 0 or 1;
                     without it the demo runs until Ctrl-C
  --json             print one JSON object at the end instead of the table (needs --duration)
  --keys <n>         keys of the data set loaded first (default 100000)
  --rate <n>         commands per second of the load (default 2000)
  --logs <folder>    write the log of each gateway there at the end
  --help
`;

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000 };

/** "help", the options, or what is wrong with them in one sentence. */
export function parseOptions(args: readonly string[]): DemoOptions | "help" | { readonly problem: string } {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        duration: { type: "string" },
        json: { type: "boolean", default: false },
        keys: { type: "string", default: "100000" },
        rate: { type: "string", default: "2000" },
        logs: { type: "string" },
        help: { type: "boolean", default: false },
      },
    });
    if (values.help) return "help";
    const durationMs = values.duration === undefined ? undefined : parseDuration(values.duration);
    if (values.json && durationMs === undefined) throw new Error("--json needs --duration");
    return {
      durationMs,
      json: values.json,
      keys: parseCount("--keys", values.keys),
      commandsPerSecond: parseCount("--rate", values.rate),
      logFolder: values.logs,
    };
  } catch (error) {
    return { problem: (error as Error).message };
  }
}

function parseDuration(text: string): number {
  const [, number, unit] = /^(\d+(?:\.\d+)?)(ms|s|m)$/.exec(text) ?? [];
  if (number === undefined || unit === undefined) throw new Error(`--duration ${text}: expected a time such as 20s or 2m`);
  return Number(number) * UNITS[unit]!;
}

function parseCount(name: string, text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1) throw new Error(`${name} ${text}: expected a whole number above zero`);
  return count;
}
