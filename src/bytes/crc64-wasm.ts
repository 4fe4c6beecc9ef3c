/**
 * The inner loop of the CRC-64 as a WebAssembly module, put together here so that no toolchain is needed. Its memory holds the tables, the
 * state and the input; its one function takes where the input begins and ends. In the text format of WebAssembly, t_k being table k:
 *
 *   (func (export "run") (param $at i32) (param $end i32) (local $crc i64) (local $next i64)
 *     crc = state
 *     while (at + 16 <= end)  { crc ^= i64[at]; next = i64[at + 8]
 *                               crc = t_15[crc byte 0] ^ … ^ t_8[crc byte 7] ^ t_7[next byte 0] ^ … ^ t_0[next byte 7]; at += 16 }
 *     while (at < end)        { crc = t_0[(crc ^ i8[at]) & 255] ^ crc >> 8; at += 1 }
 *     state = crc)
 */

export const TABLES = 16;
const ENTRY_BYTES = 8;
const TABLE_BYTES = 256 * ENTRY_BYTES;
export const STATE_AT = TABLES * TABLE_BYTES;
export const INPUT_AT = STATE_AT + ENTRY_BYTES;
const PAGE_BYTES = 64 * 1024;
const PAGES = 2;
export const INPUT_BYTES = PAGES * PAGE_BYTES - INPUT_AT;

type Code = readonly number[];

// Parameters, then locals.
const AT = 0;
const END = 1;
const CRC = 2;
const NEXT = 3;

const I32 = 0x7f;
const I64 = 0x7e;
const NO_VALUE = 0x40;

const get = (local: number): Code => [0x20, local];
const set = (local: number): Code => [0x21, local];
const int = (value: number): Code => [0x41, ...signed(value)];
const long = (value: number): Code => [0x42, ...signed(value)];
const loadLong = (offset: number): Code => [0x29, 0, ...unsigned(offset)];
const storeLong = (offset: number): Code => [0x37, 0, ...unsigned(offset)];
const loadByteAsLong = (offset: number): Code => [0x31, 0, ...unsigned(offset)];
const ADD = 0x6a;
const AND = 0x71;
const SHIFT_LEFT = 0x74;
const IS_ABOVE = 0x4b;
const IS_AT_LEAST = 0x4f;
const XOR_LONG = 0x85;
const SHIFT_LONG_RIGHT = 0x88;
const TO_INT = 0xa7;
const RETURN_NOTHING = 0x0b;

/** `body` again and again until `condition` holds. */
const until = (condition: Code, body: Code): Code => [0x02, NO_VALUE, 0x03, NO_VALUE, ...condition, 0x0d, 1, ...body, 0x0c, 0, 0x0b, 0x0b];
const advance = (bytes: number): Code => [...get(AT), ...int(bytes), ADD, ...set(AT)];

/** The entry of `table` for byte `index` of a local. */
function lookup(table: number, local: number, index: number): Code {
  // The byte, times the size of an entry.
  const scaled =
    index === 0
      ? [...get(local), TO_INT, ...int(255), AND, ...int(3), SHIFT_LEFT]
      : [...get(local), ...long(8 * index - 3), SHIFT_LONG_RIGHT, TO_INT, ...int(255 * ENTRY_BYTES), AND];
  return [...scaled, ...loadLong(table * TABLE_BYTES)];
}

function sixteenBytes(): Code {
  const code = [...get(CRC), ...get(AT), ...loadLong(0), XOR_LONG, ...set(CRC), ...get(AT), ...loadLong(8), ...set(NEXT)];
  for (let index = 0; index < 8; index++) {
    code.push(...lookup(15 - index, CRC, index), ...lookup(7 - index, NEXT, index), XOR_LONG);
    if (index > 0) code.push(XOR_LONG);
  }
  return [...code, ...set(CRC), ...advance(16)];
}

function oneByte(): Code {
  const mixed = [...get(CRC), ...get(AT), ...loadByteAsLong(0), XOR_LONG, ...set(NEXT)];
  return [...mixed, ...lookup(0, NEXT, 0), ...get(CRC), ...long(8), SHIFT_LONG_RIGHT, XOR_LONG, ...set(CRC), ...advance(1)];
}

function functionBody(): Code {
  return [
    ...[1, 2, I64], // one kind of local: two of 64 bits
    ...[...int(0), ...loadLong(STATE_AT), ...set(CRC)],
    ...until([...get(AT), ...int(16), ADD, ...get(END), IS_ABOVE], sixteenBytes()),
    ...until([...get(AT), ...get(END), IS_AT_LEAST], oneByte()),
    ...[...int(0), ...get(CRC), ...storeLong(STATE_AT)],
    RETURN_NOTHING,
  ];
}

function assemble(): Uint8Array<ArrayBuffer> {
  const section = (id: number, content: Code): Code => [id, ...unsigned(content.length), ...content];
  const name = (text: string): Code => [text.length, ...Buffer.from(text)];
  const body = functionBody();
  return Uint8Array.of(
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0], // magic and version
    ...section(1, [1, 0x60, 2, I32, I32, 0]), // types: two ints and no result
    ...section(3, [1, 0]), // functions: one, of type 0
    ...section(5, [1, 0, PAGES]), // memories
    ...section(7, [2, ...name("memory"), 2, 0, ...name("run"), 0, 0]), // exports
    ...section(10, [1, ...unsigned(body.length), ...body]), // code
  );
}

/** The part of JavaScript's WebAssembly that is used here; neither the language's types nor Node's have it. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array<ArrayBuffer>) => object;
  readonly Instance: new (module: object) => { readonly exports: object };
};

type Crc64Module = {
  readonly memory: { readonly buffer: ArrayBuffer };
  /** Takes the input [at, end) into the state. */
  readonly run: (at: number, end: number) => void;
};

export function instantiateCrc64(): Crc64Module {
  return new WebAssembly.Instance(new WebAssembly.Module(assemble())).exports as Crc64Module;
}

/** LEB128, as all numbers of a module are. */
function unsigned(value: number): Code {
  return value < 128 ? [value] : [(value & 127) | 128, ...unsigned(value >>> 7)];
}

function signed(value: number): Code {
  return value < 64 ? [value] : [(value & 127) | 128, ...signed(value >>> 7)];
}
