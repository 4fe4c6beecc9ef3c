/**
 * What a master hears that was told to FAILOVER and picked us, the replica that is always caught up. It has paused its writes and
 * takes back its decision only when its PSYNC is refused in its own protocol; until then it asks again for ever
 * (redis src/replication.c, syncWithMaster). Pure.
 */
const COMMAND = /\*\d+\r\n\$\d+\r\n(\w+)\r\n/g;
const REFUSAL = "-ERR this is a Causeway gateway: it cannot become a master, name another replica by FAILOVER TO\r\n";
/** Of a handshake, passwords included. */
const MAX_BYTES = 4096;

export class FailoverRefusal {
  #heard = "";
  #at = 0;

  /** What to answer; `over` after the refusal, or when this is no master's handshake. */
  push(chunk: Buffer): { readonly answer: string; readonly over: boolean } {
    this.#heard += chunk.toString("latin1");
    let answer = "";
    COMMAND.lastIndex = this.#at;
    for (let match = COMMAND.exec(this.#heard); match !== null; match = COMMAND.exec(this.#heard)) {
      this.#at = COMMAND.lastIndex;
      if (/^P?SYNC$/i.test(match[1] ?? "")) return { answer: answer + REFUSAL, over: true };
      answer += "+OK\r\n";
    }
    return { answer, over: this.#heard.length > MAX_BYTES };
  }
}
