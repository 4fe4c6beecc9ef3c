/** JSON lines on standard output, one event each; never keys, values or secrets. */
import { type Logger, pino } from "pino";
import { traceOf } from "../errors.ts";

/** Connections that come and go leave loggers behind; so many are looked after before the dead are forgotten. */
const FAMILY = 256;

/** Its level may change while it is used: children, which pino lets keep their own, follow. */
export type LevelledLogger = { readonly log: Logger; readonly setLevel: (level: string) => void };

export function createLogger(options: { readonly level: string; readonly region: string }): LevelledLogger {
  let children: WeakRef<Logger>[] = [];
  const log = pino({
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
  });
  const setLevel = (level: string) => {
    for (const one of [log, ...children.flatMap((child) => child.deref() ?? [])]) one.level = level;
  };
  return { log, setLevel };
}

function withoutBigints(fields: Record<string, unknown>): Record<string, unknown> {
  const entries = Object.entries(fields).map(([name, value]) => {
    if (typeof value === "bigint") return [name, `${value}`];
    if (name === "details" && typeof value === "object" && value !== null) return [name, withoutBigints(value as Record<string, unknown>)];
    return [name, value];
  });
  return Object.fromEntries(entries);
}
