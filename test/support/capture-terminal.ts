/** A terminal that remembers what was written to it. */
import type { Terminal } from "../../src/cli/terminal.ts";

export function captureTerminal(interrupted: AbortSignal = new AbortController().signal): Terminal & { out(): string; err(): string } {
  const written: string[] = [];
  const errors: string[] = [];
  return {
    write: (text) => void written.push(text),
    writeError: (text) => void errors.push(text),
    isTty: false,
    errorIsTty: false,
    color: false,
    interrupted,
    out: () => written.join(""),
    err: () => errors.join(""),
  };
}
