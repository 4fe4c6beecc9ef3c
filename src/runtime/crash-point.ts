/**
 * Named places where a test may kill the process, as a power switch would. Does nothing unless CAUSEWAY_CRASH_POINT names the place;
 * `name:3` is the third time it is passed.
 */

const [chosen, times = "1"] = (process.env["CAUSEWAY_CRASH_POINT"] ?? "").split(":");
let left = Number(times);

export function crashPoint(name: string): void {
  if (name === chosen && --left === 0) process.kill(process.pid, "SIGKILL");
}
