/**
 * zstd frames (RFC 8878) behind one façade: Node's own where the runtime has it with dictionaries (22.19, 24.6), else the prebuilt
 * `@toondepauw/node-zstd`, else none. Both write and read the same frames.
 * What is unpacked comes from a peer: the package has no limit of its own, so a frame's blocks are counted before it gets to see them.
 */
import { createRequire } from "node:module";
import zlib from "node:zlib";
import { GatewayError } from "../errors.ts";

/** Packs and unpacks with one dictionary, which both sides must have. */
export type Zstd = {
  pack(raw: Buffer): Buffer;
  /** Throws RECORD_MALFORMED when the frame is not one of exactly `rawBytes`. */
  unpack(packed: Buffer, rawBytes: number): Buffer;
};

type Implementation = {
  readonly name: "node:zlib" | "@toondepauw/node-zstd";
  open(dictionary: Buffer | undefined): Zstd;
};

/** 3 packs what Redis streams hold no smaller and takes half as long again. */
const LEVEL = 1;
/** A dictionary that began with the magic number of a trained one would be read as such, and the package ends the process when it is none. */
const DICTIONARY_PREFIX = Buffer.from("\r\n");

const MAGIC = 0xfd2fb528;
/** Level 1 uses 512 KiB; RFC 8878 wants at least 8 MiB of every decoder. */
const MAX_WINDOW_BYTES = 8 * 1024 * 1024;
const MAX_BLOCK_BYTES = 128 * 1024;
/** What the blocks of one frame could make at most, whatever they hold; honest ones declare their size and keep to it. */
const MAX_MADE_BYTES = 16 * 1024 * 1024;

const require = createRequire(import.meta.url);

function builtIn(): Implementation | undefined {
  // The types are those of the oldest Node that is supported.
  const { zstdCompressSync, zstdDecompressSync, constants } = zlib as unknown as NodeZstd;
  if (zstdCompressSync === undefined || zstdDecompressSync === undefined) return undefined;
  const params = { [constants.ZSTD_c_compressionLevel]: LEVEL };
  const open = (dictionary: Buffer | undefined): Zstd => ({
    pack: (raw) => zstdCompressSync(raw, { params, ...(dictionary && { dictionary }) }),
    unpack: (packed, rawBytes) =>
      checked(rawBytes, () => zstdDecompressSync(packed, { maxOutputLength: Math.max(1, rawBytes), ...(dictionary && { dictionary }) })),
  });
  // Older releases have zstd and ignore the dictionary without a word.
  const sample = Buffer.from("0123456789abcdefghijklmnopqrstuvwxyz");
  return open(sample).pack(sample).length < sample.length ? { name: "node:zlib", open } : undefined;
}

function prebuilt(): Implementation | undefined {
  let addon: NodeZstdAddon;
  try {
    addon = require("@toondepauw/node-zstd") as NodeZstdAddon;
  } catch {
    return undefined;
  }
  return {
    name: "@toondepauw/node-zstd",
    open(dictionary) {
      const encoder = new addon.Encoder(LEVEL, dictionary);
      const decoder = new addon.Decoder(dictionary);
      return {
        pack: (raw) => encoder.encodeSync(raw),
        unpack: (packed, rawBytes) => checked(rawBytes, () => decoder.decodeSync(packed)),
      };
    },
  };
}

function chooseImplementation(): Implementation | undefined {
  switch (process.env["CAUSEWAY_ZSTD"]) {
    case "none":
      return undefined;
    case "prebuilt":
      return prebuilt();
    default:
      return builtIn() ?? prebuilt();
  }
}

const implementation = chooseImplementation();

/** Which package does the work, logged at start; undefined when there is none: then nothing may be packed or unpacked. */
export const zstdPackage = implementation?.name;

/** `dictionary` is raw content: bytes that what is packed is like. Throws INVARIANT where there is no zstd. */
export function openZstd(dictionary?: Buffer): Zstd {
  if (implementation === undefined) throw new GatewayError("INVARIANT", "zstd is asked for where there is none");
  const zstd = implementation.open(dictionary && Buffer.concat([DICTIONARY_PREFIX, dictionary]));
  return {
    pack: (raw) => zstd.pack(raw),
    unpack(packed, rawBytes) {
      checkFrame(packed);
      return zstd.unpack(packed, rawBytes);
    },
  };
}

function checked(rawBytes: number, unpack: () => Buffer): Buffer {
  let raw: Buffer;
  try {
    raw = unpack();
  } catch (cause) {
    throw malformed("it does not decode", cause);
  }
  if (raw.length !== rawBytes) throw malformed("it does not decode to its declared size");
  return raw;
}

/** One whole frame and nothing behind it, of bounded blocks (RFC 8878, 3.1.1): looks at headers only. */
function checkFrame(frame: Buffer): void {
  let at = 5;
  const take = (bytes: number): number => {
    at += bytes;
    if (at > frame.length) throw malformed("it is cut short");
    return bytes === 0 ? 0 : frame.readUIntLE(at - bytes, Math.min(bytes, 6));
  };
  if (frame.length < at || frame.readUInt32LE(0) !== MAGIC) throw malformed("it has no header");
  const descriptor = frame[4] as number;
  const isSingleSegment = (descriptor & 0x20) !== 0;
  if (!isSingleSegment) {
    const window = take(1);
    const base = 2 ** (10 + (window >> 3));
    if (base + (base / 8) * (window & 7) > MAX_WINDOW_BYTES) throw malformed("its window is too large");
  }
  take([0, 1, 2, 4][descriptor & 3] as number);
  const contentBytes = take([isSingleSegment ? 1 : 0, 2, 4, 8][descriptor >> 6] as number);
  if (contentBytes > MAX_MADE_BYTES) throw malformed("it declares too many bytes");
  for (let made = 0, isLast = false; !isLast; ) {
    const header = take(3);
    const [type, size] = [(header >> 1) & 3, header >> 3];
    isLast = (header & 1) === 1;
    if (size > MAX_BLOCK_BYTES) throw malformed("a block is too large");
    made += type === COMPRESSED_BLOCK ? MAX_BLOCK_BYTES : size;
    if (made > MAX_MADE_BYTES) throw malformed("it may make too many bytes");
    take(type === REPEATED_BYTE ? 1 : size);
  }
  if ((descriptor & 4) !== 0) take(4);
  if (at !== frame.length) throw malformed("it is followed by something");
}

const REPEATED_BYTE = 1;
const COMPRESSED_BLOCK = 2;

function malformed(what: string, cause?: unknown): GatewayError {
  return new GatewayError("RECORD_MALFORMED", `a zstd frame is malformed: ${what}`, { cause });
}

type NodeZstd = {
  zstdCompressSync?(raw: Buffer, options: { params: Record<number, number>; dictionary?: Buffer }): Buffer;
  zstdDecompressSync?(packed: Buffer, options: { maxOutputLength: number; dictionary?: Buffer }): Buffer;
  readonly constants: { readonly ZSTD_c_compressionLevel: number };
};

type NodeZstdAddon = {
  readonly Encoder: new (level: number, dictionary: Buffer | undefined) => { encodeSync(raw: Buffer): Buffer };
  readonly Decoder: new (dictionary: Buffer | undefined) => { decodeSync(packed: Buffer): Buffer };
};
