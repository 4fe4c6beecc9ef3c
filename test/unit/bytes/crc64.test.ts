import fc from "fast-check";
import { expect, test } from "vitest";
import { Crc64, crc64 } from "../../../src/bytes/crc64.ts";

/** Bit by bit, from the definition. */
function slowCrc64(bytes: Uint8Array): bigint {
  let crc = 0n;
  for (const byte of bytes) {
    crc ^= BigInt(byte);
    for (let bit = 0; bit < 8; bit++) crc = crc & 1n ? (crc >> 1n) ^ 0x95ac9329ac4bc9b5n : crc >> 1n;
  }
  return crc;
}

test("the published check value", () => {
  expect(crc64(Buffer.from("123456789"))).toBe(0xe9c6d914c4b8d9can);
  expect(crc64(Buffer.alloc(0))).toBe(0n);
});

test("equals the definition, however the input is cut", () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 6 }), (pieces) => {
      const crc = new Crc64();
      for (const piece of pieces) crc.update(Buffer.from(piece));
      const expected = slowCrc64(Buffer.concat(pieces));
      expect(crc.digest()).toBe(expected);
      const footer = Buffer.alloc(11);
      crc.writeLE(footer, 3);
      expect(footer.readBigUInt64LE(3)).toBe(expected);
      expect(crc.equalsLE(footer, 3)).toBe(true);
      footer[10]! ^= 0x80;
      expect(crc.equalsLE(footer, 3)).toBe(false);
    }),
  );
});

test("begins anew after reset", () => {
  const crc = new Crc64();
  crc.update(Buffer.from("something"));
  crc.reset();
  crc.update(Buffer.from("123456789"));
  expect(crc.digest()).toBe(0xe9c6d914c4b8d9can);
});
