/** Where commands write: injected, so that they can be tested without a process. */

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

/** The process's own. Colour only on a terminal, and never when NO_COLOR is set (no-color.org). */
export function processTerminal(): Terminal {
  const interrupted = new AbortController();
  // Who reads us has had enough (`| head`): nothing is wrong, and there is nobody to tell more.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(ExitCode.ok);
    throw error;
  });
  // Who heard our complaints may go, too: how the command ends says what is left to say.
  process.stderr.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
  });
  const isTty = process.stdout.isTTY === true;
  return {
    write: (text) => void process.stdout.write(text),
    writeError: (text) => void process.stderr.write(text),
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
