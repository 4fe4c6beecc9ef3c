/** Sizes ("64MiB"), durations ("250ms") and shares ("10%") as people write them in the topology; parsed once, plain numbers afterwards. */

const BYTES: Readonly<Record<string, number>> = {
  B: 1,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
  TiB: 2 ** 40,
  kB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
};
const MILLISECONDS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

export const SIZE_PATTERN = /^\d+(\.\d+)?(B|KiB|MiB|GiB|TiB|kB|MB|GB|TB)$/;
export const DURATION_PATTERN = /^\d+(\.\d+)?(ms|s|m|h|d)$/;

export const SHARE_PATTERN = /^\d{1,2}(\.\d+)?%$/;

/** 0 … 1, or undefined when the text is no percentage below 100. */
export function parseShare(text: string): number | undefined {
  return SHARE_PATTERN.test(text) ? Number.parseFloat(text) / 100 : undefined;
}

/** Bytes, or undefined when the text is no size. */
export function parseSize(text: string): number | undefined {
  return parse(text, SIZE_PATTERN, BYTES);
}

/** Milliseconds, or undefined when the text is no duration. */
export function parseDuration(text: string): number | undefined {
  return parse(text, DURATION_PATTERN, MILLISECONDS);
}

function parse(text: string, pattern: RegExp, units: Readonly<Record<string, number>>): number | undefined {
  const unit = pattern.test(text) ? /[A-Za-z]+$/.exec(text)?.[0] : undefined;
  if (unit === undefined) return undefined;
  const value = Math.round(Number.parseFloat(text) * units[unit]!);
  return Number.isSafeInteger(value) ? value : undefined;
}
