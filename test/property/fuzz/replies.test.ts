/** A target's replies. */
import { expect } from "vitest";
import { ReplyScanner } from "../../../src/resp/reply-scanner.ts";
import { fuzz, outcomeOf } from "../../support/fuzz.ts";
import { cutAnywhere, mutateBytes, mutateDecimal } from "../../support/mutate.ts";
import type { Random } from "../../support/random.ts";

function reply(random: Random, depth = 0): string {
  switch (random.between(0, depth < 4 ? 6 : 4)) {
    case 0:
      return "+OK\r\n";
    case 1:
      return `-ERR ${random.text(random.between(0, 700)).replace(/[\r\n]/g, "")}\r\n`;
    case 2:
      return `:${random.between(-1000, 1000)}\r\n`;
    case 3: {
      const text = random.text(random.between(0, 200));
      return `$${Buffer.byteLength(text)}\r\n${text}\r\n`;
    }
    case 4:
      return random.pick(["$-1\r\n", "*-1\r\n", "*0\r\n", "$0\r\n\r\n"]);
    default: {
      const elements = random.between(1, 5);
      return `*${elements}\r\n${Array.from({ length: elements }, () => reply(random, depth + 1)).join("")}`;
    }
  }
}

function damaged(random: Random): Buffer {
  const make = () => Buffer.from(Array.from({ length: random.between(1, 6) }, () => reply(random)).join(""));
  let bytes: Buffer = make();
  for (let left = random.between(0, 3); left > 0; left--) {
    bytes = random.chance(0.6) ? mutateDecimal(bytes, random) : mutateBytes(bytes, random, make());
  }
  return random.chance(0.02) ? Buffer.from("*1\r\n".repeat(random.between(1, 100_000))) : bytes;
}

function scan(chunks: readonly Buffer[]): readonly string[] {
  const scanner = new ReplyScanner();
  const found: string[] = [];
  const outcome = outcomeOf(() => {
    for (const chunk of chunks) {
      scanner.feed(chunk);
      while (scanner.next()) found.push(`${scanner.depth} ${scanner.type} ${scanner.value} ${scanner.lineBytes} ${scanner.errorText}`);
    }
  });
  return [...found.map((line) => line.slice(0, 600)), outcome];
}

fuzz("a reply is the same, or the same RESP_MALFORMED, however the bytes are cut", (random) => {
  const bytes = damaged(random);
  const whole = scan([bytes]);
  expect(["fine", "RESP_MALFORMED"]).toContain(whole.at(-1));
  expect(scan(cutAnywhere(bytes, random))).toEqual(whole);
});
