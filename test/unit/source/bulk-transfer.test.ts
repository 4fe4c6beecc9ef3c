import { expect, test } from "vitest";
import { GatewayError } from "../../../src/errors.ts";
import { BulkTransfer } from "../../../src/source/bulk-transfer.ts";
import { forEverySplit } from "../../support/splits.ts";

const MARK = "0123456789abcdef0123456789abcdef01234567";

function transfer(chunks: readonly Buffer[]): { readonly body: string; readonly rest: string | undefined } {
  const body: Buffer[] = [];
  const rest: Buffer[] = [];
  let done = false;
  const transfer = new BulkTransfer((bytes) => body.push(Buffer.from(bytes)));
  for (const chunk of chunks) {
    const left = done ? chunk : transfer.push(chunk);
    if (left === undefined) continue;
    done = true;
    rest.push(left);
  }
  return { body: Buffer.concat(body).toString("latin1"), rest: done ? Buffer.concat(rest).toString("latin1") : undefined };
}

// The body holds beginnings of the mark, line ends and dollars: none of them ends it.
const BODY = `REDIS0010 0123456\r\n$3\r\n${MARK.slice(0, 39)}x${MARK.slice(0, 20)}`;
const REST = "*1\r\n$4\r\nping\r\n";

test.each([
  ["diskless", `\n\n$EOF:${MARK}\r\n${BODY}${MARK}${REST}`],
  ["from disk", `\n$${BODY.length}\r\n${BODY}${REST}`],
])("%s: body and stream are told apart at every way of cutting the bytes", (_, text) => {
  forEverySplit(Buffer.from(text, "latin1"), (chunks) => {
    expect(transfer(chunks)).toEqual({ body: BODY, rest: REST });
  });
});

test("an empty transfer from disk ends at once", () => {
  expect(transfer([Buffer.from("$0\r\n")])).toEqual({ body: "", rest: "" });
});

test("a cut transfer is not over", () => {
  expect(transfer([Buffer.from(`$EOF:${MARK}\r\n${BODY}${MARK.slice(0, 39)}`)]).rest).toBeUndefined();
});

test.each(["-ERR no\r\n", "$-1\r\n", "$EOF:short\r\n", "+OK\r\n", `$${"1".repeat(80)}`])("%j is refused", (text) => {
  expect(() => transfer([Buffer.from(text)])).toThrow(GatewayError);
});
