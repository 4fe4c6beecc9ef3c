/** The numbers of the RDB format. 22, 23 and 243 mean different things to Redis and Valkey: the magic decides. */

export const Opcode = {
  /** Redis 8.6: metadata that modules attach to the next key. Valkey 9: `SLOT_IMPORT`. */
  keyMetaOrSlotImport: 243,
  slotInfo: 244,
  function2: 245,
  functionPreGa: 246,
  moduleAux: 247,
  idle: 248,
  freq: 249,
  aux: 250,
  resizeDb: 251,
  expireMs: 252,
  expireSeconds: 253,
  selectDb: 254,
  end: 255,
} as const;

/** Opcodes grow downwards from 255, types upwards from 0. */
export const LOWEST_OPCODE = 240;

export const ValueType = {
  string: 0,
  list: 1,
  set: 2,
  zset: 3,
  hash: 4,
  zset2: 5,
  module1: 6,
  module2: 7,
  hashZipmap: 9,
  listZiplist: 10,
  setIntset: 11,
  zsetZiplist: 12,
  hashZiplist: 13,
  quicklist: 14,
  stream: 15,
  hashListpack: 16,
  zsetListpack: 17,
  quicklist2: 18,
  stream2: 19,
  setListpack: 20,
  stream3: 21,
  /** Redis 7.4 release candidates: hash with field TTLs. Valkey 9: `HASH_2`, also with field TTLs but laid out otherwise. */
  hashTtlPreGaOrHash2: 22,
  hashListpackTtlPreGa: 23,
  hashTtl: 24,
  hashListpackTtl: 25,
  stream4: 26,
} as const;

/** A larger number below the opcodes: what follows it is anybody's guess, its key included. */
export const LARGEST_TYPE = ValueType.stream4;

/** What follows a module's opcode inside its value. */
export const ModuleOpcode = { end: 0, sint: 1, uint: 2, float: 3, double: 4, string: 5 } as const;

const NAMES = new Map<number, string>(Object.entries(ValueType).map(([name, type]) => [type, name]));

/** `19 (stream2)`: for messages. */
export function describeType(type: number): string {
  return `${type} (${NAMES.get(type) ?? "unknown"})`;
}

const KINDS = ["string", "list", "set", "zset", "hash", "module", "stream"] as const;

/** What the value is and how it is written: 16 is a `hash` as `hashListpack`. The number decides; 22 is a hash in both families. */
export function encodingOf(type: number): { readonly type: string; readonly encoding: string } {
  const encoding = NAMES.get(type) ?? "unknown";
  const kind = encoding.startsWith("quicklist") ? "list" : KINDS.find((name) => encoding.startsWith(name));
  return { type: kind ?? "unknown", encoding };
}
