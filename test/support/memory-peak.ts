/** What the kernel remembers of a process. */
import { readFileSync } from "node:fs";

/** The largest resident size that the process has had, in bytes (VmHWM). */
export function peakMemoryBytes(pid: number): number {
  const match = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"));
  if (!match) throw new Error(`process ${pid} does not tell its peak`);
  return Number(match[1]) * 1024;
}
