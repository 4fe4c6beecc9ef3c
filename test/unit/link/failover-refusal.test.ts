import { expect, test } from "vitest";
import { FailoverRefusal } from "../../../src/link/connection/failover-refusal.ts";

const command = (...words: string[]) => `*${words.length}\r\n${words.map((word) => `$${word.length}\r\n${word}\r\n`).join("")}`;
const HANDSHAKE = [
  command("PING"),
  command("AUTH", "user", "secret"),
  command("REPLCONF", "listening-port", "6379"),
  command("REPLCONF", "capa", "eof", "capa", "psync2"),
  command("PSYNC", "a".repeat(40), "1", "FAILOVER"),
].join("");

test("a master's handshake is agreed to until its PSYNC is refused, wherever its bytes are split", () => {
  for (let at = 1; at < HANDSHAKE.length; at++) {
    const refusal = new FailoverRefusal();
    const first = refusal.push(Buffer.from(HANDSHAKE.slice(0, at)));
    const second = first.over ? { answer: "", over: true } : refusal.push(Buffer.from(HANDSHAKE.slice(at)));
    const lines = (first.answer + second.answer).split("\r\n");
    expect([lines.slice(0, 4), lines.length, second.over]).toEqual([["+OK", "+OK", "+OK", "+OK"], 6, true]);
    expect(lines[4]).toMatch(/^-ERR .*cannot become a master/);
  }
});

test("BOUNDED: who says much and never PSYNC is let go", () => {
  const refusal = new FailoverRefusal();
  expect(refusal.push(Buffer.alloc(4_000, "*")).over).toBe(false);
  expect(refusal.push(Buffer.alloc(100, "*")).over).toBe(true);
});
