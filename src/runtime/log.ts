/** JSON lines on standard output, one event each; never keys, values or secrets. */
import { type Logger, pino } from "pino";
import { traceOf } from "../errors.ts";

export function createLogger(options: { readonly level: string; readonly region: string }): Logger {
  return pino({
    level: options.level,
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
}

function withoutBigints(fields: Record<string, unknown>): Record<string, unknown> {
  const entries = Object.entries(fields).map(([name, value]) => {
    if (typeof value === "bigint") return [name, `${value}`];
    if (name === "details" && typeof value === "object" && value !== null) return [name, withoutBigints(value as Record<string, unknown>)];
    return [name, value];
  });
  return Object.fromEntries(entries);
}
