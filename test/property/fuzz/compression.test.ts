/** LZF strings and LZ4 blocks, the latter in both packages. */
import { describe, expect, vi } from "vitest";
import { unpackLzf } from "../../../src/bytes/lzf.ts";
import { fuzz, outcomeOf } from "../../support/fuzz.ts";
import { EXTREMES, mutateBytes, mutateNumber } from "../../support/mutate.ts";
import type { Random } from "../../support/random.ts";

/** Sizes that callers may pass: they have bounded them. */
function rawSize(random: Random): number {
  return random.chance(0.5) ? random.between(0, 2000) : Number(BigInt.asUintN(20, random.pick(EXTREMES)));
}

fuzz(
  "LZF gives exactly the declared bytes or RDB_MALFORMED",
  (random) => {
    const bytes = random.chance(0.5)
      ? random.bytes(random.between(0, 300))
      : mutateBytes(Buffer.from("\x04hello\x20\x00\xe0\xff\x00"), random);
    const rawBytes = rawSize(random);
    const outcome = outcomeOf(() => expect(unpackLzf(bytes, rawBytes)).toHaveLength(rawBytes));
    expect(["fine", "RDB_MALFORMED"]).toContain(outcome);
  },
  { runs: 1000 },
);

describe.each(["lz4", "lz4-napi"])("%s", async (name) => {
  vi.stubEnv("CAUSEWAY_LZ4", name);
  vi.resetModules();
  const { packLz4, unpackLz4, lz4Package } = await import("../../../src/bytes/lz4.ts");
  const { GatewayError } = await import("../../../src/errors.ts");
  vi.unstubAllEnvs();
  const outcome = (run: () => unknown) => {
    try {
      run();
      return "fine";
    } catch (error) {
      if (error instanceof GatewayError) return error.code;
      throw error;
    }
  };

  fuzz(
    `a block of ${lz4Package} gives exactly the declared bytes or RECORD_MALFORMED`,
    (random) => {
      const raw = Buffer.from(random.text(random.between(5, 5000)));
      let block = packLz4(raw) ?? Buffer.concat([Buffer.of(5, 0, 0, 0), random.bytes(40)]);
      for (let left = random.between(1, 3); left > 0; left--) {
        block = random.chance(0.3) ? mutateNumber(block, random, [{ at: 0, bytes: 4 }]) : mutateBytes(block, random, raw);
      }
      const declared = block.length >= 4 ? block.readUInt32LE(0) : 0;
      // A liar's size agrees with the header that he wrote as well; callers allow at most a record.
      const rawBytes = random.chance(0.7) && declared <= 1 << 20 ? declared : rawSize(random);
      expect(["fine", "RECORD_MALFORMED"]).toContain(outcome(() => expect(unpackLz4(block, rawBytes)).toHaveLength(rawBytes)));
    },
    { runs: 1000 },
  );
});
