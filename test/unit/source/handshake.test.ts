import { describe, expect, test } from "vitest";
import type { GatewayError } from "../../../src/errors.ts";
import { advance, begin, type HandshakeOptions, parsePsyncReply, type Step } from "../../../src/source/handshake.ts";
import { Offset, Replid } from "../../../src/stream/position.ts";

const ID = "0123456789abcdef0123456789abcdef01234567";
const fresh: HandshakeOptions = { credentials: {}, listeningPort: 7400, resume: undefined };
const resuming: HandshakeOptions = {
  credentials: { username: "rep", password: "pw" },
  listeningPort: 7400,
  resume: { replid: Replid.of(ID), offset: Offset.of(41) },
};

function conversation(options: HandshakeOptions, replies: readonly string[]): readonly (readonly string[])[] {
  const first = begin(options);
  const sent = [first.send];
  let step: Step = first.next;
  for (const reply of replies) {
    const transition = advance(step, reply, options);
    if ("done" in transition) return sent;
    sent.push(transition.send);
    step = transition.next;
  }
  return sent;
}

function codeOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    return (error as GatewayError).code;
  }
  return "nothing thrown";
}

test("a first attach asks for everything, one command at a time", () => {
  expect(conversation(fresh, ["+PONG", "+OK", "+OK", "-ERR Unrecognized REPLCONF option: version"])).toEqual([
    ["PING"],
    ["REPLCONF", "listening-port", "7400"],
    ["REPLCONF", "capa", "eof", "capa", "psync2"],
    ["REPLCONF", "version", "9.0.0"],
    ["PSYNC", "?", "-1"],
  ]);
});

test("a resume logs in and asks for the byte after the last one stored", () => {
  const sent = conversation(resuming, ["+OK", "+PONG", "+OK", "+OK", "+OK"]);
  expect(sent[0]).toEqual(["AUTH", "rep", "pw"]);
  expect(sent.at(-1)).toEqual(["PSYNC", ID, "42"]);
});

describe("the answer to PSYNC", () => {
  test("is judged by its word", () => {
    expect(parsePsyncReply(`+FULLRESYNC ${ID} 123`)).toEqual({ kind: "full", replid: ID, offset: 123n });
    expect(parsePsyncReply("+CONTINUE")).toEqual({ kind: "continue", replid: undefined });
    expect(parsePsyncReply(`+CONTINUE ${ID.toUpperCase()}`)).toEqual({ kind: "continue", replid: ID });
  });

  test.each(["-NOMASTERLINK Can't SYNC while not connected with my master", "-LOADING x", "-MASTERDOWN x", "-BUSY x"])(
    "%s: later",
    (line) => {
      expect(codeOf(() => parsePsyncReply(line))).toBe("SOURCE_NOT_READY");
    },
  );

  test.each(["-NOPERM no", "-ERR unknown command 'PSYNC'", "-NOAUTH Authentication required."])("%s: a person is needed", (line) => {
    expect(codeOf(() => parsePsyncReply(line))).toBe("SOURCE_REFUSED");
  });

  test.each(["+OK", "$5", "+FULLRESYNC abc 1", "+FULLRESYNC", `+FULLRESYNC ${ID} -1`, ""])("%j: malformed", (line) => {
    expect(codeOf(() => parsePsyncReply(line))).toBe("RESP_MALFORMED");
  });
});

test("a refused login says so and repeats nothing that was sent", () => {
  expect(codeOf(() => advance("auth", "-WRONGPASS invalid username-password pair", resuming))).toBe("SOURCE_REFUSED");
  expect(() => advance("auth", "-WRONGPASS hunter2", resuming)).not.toThrow(/hunter2/);
});
