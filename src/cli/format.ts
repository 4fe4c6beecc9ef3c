/** Numbers for people. Unknown is "-". */

const BYTE_UNITS = ["B", "kB", "MB", "GB", "TB", "PB"];
const COUNT_UNITS = ["", "k", "M", "G", "T"];

export function formatBytes(bytes: number | undefined): string {
  return bytes === undefined ? "-" : scaled(bytes, BYTE_UNITS, " ");
}

export function formatCount(count: number | undefined): string {
  return count === undefined ? "-" : scaled(count, COUNT_UNITS, "");
}

export function formatMs(ms: number | undefined): string {
  if (ms === undefined) return "-";
  if (Math.abs(ms) < 10) return `${ms.toFixed(1)} ms`;
  if (Math.abs(ms) < 10_000) return `${Math.round(ms)} ms`;
  return formatDuration(ms);
}

/** Two units are enough: `2 d 3 h`, `4 m 5 s`. */
export function formatDuration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const parts = [
    [Math.floor(seconds / 86_400), "d"],
    [Math.floor(seconds / 3600) % 24, "h"],
    [Math.floor(seconds / 60) % 60, "m"],
    [seconds % 60, "s"],
  ] as const;
  const first = parts.findIndex(([value]) => value > 0);
  if (first < 0) return "0 s";
  return parts
    .slice(first, first + 2)
    .filter(([value]) => value > 0)
    .map(([value, unit]) => `${value} ${unit}`)
    .join(" ");
}

function scaled(value: number, units: readonly string[], blank: string): string {
  let size = Math.max(0, value);
  let unit = 0;
  while (size >= 999.5 && unit < units.length - 1) {
    size /= 1000;
    unit++;
  }
  const digits = unit === 0 || size >= 99.95 ? Math.round(size).toString() : size.toFixed(1);
  return `${digits}${units[unit] === "" ? "" : blank}${units[unit]}`;
}
