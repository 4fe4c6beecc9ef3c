import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { DeadLetters } from "../../../src/delivery/write/dead-letters.ts";
import { StreamId } from "../../../src/stream/position.ts";
import { refusedCommand } from "../../support/divergence.ts";
import { tempFolder } from "../../support/temp-folder.ts";

test("BOUNDED, NEVER_SILENT: a letter beyond the file's limit is refused, by the command's name, and the file stays as it was", async () => {
  await using folder = await tempFolder("dead-letters");
  const path = join(folder.path, "letters.jsonl");
  const letters = new DeadLetters({ path, stream: StreamId.of("us-east"), maxBytes: 1_000 });
  letters.write(refusedCommand(100), 0);
  const before = readFileSync(path);
  expect(() => letters.write(refusedCommand(900), 0)).toThrow(
    expect.objectContaining({ code: "TARGET_REJECTED", message: expect.stringMatching(/INCR.*the file is full/) }),
  );
  expect(readFileSync(path)).toEqual(before);
  letters.write(refusedCommand(100), 0);
  expect(readFileSync(path, "utf8").trimEnd().split("\n")).toHaveLength(2);
});
