/** What replicas, redis-cli and Sentinel hear from a feed before it feeds. */
import { expect, test } from "vitest";
import { Dialogue } from "../../../../src/delivery/feed/dialogue.ts";
import { Offset, Replid } from "../../../../src/stream/position.ts";

const REPLID = Replid.of("c".repeat(40));
const replica = {
  address: "10.0.0.2:6379",
  endpoint: undefined,
  version: "7.0.15",
  connectedAtMs: 0,
  state: "online",
  sent: Offset.of(500),
  acked: Offset.of(480),
  ackedAtMs: 7_000,
  snapshotBytes: 0,
} as const;
const facts = () => ({
  runId: "d".repeat(40),
  port: 6390,
  nowMs: 9_500,
  history: { replid: REPLID, start: Offset.of(100), boundary: Offset.of(500) },
  replicas: [replica],
});
const dialogue = (password?: string) => new Dialogue({ id: 7, facts, login: { username: "default", ...(password && { password }) } });
const said = (words: string, one = dialogue()) => {
  const answer = one.answer(words.split(" "));
  return "text" in answer ? answer.text : answer;
};

test("INFO and ROLE say what a master says", () => {
  const info = String(said("INFO replication"));
  expect(info).toContain("role:master\r\nconnected_slaves:1\r\nslave0:ip=10.0.0.2,port=6379,state=online,offset=480,lag=2\r\n");
  expect(info).toContain(`master_replid:${REPLID}\r\n`);
  expect(info).toContain("master_repl_offset:500\r\n");
  expect(info).toContain("repl_backlog_first_byte_offset:101\r\nrepl_backlog_histlen:400\r\n");
  expect(String(said("info"))).toContain(`run_id:${"d".repeat(40)}`);
  expect(said("ROLE")).toBe("*3\r\n$6\r\nmaster\r\n:500\r\n*1\r\n*3\r\n$8\r\n10.0.0.2\r\n$4\r\n6379\r\n$3\r\n480\r\n");
});

test.each([
  ["PING", "+PONG\r\n"],
  ["SELECT 0", "+OK\r\n"],
  ["CLIENT SETNAME me", "+OK\r\n"],
  ["CLIENT SETINFO lib-name x", "+OK\r\n"],
  ["CLIENT ID", ":7\r\n"],
  ["COMMAND DOCS", "*0\r\n"],
  ["REPLCONF capa eof capa psync2", "+OK\r\n"],
  ["QUIT", "+OK\r\n"],
])("%s is answered", (words, expected) => {
  expect(said(words)).toBe(expected);
});

test.each(["SET a b", "GET a", "SELECT 1", "CONFIG GET *", "SYNC", "HELLO 3", "REPLCONF rdb-only 1", "PSYNC ? -1 FAILOVER", "AUTH x"])(
  "%s is refused, and its arguments are not repeated",
  (words) => {
    const answer = dialogue().answer(words.split(" "));
    expect(answer).toMatchObject({ kind: "refusal", text: expect.stringMatching(/^-(ERR|NOPROTO) [^\r\n]+\r\n$/) });
  },
);

test("nothing but a login is heard before the login", () => {
  const one = dialogue("swordfish");
  expect(said("PSYNC ? -1", one)).toBe("-NOAUTH Authentication required.\r\n");
  expect(said("AUTH wrong", one)).toMatch(/^-WRONGPASS /);
  expect(said("AUTH other swordfish", one)).toMatch(/^-WRONGPASS /);
  expect(said("HELLO 2 AUTH default wrong", one)).toMatch(/^-WRONGPASS /);
  expect(said("INFO", one)).toMatch(/^-NOAUTH /);
  expect(said("AUTH default swordfish", one)).toBe("+OK\r\n");
  expect(said("PSYNC ? -1", one)).toEqual({ kind: "psync", asked: undefined });
});

test("PSYNC names the next byte; an acknowledgement and GETACK are not answered", () => {
  expect(said(`PSYNC ${REPLID.toUpperCase()} 481`)).toEqual({ kind: "psync", asked: { replid: REPLID, offset: 480n } });
  expect(said("PSYNC nonsense 481")).toEqual({ kind: "psync", asked: undefined });
  expect(said("REPLCONF ACK 480")).toEqual({ kind: "ack", offset: 480n });
  expect(said("REPLCONF GETACK *")).toEqual({ kind: "silence" });
});
