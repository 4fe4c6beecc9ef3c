/** A log whose file or reader takes nothing for a while: lines are lost, counted and told; what comes later is whole. */
import { execFileSync } from "node:child_process";
import { closeSync, constants, openSync, readSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { LogOutput } from "../../src/runtime/log-output.ts";
import { eventually } from "../support/eventually.ts";
import { tempFolder } from "../support/temp-folder.ts";

const { O_RDONLY, O_WRONLY, O_NONBLOCK } = constants;

class Kept {
  nowMs = 0;
  readonly complaints: string[] = [];
  readonly resumed: number[] = [];

  output(fd: number): LogOutput {
    return new LogOutput({
      fd,
      clock: { nowMs: () => this.nowMs },
      complain: (sentence) => this.complaints.push(sentence),
      onResumed: (lost) => this.resumed.push(lost),
    });
  }
}

/** A pipe whose reader may go away and come back. */
async function namedPipe(): Promise<AsyncDisposable & { readonly writer: number; read(): string; leave(): void; come(): void }> {
  const folder = await tempFolder("pipe");
  const path = join(folder.path, "pipe");
  execFileSync("mkfifo", [path]);
  const open = () => openSync(path, O_RDONLY | O_NONBLOCK);
  let reader: number | undefined = open();
  const writer = openSync(path, O_WRONLY | O_NONBLOCK);
  const room = Buffer.alloc(1024 * 1024);
  return {
    writer,
    read() {
      try {
        return room.toString("latin1", 0, readSync(reader!, room));
      } catch {
        return "";
      }
    },
    leave() {
      closeSync(reader!);
      reader = undefined;
    },
    come: () => {
      reader = open();
    },
    async [Symbol.asyncDispose]() {
      if (reader !== undefined) closeSync(reader);
      closeSync(writer);
      await folder[Symbol.asyncDispose]();
    },
  };
}

test("a full disk: every line is lost and counted, one sentence is said a minute, and the exit is not held up", async () => {
  const kept = new Kept();
  const fd = openSync("/dev/full", "w");
  const output = kept.output(fd);
  for (let line = 1; line <= 3; line += 1) {
    output.write("{}\n");
    await eventually(() => expect(output.stats).toEqual({ lostLines: line, failure: "no space left on device" }));
  }
  // Those that wait for the first are lost together, each counted; they do not begin to be lost, however long it lasts.
  kept.nowMs = 120_000;
  for (const line of ["first\n", "second\n", "third\n"]) output.write(line);
  await eventually(() => expect(output.stats.lostLines).toBe(6));
  expect(kept.complaints).toEqual([expect.stringMatching(/^the log cannot be written: no space left on device/)]);
  output.write("first\n");
  output.write("waits behind it\n");
  output.flush();
  await eventually(() => expect(output.stats.lostLines).toBe(7));
  closeSync(fd);
});

test("a reader that goes and comes back: what was lost is told once, and a line that was cut does not spoil the next", async () => {
  await using pipe = await namedPipe();
  const kept = new Kept();
  const output = kept.output(pipe.writer);
  // More than the pipe holds: its first part is taken, the rest waits.
  output.write(`${"x".repeat(1_000_000)}\n`);
  await eventually(() => expect(pipe.read()).toMatch(/^x+$/));
  pipe.leave();
  await eventually(() => expect(output.stats).toEqual({ lostLines: 1, failure: "broken pipe" }));
  output.write("lost, too\n");
  await eventually(() => expect(output.stats.lostLines).toBe(2));
  pipe.come();
  output.write("whole\n");
  let read = "";
  await eventually(() => {
    read += pipe.read();
    expect(read.split("\n").slice(1)).toEqual(["whole", ""]);
  });
  await eventually(() => expect([kept.resumed, output.stats]).toEqual([[2], { lostLines: 2 }]));

  // Again at once: counted, and not complained about a second time within the minute.
  pipe.leave();
  output.write("lost\n");
  await eventually(() => expect(output.stats.lostLines).toBe(3));
  expect(kept.complaints).toHaveLength(1);
  pipe.come();
  output.write("whole\n");
  await eventually(() => expect(kept.resumed).toEqual([2, 1]));
  kept.nowMs = 61_000;
  pipe.leave();
  output.write("lost\n");
  await eventually(() => expect(kept.complaints).toHaveLength(2));
});

test("the exit: what waits is written at once", async () => {
  await using pipe = await namedPipe();
  const output = new Kept().output(pipe.writer);
  output.write("under way\n");
  output.write("waits\n");
  output.flush();
  expect(pipe.read()).toContain("waits\n");
});

test("a reader that does not read: a bounded part waits for it, in order, and the exit does not", async () => {
  await using pipe = await namedPipe();
  const kept = new Kept();
  const output = kept.output(pipe.writer);
  const line = (index: number) => `${String(index).padStart(6, "0")}${"x".repeat(993)}\n`;
  for (let index = 0; index < 3_000; index += 1) output.write(line(index));
  expect(output.stats).toEqual({ lostLines: expect.any(Number), failure: "its reader does not take it" });
  expect(output.stats.lostLines).toBeGreaterThan(1_500);
  let read = "";
  await eventually(() => {
    read += pipe.read();
    expect(kept.resumed).toEqual([output.stats.lostLines]);
  });
  read += pipe.read();
  const lines = read.split("\n").slice(0, -1);
  expect(lines).toEqual(lines.map((_, index) => line(index).trimEnd()));
  expect(lines).toHaveLength(3_000 - output.stats.lostLines);

  for (let index = 0; index < 200; index += 1) output.write(line(index));
  output.flush();
});
