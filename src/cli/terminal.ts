/** Where commands write: injected, so that they can be tested without a process. */
import { fstatSync, writeFileSync } from "node:fs";
import { systemReason } from "../errors.ts";
import { ExitCode } from "./exit-codes.ts";

export type Terminal = {
  readonly write: (text: string) => void;
  readonly writeError: (text: string) => void;
  readonly isTty: boolean;
  /** Of what `writeError` writes to: progress is shown there. */
  readonly errorIsTty: boolean;
  readonly color: boolean;
  /** Aborted by Ctrl-C. */
  readonly interrupted: AbortSignal;
};

const STDOUT = 1;

/** The process's own. Colour only on a terminal, and never when NO_COLOR is set (no-color.org). */
export function processTerminal(): Terminal {
  const interrupted = new AbortController();
  process.stdout.on("error", unwritable);
  // Who heard our complaints may go, too: how the command ends says what is left to say.
  process.stderr.on("error", () => undefined);
  const isTty = process.stdout.isTTY === true;
  return {
    write: isStream() ? (text) => void process.stdout.write(text) : writeFile,
    writeError,
    isTty,
    errorIsTty: process.stderr.isTTY === true && process.env["TERM"] !== "dumb",
    color: isTty && !process.env["NO_COLOR"] && process.env["TERM"] !== "dumb",
    get interrupted() {
      // Only who asks for it takes Ctrl-C away from the system; a second one ends the process.
      if (process.listenerCount("SIGINT") === 0) process.once("SIGINT", () => interrupted.abort());
      return interrupted.signal;
    },
  };
}

/** Of a terminal, a pipe or a socket, whose errors come by event. */
function isStream(): boolean {
  if (process.stdout.isTTY) return true;
  try {
    const stat = fstatSync(STDOUT);
    return stat.isFIFO() || stat.isSocket();
  } catch {
    return true;
  }
}

/** Whole: a stream of Node's would leave out, in silence, what a disk that is nearly full does not take. */
function writeFile(text: string): void {
  try {
    writeFileSync(STDOUT, text);
  } catch (cause) {
    unwritable(cause as NodeJS.ErrnoException);
  }
}

function writeError(text: string): void {
  try {
    process.stderr.write(text);
  } catch {
    // A file that cannot be written throws instead of telling its listeners.
  }
}

function unwritable(error: NodeJS.ErrnoException): never {
  // Who reads us has had enough (`| head`): nothing is wrong, and there is nobody to tell more.
  if (error.code === "EPIPE") process.exit(ExitCode.ok);
  writeError(`causeway: the output cannot be written: ${systemReason(error)}\n`);
  process.exit(ExitCode.io);
}
