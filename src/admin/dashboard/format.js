/** Numbers for people, on the page and in the terminal. Unknown is "-". */

const BYTE_UNITS = ["B", "kB", "MB", "GB", "TB", "PB"];
const COUNT_UNITS = ["", "k", "M", "G", "T"];

/** @param {number | undefined} bytes */
export function formatBytes(bytes) {
  return bytes === undefined ? "-" : scaled(bytes, BYTE_UNITS, " ");
}

/** @param {number | undefined} count */
export function formatCount(count) {
  return count === undefined ? "-" : scaled(count, COUNT_UNITS, "");
}

/** @param {number | undefined} ms */
export function formatMs(ms) {
  if (ms === undefined) return "-";
  if (Math.abs(ms) < 10) return `${ms.toFixed(1)} ms`;
  if (Math.abs(ms) < 999.5) return `${Math.round(ms)} ms`;
  if (Math.abs(ms) < 10_000) return `${(ms / 1000).toFixed(1)} s`;
  return formatDuration(ms);
}

/**
 * Two units are enough: `2 d 3 h`, `4 m 5 s`.
 * @param {number} ms
 */
export function formatDuration(ms) {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const parts = /** @type {const} */ ([
    [Math.floor(seconds / 86_400), "d"],
    [Math.floor(seconds / 3600) % 24, "h"],
    [Math.floor(seconds / 60) % 60, "m"],
    [seconds % 60, "s"],
  ]);
  const first = parts.findIndex(([value]) => value > 0);
  if (first < 0) return "0 s";
  return parts
    .slice(first, first + 2)
    .filter(([value]) => value > 0)
    .map(([value, unit]) => `${value} ${unit}`)
    .join(" ");
}

/**
 * @param {number} value
 * @param {readonly string[]} units
 * @param {string} blank
 */
function scaled(value, units, blank) {
  let size = Math.max(0, value);
  let unit = 0;
  while (size >= 999.5 && unit < units.length - 1) {
    size /= 1000;
    unit++;
  }
  const digits = unit === 0 || size >= 99.95 ? Math.round(size).toString() : size.toFixed(1);
  return `${digits}${units[unit] === "" ? "" : blank}${units[unit]}`;
}
