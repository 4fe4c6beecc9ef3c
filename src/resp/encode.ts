/** Writes commands as RESP arrays of bulk strings. */

const CRLF = Buffer.from("\r\n");

/** Numbers are written in decimal, text as UTF-8. */
export type Word = string | number | bigint | Buffer;

/** One command; words are binary-safe. */
export function encodeCommand(...words: readonly Word[]): Buffer {
  const parts: Buffer[] = [encodeWordCount(words.length)];
  for (const word of words) parts.push(...encodeWord(word));
  return Buffer.concat(parts);
}

/** What a command of `words` words begins with. */
export function encodeWordCount(words: number): Buffer {
  return Buffer.from(`*${words}\r\n`);
}

/** One word of a command, in pieces. */
export function encodeWord(word: Word): readonly Buffer[] {
  if (Buffer.isBuffer(word)) return [Buffer.from(`$${word.length}\r\n`), word, CRLF];
  const text = String(word);
  return [Buffer.from(`$${Buffer.byteLength(text)}\r\n${text}\r\n`)];
}
