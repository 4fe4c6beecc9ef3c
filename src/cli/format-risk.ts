import { formatBytes, formatCount, formatMs } from "../admin/dashboard/format.js";
import type { DataAtRisk } from "../lag/lag-tracker.ts";

/** What would be lost with the origin: `1.2 kB, about 8 commands, 90 ms`. */
export function formatRisk({ bytes, commands, commandsEstimated, ms, unacknowledged }: DataAtRisk): string {
  const count =
    commands === undefined
      ? ""
      : `, ${commandsEstimated ? "about " : ""}${formatCount(commands)} ${commands === 1 ? "command" : "commands"}`;
  return `${formatBytes(bytes)}${count}, ${formatMs(ms)}${unacknowledged ? " (nothing acknowledged since the start)" : ""}`;
}
