/** zstd of both packages: what one packs the other unpacks, and a frame that lies is refused before much is allocated. */
import { randomBytes } from "node:crypto";
import zlib from "node:zlib";
import { describe, expect, test, vi } from "vitest";
import { openZstd, zstdPackage } from "../../../src/bytes/zstd.ts";

const TEXT = Buffer.from(Array.from({ length: 300 }, (_, id) => `*3\r\n$3\r\nSET\r\nuser:${id * 7919}\r\n{"id":${id}}\r\n`).join(""));
const MAGIC = Buffer.of(0x28, 0xb5, 0x2f, 0xfd);
/** What a decoder takes for a trained dictionary. */
const DICTIONARY_MAGIC = Buffer.of(0x37, 0xa4, 0x30, 0xec);
const malformed = expect.objectContaining({ name: "GatewayError", code: "RECORD_MALFORMED" });

async function withSetting(setting: string) {
  vi.stubEnv("CAUSEWAY_ZSTD", setting);
  vi.resetModules();
  const module = await import("../../../src/bytes/zstd.ts");
  vi.unstubAllEnvs();
  return module;
}

/** A frame of blocks that each say they make 128 KiB; `type` 1 repeats one byte, 2 is compressed. */
function bomb(blocks: number, type: 1 | 2, size = 128 * 1024): Buffer {
  const head = Buffer.concat([MAGIC, Buffer.of(0, 0x50)]);
  const block = (isLast: boolean) => {
    const header = Buffer.alloc(3);
    header.writeUIntLE((size << 3) | (type << 1) | (isLast ? 1 : 0), 0, 3);
    return Buffer.concat([header, Buffer.alloc(type === 1 ? 1 : size, 65)]);
  };
  return Buffer.concat([head, ...Array.from({ length: blocks }, (_, index) => block(index === blocks - 1))]);
}

test("this machine has a package for it", () => expect(zstdPackage).toBeDefined());

test("what is packed comes back, with a dictionary in fewer bytes, and only with it", () => {
  const small = TEXT.subarray(4_000, 4_300);
  const [plain, linked] = [openZstd(), openZstd(TEXT.subarray(0, 4_000))];
  const packed = linked.pack(small);
  expect(packed.length).toBeLessThan(plain.pack(small).length);
  expect(linked.unpack(packed, small.length)).toEqual(small);
  expect(() => plain.unpack(packed, small.length)).toThrow(malformed);
  expect(plain.unpack(plain.pack(TEXT), TEXT.length)).toEqual(TEXT);
});

test("a dictionary may hold anything: one that looks like a trained one does not end the process", () => {
  const zstd = openZstd(Buffer.concat([DICTIONARY_MAGIC, Buffer.alloc(100)]));
  expect(zstd.unpack(zstd.pack(TEXT), TEXT.length)).toEqual(TEXT);
});

test("incompressible bytes grow by less than 1 %", () => {
  const raw = randomBytes(64 * 1024);
  expect(openZstd().pack(raw).length).toBeLessThan(raw.length * 1.01);
});

describe("refused", () => {
  const { pack, unpack } = openZstd();
  const packed = pack(TEXT);
  test.each([
    ["another size than declared", packed, TEXT.length - 1],
    ["a larger size than it makes", packed, TEXT.length + 1],
    ["no frame at all", Buffer.from("anything"), 8],
    ["nothing", Buffer.alloc(0), 0],
    ["a cut frame", packed.subarray(0, -3), TEXT.length],
    ["a frame and more", Buffer.concat([packed, Buffer.of(0)]), TEXT.length],
    ["two frames", Buffer.concat([packed, packed]), 2 * TEXT.length],
    ["a window of 128 MiB", Buffer.concat([MAGIC, Buffer.of(0, 0x88), Buffer.of(1, 0, 0)]), 0],
    ["a declared size of 2^40", Buffer.concat([MAGIC, Buffer.of(0xe0, 0, 0, 0, 0, 0, 1, 0, 0), Buffer.of(1, 0, 0)]), 0],
    ["a block above 128 KiB", bomb(1, 1, 128 * 1024 + 1), 1000],
  ])("%s", (_, frame, rawBytes) => expect(() => unpack(frame, rawBytes)).toThrow(malformed));

  test("BOUNDED: 40 KB that would make 1.3 GB", () => {
    const frame = bomb(10_000, 1);
    expect(frame.length).toBeLessThan(50_000);
    const before = process.memoryUsage();
    expect(() => unpack(frame, 1024 * 1024)).toThrow(malformed);
    const after = process.memoryUsage();
    expect(after.external + after.rss - before.external - before.rss).toBeLessThan(64 * 1024 * 1024);
  });
});

describe("without a package", () => {
  test("nothing is offered", async () => {
    const { zstdPackage: none, openZstd: open } = await withSetting("none");
    expect(none).toBeUndefined();
    expect(() => open()).toThrow(expect.objectContaining({ code: "INVARIANT" }));
  });
});

test.runIf("zstdCompressSync" in zlib)("Node and the package read each other", async () => {
  const { openZstd: prebuilt, zstdPackage: name } = await withSetting("prebuilt");
  expect([zstdPackage, name]).toEqual(["node:zlib", "@toondepauw/node-zstd"]);
  for (const dictionary of [undefined, TEXT.subarray(0, 4_000)]) {
    const [one, other] = [openZstd(dictionary), prebuilt(dictionary)];
    expect(other.unpack(one.pack(TEXT), TEXT.length)).toEqual(TEXT);
    expect(one.unpack(other.pack(TEXT), TEXT.length)).toEqual(TEXT);
  }
});
