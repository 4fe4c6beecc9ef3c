/**
 * Structure-aware damage: takes valid bytes and changes what decoders trust, namely lengths, counts, flags, offsets and the place
 * where something ends. What is deeper than a checksum is reached by computing the sum anew (the caller knows where it stands).
 */
import type { Random } from "./random.ts";

/** Where a format keeps a number. */
export type NumberField = { readonly at: number; readonly bytes: 1 | 2 | 4 | 8; readonly order?: "LE" | "BE" };

/** Every edge at which an integer of some width turns over; negative ones are their two's complement. */
export const EXTREMES: readonly bigint[] = [
  ...[0n, 1n, -1n, 2n, 63n, 64n, 127n, 128n, 255n, 256n, 16_383n, 16_384n, 65_535n],
  ...[2n ** 31n - 1n, 2n ** 31n, 2n ** 32n - 1n, 2n ** 32n, 2n ** 53n - 1n, 2n ** 53n, 2n ** 53n + 1n],
  ...[2n ** 62n, 2n ** 63n - 1n, 2n ** 63n, 2n ** 63n + 1n, 2n ** 64n - 1n, -(2n ** 31n), -(2n ** 63n)],
];

/** The same as they are written in text, and numbers that are none. */
const EXTREME_TEXTS: readonly string[] = [...EXTREMES.map(String), "", "-", "+1", "1e9", "0x10", "NaN", "9".repeat(30), "9".repeat(400)];

/** A copy in which one of the numbers is extreme, off by one, doubled or halved. */
export function mutateNumber(bytes: Buffer, random: Random, fields: readonly NumberField[]): Buffer {
  const copy = Buffer.from(bytes);
  const { at, bytes: width, order = "LE" } = random.pick(fields);
  if (at + width > copy.length) return copy;
  const view = order === "LE" ? copy.subarray(at, at + width).reverse() : copy.subarray(at, at + width);
  const before = BigInt(`0x${view.toString("hex")}`);
  const after = random.pick([random.pick(EXTREMES), before + 1n, before - 1n, before * 2n, before / 2n]);
  const hex = BigInt.asUintN(8 * width, after)
    .toString(16)
    .padStart(2 * width, "0");
  view.write(hex, "hex");
  if (order === "LE") view.reverse();
  return copy;
}

/** A copy in which one run of decimal digits became something extreme. */
export function mutateDecimal(bytes: Buffer, random: Random): Buffer {
  const text = bytes.toString("latin1");
  const runs = [...text.matchAll(/-?\d+/g)];
  if (runs.length === 0) return bytes;
  const { index, 0: digits } = random.pick(runs);
  return Buffer.from(`${text.slice(0, index)}${random.pick(EXTREME_TEXTS)}${text.slice(index + digits.length)}`, "latin1");
}

/** A copy whose bytes were flipped, cut, repeated, swapped or mixed with those of `other`. */
export function mutateBytes(bytes: Buffer, random: Random, other: Buffer = bytes): Buffer {
  const [a, b] = [random.between(0, bytes.length), random.between(0, bytes.length)].sort((x, y) => x - y) as [number, number];
  switch (random.between(0, 8)) {
    case 0:
      return bytes.subarray(0, a);
    case 1:
      return Buffer.concat([bytes.subarray(0, a), bytes.subarray(b)]);
    case 2:
      return Buffer.concat([bytes.subarray(0, b), bytes.subarray(a)]);
    case 3:
      return Buffer.concat([bytes, bytes]);
    case 4:
      return Buffer.concat([bytes.subarray(b), bytes.subarray(0, a), bytes.subarray(a, b)]);
    case 5:
      return Buffer.concat([bytes.subarray(0, a), other.subarray(random.between(0, other.length))]);
    case 6:
      return Buffer.concat([bytes.subarray(0, a), random.bytes(random.between(1, 20)), bytes.subarray(a)]);
    default: {
      const copy = Buffer.from(bytes);
      for (let left = random.between(1, 4); left > 0 && copy.length > 0; left--) {
        const at = random.between(0, copy.length - 1);
        copy[at] = random.chance(0.5) ? copy[at]! ^ (1 << random.between(0, 7)) : random.pick([0, 1, 0x7f, 0x80, 0x81, 0xc0, 0xc3, 0xff]);
      }
      return copy;
    }
  }
}

/** The bytes in chunks of random sizes, very small ones included. */
export function cutAnywhere(bytes: Buffer, random: Random): readonly Buffer[] {
  const most = random.pick([1, 3, 17, 1000, Math.max(1, bytes.length)]);
  const chunks: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const take = random.between(1, most);
    chunks.push(bytes.subarray(at, at + take));
    at += take;
  }
  return chunks;
}
