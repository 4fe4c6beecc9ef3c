/**
 * RESTORE payloads from raw RDB values: [key meta] type, value, u16 LE RDB version, u64 LE CRC-64 of all before. A server takes the footer of
 * its own RDB version whoever wrote the value, so that is what is written; whether it knows the *type* is told here, before anything is
 * sent, because some servers answer "Bad data format" and old ones exit on an unknown module.
 */
import { Crc64 } from "../bytes/crc64.ts";
import type { RdbFormat } from "./format.ts";
import { describeType, ValueType } from "./opcodes.ts";
import type { RdbEntry } from "./parser.ts";

/** The server that RESTORE is sent to. */
export type RestoreServer = {
  readonly product: "redis" | "valkey";
  /** For messages. */
  readonly version: string;
  /** Major * 100 + minor. */
  readonly versionNumber: number;
};

export const FOOTER_BYTES = 10;

/** The newest `REDIS` RDB that both families know. */
const SHARED_RDB = 11;
const VALKEY_RDB = 80;
/** Opcode 243 before the type byte. */
const FIRST_RDB_WITH_META = 13;

/** The highest `REDIS` RDB version whose footer the server accepts. */
function acceptedRdb(server: RestoreServer): number {
  const { product, versionNumber } = server;
  if (product === "valkey") return SHARED_RDB;
  if (versionNumber >= 806) return 13;
  if (versionNumber >= 704) return 12;
  if (versionNumber >= 702) return 11;
  if (versionNumber >= 700) return 10;
  if (versionNumber >= 500) return 9;
  return versionNumber >= 400 ? 8 : 6;
}

function takesValkeyRdb(server: RestoreServer): boolean {
  return server.product === "valkey" && server.versionNumber >= 900;
}

/** 22 is the other family's hash as well. */
export function isValkeyHash(type: number, { family }: RdbFormat): boolean {
  return type === ValueType.hashTtlPreGaOrHash2 && family === "valkey";
}

/** The first `REDIS` RDB version whose readers know the type. */
function firstRdbWith(type: number): number {
  if (type <= ValueType.stream) return 0;
  if (type <= ValueType.stream2) return 10;
  if (type <= ValueType.stream3) return 11;
  if (type <= ValueType.hashListpackTtl) return 12;
  return 13;
}

export class DumpPayloads {
  readonly #format: RdbFormat;
  readonly #server: RestoreServer;
  readonly #acceptedRdb: number;
  /** What the footers say. */
  readonly footerVersion: number;
  readonly #crc = new Crc64();

  constructor(format: RdbFormat, server: RestoreServer) {
    this.#format = format;
    this.#server = server;
    this.#acceptedRdb = acceptedRdb(server);
    this.footerVersion = takesValkeyRdb(server) ? VALKEY_RDB : this.#acceptedRdb;
  }

  /** Whether RESTORE takes a type of this format, the snapshot's own unless given; of a module's value, whether it may be tried. */
  accepts(type: number, format: RdbFormat = this.#format): boolean {
    // Before 6.2 a server that lacks the module exits instead of refusing the payload.
    if (type === ValueType.module2) return this.#server.versionNumber >= 602;
    if (isValkeyHash(type, format)) return takesValkeyRdb(this.#server);
    return firstRdbWith(type) <= this.#acceptedRdb;
  }

  /** Whether RESTORE takes a payload with the footer of that format. */
  acceptsFooter({ family, version }: RdbFormat): boolean {
    return family === "valkey" ? takesValkeyRdb(this.#server) && version === VALKEY_RDB : version <= this.#acceptedRdb;
  }

  /** Whether RESTORE takes what modules attached to a key. */
  get acceptsMeta(): boolean {
    return this.#acceptedRdb >= FIRST_RDB_WITH_META;
  }

  /** Whether SET takes an expiry in absolute time. */
  get setsExpiry(): boolean {
    return this.#server.versionNumber >= 602;
  }

  /** What an error message may say about a refused RESTORE. */
  describe(type: number): string {
    const { family, version } = this.#format;
    const { product, version: serverVersion } = this.#server;
    return `RDB type ${describeType(type)} of ${family} RDB ${version} with footer ${this.footerVersion} for ${product} ${serverVersion}`;
  }

  /** Writes the footer for the `pieces` of a payload; FOOTER_BYTES. */
  writeFooter(pieces: readonly Buffer[], target: Buffer, at: number): void {
    target.writeUInt16LE(this.footerVersion, at);
    this.#crc.reset();
    for (const piece of pieces) this.#crc.update(piece);
    this.#crc.update(target.subarray(at, at + 2));
    this.#crc.writeLE(target, at + 2);
  }

  /** The same for a payload that lies in `target` from `from` on, right before its footer: small ones are many. */
  writeFooterBehind(target: Buffer, from: number, at: number): void {
    target.writeUInt16LE(this.footerVersion, at);
    this.#crc.reset();
    this.#crc.update(target.subarray(from, at + 2));
    this.#crc.writeLE(target, at + 2);
  }

  /** The footer of a payload whose CRC-64 is known; `crc` is used up. */
  footerOf(crc: Crc64): Buffer {
    const footer = Buffer.allocUnsafe(FOOTER_BYTES);
    footer.writeUInt16LE(this.footerVersion, 0);
    crc.update(footer.subarray(0, 2));
    crc.writeLE(footer, 2);
    return footer;
  }
}

/** A payload as DUMP made it, on a server that took it: what it says before the type (8.6, modules) reads as a type that is not known. */
export function readDumpPayload(
  payload: Buffer,
): { readonly type: number; readonly value: Buffer; readonly format: RdbFormat } | undefined {
  const end = payload.length - FOOTER_BYTES;
  if (end < 1) return undefined;
  const version = payload.readUInt16LE(end);
  return { type: payload[0]!, value: payload.subarray(1, end), format: { family: version >= VALKEY_RDB ? "valkey" : "redis", version } };
}

/** The whole payload of one entry whose value is held, as DUMP would answer it. */
export function dumpPayload(entry: RdbEntry, payloads: DumpPayloads): Buffer {
  const body = [...entry.meta, Buffer.of(entry.type), ...entry.value];
  const footer = Buffer.allocUnsafe(FOOTER_BYTES);
  payloads.writeFooter(body, footer, 0);
  return Buffer.concat([...body, footer]);
}
