/**
 * What makes a unit conditional (APPLIED_ONCE, ONE_WRITER). On the wire:
 *
 *   WATCH key · EVAL guard · MULTI · EVAL witness · [SELECT db] · commands · [SELECT 0] · SET key new · EXEC
 *
 * WATCH and guard leave together with the EXEC of the unit before, the rest when there is something to commit; EXEC waits until the guard
 * has agreed, which it mostly did long before. A guard that the server refuses (-BUSY, -READONLY, …) touches nothing, so that EXEC must not
 * be sent on trust: the condition may end before MULTI arrives. Once it has agreed, WATCH stands for it, however long the unit takes to come.
 *
 * The guard compares the checkpoint with what this writer expects; if it differs, it touches the key without changing it, so that EXEC
 * answers nil. The witness compares once more, inside: it aborts the queue whenever the server refuses scripts (ACL, -BUSY, -LOADING), and
 * its answer proves afterwards that the unit committed on the checkpoint it was meant for. Units are chained by their expected values:
 * when one fails, those already written behind it fail too.
 */

/**
 * Both take the key and the expected value; "" means missing; a key of another type differs from everything. A missing key is touched by
 * creating and deleting it: the DEL before SET is a write that needs no memory, after which a script may write although maxmemory is reached.
 */
const GUARD =
  "local k,v=KEYS[1],redis.pcall('GET',KEYS[1]) if not v then v='' end if v==ARGV[1] then return 1 end " +
  "if redis.call('EXISTS',k)==0 then redis.call('DEL',k) redis.call('SET',k,'') redis.call('DEL',k) return 0 end " +
  "local t=redis.call('PTTL',k) if t<0 then redis.call('PEXPIREAT',k,'9000000000000') redis.call('PERSIST',k) " +
  "else redis.call('PEXPIRE',k,t) end return 0";
const WITNESS = "return (redis.pcall('GET',KEYS[1]) or '')==ARGV[1] and 1 or 0";

/** ASCII RESP, to be written as latin1. */
export function encodeWords(...words: readonly string[]): string {
  let text = `*${words.length}\r\n`;
  for (const word of words) text += `$${word.length}\r\n${word}\r\n`;
  return text;
}

export type Guard = {
  /** WATCH and guard. Their replies: +OK, :1 or :0. */
  arm(expected: string): string;
  /** MULTI and witness. Their replies: +OK, +QUEUED. */
  begin(expected: string): string;
  /** SET; the transaction must be in database 0. Its reply: +QUEUED. */
  close(next: string): string;
  /** Its reply: the array. */
  readonly exec: string;
};

/** `key` is ASCII. */
export function guardOf(key: string): Guard {
  const watch = encodeWords("WATCH", key) + withoutLast(encodeWords("EVAL", GUARD, "1", key, ""));
  const multi = encodeWords("MULTI") + withoutLast(encodeWords("EVAL", WITNESS, "1", key, ""));
  const lastWord = (word: string) => `$${word.length}\r\n${word}\r\n`;
  return {
    arm: (expected) => watch + lastWord(expected),
    begin: (expected) => multi + lastWord(expected),
    close: (next) => encodeWords("SET", key, next),
    exec: encodeWords("EXEC"),
  };
}

/** A command whose last word is empty, without that word. */
function withoutLast(command: string): string {
  return command.slice(0, -"$0\r\n\r\n".length);
}

/** A transaction that must answer nil whatever the checkpoint says: its replies are +OK, :0, +OK, *-1. */
export function guardProof(key: string): string {
  return (
    encodeWords("WATCH", key) + encodeWords("EVAL", GUARD, "1", key, "no checkpoint says this") + encodeWords("MULTI") + encodeWords("EXEC")
  );
}
