/** JSON lines on standard output, one event each; never keys, values or secrets. */
import { type Logger, type LoggerOptions, pino } from "pino";
import { traceOf } from "../errors.ts";
import { systemClock } from "./clock.ts";
import { LogOutput } from "./log-output.ts";

/** Connections that come and go leave loggers behind; so many are looked after before the dead are forgotten. */
const FAMILY = 256;

/** Its level may change while it is used: children, which pino lets keep their own, follow. */
export type LevelledLogger = { readonly log: Logger; readonly setLevel: (level: string) => void; readonly output: LogOutput };

const STDOUT = 1;

export function createLogger(options: {
  readonly level: string;
  readonly region: string;
  /** Takes a sentence about the log itself. */
  readonly complain: (sentence: string) => void;
}): LevelledLogger {
  let children: WeakRef<Logger>[] = [];
  const output = new LogOutput({
    fd: STDOUT,
    clock: systemClock,
    complain: options.complain,
    onResumed: (lost) => log.warn({ event: "log.resumed", lost }, `the log can be written again: ${lost} lines before this one are lost`),
  });
  process.on("exit", () => output.flush());
  const settings: LoggerOptions = {
    level: options.level,
    onChild: (child: Logger) => {
      if (children.length >= FAMILY) children = children.filter((one) => one.deref() !== undefined);
      children.push(new WeakRef(child));
    },
    base: { region: options.region },
    timestamp: pino.stdTimeFunctions.isoTime,
    // pino's own would add every property of the error.
    serializers: { err: traceOf },
    formatters: { level: (label) => ({ level: label }) },
    // Offsets are bigint, which JSON does not have.
    hooks: {
      logMethod(args, method) {
        const [fields] = args as unknown[];
        if (typeof fields === "object" && fields !== null) args[0] = withoutBigints(fields as Record<string, unknown>) as never;
        method.apply(this, args);
      },
    },
  };
  const log = pino(settings, output);
  const setLevel = (level: string) => {
    for (const one of [log, ...children.flatMap((child) => child.deref() ?? [])]) one.level = level;
  };
  return { log, setLevel, output };
}

function withoutBigints(fields: Record<string, unknown>): Record<string, unknown> {
  const entries = Object.entries(fields).map(([name, value]) => {
    if (typeof value === "bigint") return [name, `${value}`];
    if (name === "details" && typeof value === "object" && value !== null) return [name, withoutBigints(value as Record<string, unknown>)];
    return [name, value];
  });
  return Object.fromEntries(entries);
}
