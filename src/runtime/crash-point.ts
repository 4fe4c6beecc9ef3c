/** Named places where a test may kill the process, as a power switch would. Does nothing unless CAUSEWAY_CRASH_POINT names the place. */

const chosen = process.env["CAUSEWAY_CRASH_POINT"];

export function crashPoint(name: string): void {
  if (chosen === name) process.kill(process.pid, "SIGKILL");
}
