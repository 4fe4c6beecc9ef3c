/** A string in pieces, whatever its length and encoding: of one that is large only a piece is in memory. */
import { LzfPieces } from "../bytes/lzf.ts";
import { GatewayError } from "../errors.ts";
import type { RdbReader } from "./reader.ts";
import { text } from "./value-span.ts";

/** Up to here a string is one piece. */
const PIECE_BYTES = 64 * 1024;

/** Yields at least one piece, and undefined when bytes are missing. Throws RDB_MALFORMED. */
export function* stringPieces(reader: RdbReader): Generator<Buffer | undefined, void, void> {
  let head = reader.stringHead();
  while (head === undefined) {
    yield;
    head = reader.stringHead();
  }
  if (head.storedBytes <= PIECE_BYTES && head.bytes <= PIECE_BYTES) return yield yield* text(reader);
  reader.skip(head.headBytes);
  const unpacked = head.isPacked ? new LzfPieces(head.bytes) : undefined;
  for (let left = head.storedBytes; left > 0; ) {
    const piece = reader.upTo(Math.min(left, PIECE_BYTES));
    if (piece === undefined) {
      yield;
      continue;
    }
    left -= piece.length;
    if (unpacked) yield* unpacked.push(piece);
    else yield piece;
  }
  if (unpacked && !unpacked.isDone) throw new GatewayError("RDB_MALFORMED", "an LZF string does not decode to its declared size");
}
