/** What a master says before its stream: the handshake's answers and the transfer of the RDB. */
import { expect } from "vitest";
import { BulkTransfer } from "../../../src/source/bulk-transfer.ts";
import { advance, parsePsyncReply, type Step } from "../../../src/source/handshake.ts";
import { fuzz, outcomeOf } from "../../support/fuzz.ts";
import { cutAnywhere, mutateBytes, mutateDecimal } from "../../support/mutate.ts";
import type { Random } from "../../support/random.ts";

const ID = "0123456789abcdef0123456789abcdef01234567";
const STEPS: readonly Step[] = ["auth", "ping", "listening-port", "capabilities", "version", "psync"];
const LINES = [
  "+OK",
  "+PONG",
  "-ERR no",
  "-LOADING x",
  "-NOAUTH y",
  `+FULLRESYNC ${ID} 1234`,
  `+CONTINUE ${ID}`,
  "+CONTINUE",
  "+FULLRESYNC",
];

function mutate(text: string, random: Random): Buffer {
  const bytes = Buffer.from(text, "latin1");
  return random.chance(0.5) ? mutateDecimal(bytes, random) : mutateBytes(bytes, random, Buffer.from(random.pick(LINES)));
}

fuzz("an answer in the handshake is a step forward or a typed error", (random) => {
  const line = mutate(random.pick(LINES), random).toString("latin1");
  const options = { credentials: { password: "pw" }, listeningPort: 1, resume: undefined };
  const codes = ["fine", "RESP_MALFORMED", "RECORD_MALFORMED", "SOURCE_REFUSED", "SOURCE_NOT_READY"];
  expect(codes).toContain(outcomeOf(() => advance(random.pick(STEPS), line, options)));
  expect(codes).toContain(outcomeOf(() => parsePsyncReply(line)));
});

function transfer(chunks: readonly Buffer[]): readonly [body: string, rest: string | undefined, outcome: string] {
  const body: Buffer[] = [];
  let rest: Buffer[] | undefined;
  const bulk = new BulkTransfer((bytes) => body.push(Buffer.from(bytes)));
  const outcome = outcomeOf(() => {
    for (const chunk of chunks) {
      if (rest !== undefined) {
        rest.push(chunk);
        continue;
      }
      const left = bulk.push(chunk);
      if (left !== undefined) rest = [Buffer.from(left)];
    }
  });
  // Before an error some of the body may have been handed out: how much depends on the cut alone.
  return [Buffer.concat(body).toString("latin1"), rest && Buffer.concat(rest).toString("latin1"), outcome];
}

fuzz("an RDB transfer is the same, or the same RESP_MALFORMED, however the bytes are cut", (random) => {
  const body = random.text(random.between(0, 200));
  const stream = "*1\r\n$4\r\nPING\r\n";
  const bytes = mutate(random.chance(0.5) ? `\n\n$${body.length}\r\n${body}${stream}` : `\n$EOF:${ID}\r\n${body}${ID}${stream}`, random);
  const [whole, cut] = [transfer([bytes]), transfer(cutAnywhere(bytes, random))];
  expect(["fine", "RESP_MALFORMED"]).toContain(whole[2]);
  expect(cut[2]).toBe(whole[2]);
  expect(cut[1]).toBe(whole[1]);
  if (whole[1] !== undefined) expect(cut[0]).toBe(whole[0]);
});
