import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { DeadLetters } from "../../../src/delivery/write/dead-letters.ts";
import { HistoryId, Offset, Replid, StreamId } from "../../../src/stream/position.ts";
import { tempFolder } from "../../support/temp-folder.ts";

function letter(bytes: number) {
  const checkpoint = {
    ...{
      state: "streaming" as const,
      history: HistoryId.of("a".repeat(16)),
      offset: Offset.of(1),
      db: 0,
      replid: Replid.of("b".repeat(40)),
    },
    ...{ snapshotId: undefined, rdbOffset: 0, writer: "1".repeat(16), readAtMs: 0, guardMs: 0 },
  };
  return { checkpoint, index: 0, command: "INCR", error: "WRONGTYPE", bytes: Buffer.alloc(bytes, "x"), explanation: undefined };
}

test("BOUNDED, NEVER_SILENT: a letter beyond the file's limit is refused, by the command's name, and the file stays as it was", async () => {
  await using folder = await tempFolder("dead-letters");
  const path = join(folder.path, "letters.jsonl");
  const letters = new DeadLetters({ path, stream: StreamId.of("us-east"), maxBytes: 1_000 });
  letters.write(letter(100), 0);
  const before = readFileSync(path);
  expect(() => letters.write(letter(900), 0)).toThrow(
    expect.objectContaining({ code: "TARGET_REJECTED", message: expect.stringMatching(/INCR.*the file is full/) }),
  );
  expect(readFileSync(path)).toEqual(before);
  letters.write(letter(100), 0);
  expect(readFileSync(path, "utf8").trimEnd().split("\n")).toHaveLength(2);
});
