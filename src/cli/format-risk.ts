import { formatBytes, formatCount, formatMs } from "../admin/dashboard/format.js";
import type { DataAtRisk } from "../lag/lag-tracker.ts";

/** What would be lost with the origin: `1.2 kB, about 8 commands, 90 ms`, `at least 21 MB, more than 8 commands, 7.3 s (21 MB not read from the master)`. */
export function formatRisk({ bytes, unreadBytes, atLeast, commands, commandsEstimated, ms, unacknowledged }: DataAtRisk): string {
  const count =
    commands === undefined
      ? ""
      : `, ${unreadBytes === undefined ? "" : "more than "}${commandsEstimated ? "about " : ""}${formatCount(commands)} ${commands === 1 ? "command" : "commands"}`;
  const unread = unreadBytes === undefined ? "" : ` (${formatBytes(unreadBytes)} not read from the master)`;
  return `${atLeast ? "at least " : ""}${formatBytes(bytes)}${count}, ${formatMs(ms)}${unread}${unacknowledged ? " (nothing acknowledged since the start)" : ""}`;
}
