/**
 * LZ4 blocks behind one façade. `lz4` (native, compiled at install) is preferred; where it could not be built,
 * `lz4-napi` (prebuilt, same block format, slower) stands in. A packed block is `u32 LE raw size` + LZ4 block, which is
 * lz4-napi's own layout, so both read each other's output.
 * The optional range arguments of `lz4` are not checked by its native code: only subarrays are passed.
 */
import { createRequire } from "node:module";
import { GatewayError } from "../errors.ts";

type Codec = {
  readonly name: "lz4" | "lz4-napi";
  /** Undefined when the input does not shrink; otherwise good until the next call. */
  pack(raw: Buffer): Buffer | undefined;
  unpack(packed: Buffer, rawBytes: number, room: Buffer | undefined): Buffer;
};

const SIZE_PREFIX_BYTES = 4;
const require = createRequire(import.meta.url);

function nativeCodec(): Codec {
  // The package's own entry falls back to slow JavaScript without a word; asking for the addon itself does not.
  require.resolve("lz4/build/Release/lz4.node");
  const lz4 = require("lz4") as {
    encodeBlock(input: Buffer, output: Buffer): number;
    decodeBlock(input: Buffer, output: Buffer): number;
  };
  let scratch = Buffer.allocUnsafeSlow(0);
  return {
    name: "lz4",
    pack(raw) {
      if (scratch.length < SIZE_PREFIX_BYTES + raw.length) scratch = Buffer.allocUnsafeSlow(SIZE_PREFIX_BYTES + raw.length);
      // Output no larger than the input: encodeBlock answers 0 when it does not fit.
      const bytes = lz4.encodeBlock(raw, scratch.subarray(SIZE_PREFIX_BYTES, SIZE_PREFIX_BYTES + raw.length));
      if (bytes <= 0 || bytes + SIZE_PREFIX_BYTES >= raw.length) return undefined;
      scratch.writeUInt32LE(raw.length, 0);
      return scratch.subarray(0, SIZE_PREFIX_BYTES + bytes);
    },
    unpack(packed, rawBytes, room) {
      const raw = room ?? Buffer.allocUnsafe(rawBytes);
      if (lz4.decodeBlock(packed.subarray(SIZE_PREFIX_BYTES), raw) !== rawBytes) throw malformed();
      return raw;
    },
  };
}

function prebuiltCodec(): Codec {
  const napi = require("lz4-napi") as { compressSync(input: Buffer): Buffer; uncompressSync(input: Buffer): Buffer };
  return {
    name: "lz4-napi",
    pack(raw) {
      const packed = napi.compressSync(raw);
      return packed.length < raw.length ? packed : undefined;
    },
    unpack(packed, rawBytes) {
      let raw: Buffer;
      try {
        raw = napi.uncompressSync(packed);
      } catch (cause) {
        throw malformed(cause);
      }
      if (raw.length !== rawBytes) throw malformed();
      return raw;
    },
  };
}

function malformed(cause?: unknown): GatewayError {
  return new GatewayError("RECORD_MALFORMED", "an LZ4 block does not decode to its declared size", { cause });
}

function chooseCodec(): Codec {
  if (process.env["CAUSEWAY_LZ4"] === "lz4-napi") return prebuiltCodec();
  try {
    return nativeCodec();
  } catch {
    try {
      return prebuiltCodec();
    } catch (cause) {
      throw Object.assign(new Error("neither lz4 nor lz4-napi can be loaded", { cause }), { code: "MODULE_NOT_FOUND" });
    }
  }
}

const codec = chooseCodec();

/** Which package does the work; logged at start. */
export const lz4Package = codec.name;

/** Packs `raw`, or answers undefined when that would not save anything: then store it raw. The next call may overwrite the answer. */
export function packLz4(raw: Buffer): Buffer | undefined {
  return raw.length <= SIZE_PREFIX_BYTES ? undefined : codec.pack(raw);
}

/**
 * Unpacks a block whose raw size is already known; a different declared size is refused before anything is allocated. `room`, of just
 * that size, is where the answer may lie.
 */
export function unpackLz4(packed: Buffer, rawBytes: number, room?: Buffer): Buffer {
  if (packed.length <= SIZE_PREFIX_BYTES || packed.readUInt32LE(0) !== rawBytes) throw malformed();
  return codec.unpack(packed, rawBytes, room);
}
