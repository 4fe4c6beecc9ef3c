/** The disk that keeps the dead letters is full: a refused command that cannot be kept stops the stream (NEVER_SILENT). */
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { DeadLetters } from "../../src/delivery/write/dead-letters.ts";
import { StreamId } from "../../src/stream/position.ts";
import { refusedCommand } from "../support/divergence.ts";
import { tempFolder } from "../support/temp-folder.ts";

const canMount = process.getuid?.() === 0 && process.platform === "linux";

test.runIf(canMount)("a letter that does not fit is refused, leaves no half line, and later ones are whole", async () => {
  await using folder = await tempFolder("dead-letters");
  const disk = join(folder.path, "disk");
  mkdirSync(disk);
  execFileSync("mount", ["-t", "tmpfs", "-o", "size=256k", "tmpfs", disk]);
  try {
    const path = join(disk, "letters.jsonl");
    const letters = new DeadLetters({ path, stream: StreamId.of("us-east", 0) });
    letters.write(refusedCommand(10), 0);
    const { bavail, bsize } = statfsSync(disk);
    writeFileSync(join(disk, "ballast"), Buffer.alloc((bavail - 1) * bsize));
    expect(() => letters.write(refusedCommand(60_000), 0)).toThrow(
      expect.objectContaining({ code: "TARGET_REJECTED", message: expect.stringContaining("ENOSPC") }),
    );
    rmSync(join(disk, "ballast"));
    letters.write(refusedCommand(20), 0);
    const lines = readFileSync(path, "utf8")
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as { bytes: string });
    expect(lines.map(({ bytes }) => Buffer.from(bytes, "base64").length)).toEqual([10, 20]);
  } finally {
    execFileSync("umount", [disk]);
  }
});
