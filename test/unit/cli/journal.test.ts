/** `causeway journal` beside a journal that is open, and over one that is damaged: it reads what is whole and touches nothing. */
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { listJournal, type ShowOptions, showJournal } from "../../../src/cli/journal.ts";
import { encodeCommand } from "../../../src/resp/encode.ts";
import { Offset } from "../../../src/stream/position.ts";
import { encodeRecord } from "../../../src/stream/record.ts";
import { captureTerminal } from "../../support/capture-terminal.ts";
import { eventually } from "../../support/eventually.ts";
import { HISTORY, openJournal, REPLID, START, startCurrent } from "../../support/journal-kit.ts";
import { tempFolder } from "../../support/temp-folder.ts";

const READ_AT = Date.UTC(2026, 0, 31, 12);

/** `INCR key:0` … in records of two, the second half of a pair's bytes in an OPEN one; segments of about five records. */
async function writeJournal(folder: string) {
  await mkdir(join(folder, "us-east-0"));
  const journal = await openJournal(join(folder, "us-east-0"), { segmentBytes: 600 });
  const history = await startCurrent(journal);
  let from = START;
  for (let nth = 0; nth < 20; nth++) {
    const pair = Buffer.concat([encodeCommand("INCR", `key:${2 * nth}`), encodeCommand("SET", `key:${2 * nth + 1}`, "secret")]);
    for (const [payload, open] of [
      [pair.subarray(0, 20), true],
      [pair.subarray(20), false],
    ] as const) {
      const to = Offset.plus(from, payload.length);
      history.append(
        encodeRecord({ from, to, replid: REPLID, db: 0, dbAfter: 0, commands: 1, readAtMs: READ_AT + nth * 1000, open }, payload),
      );
      from = to;
    }
  }
  await eventually(() => journal.progress?.durable?.offset === from);
  return { journal, end: from };
}

const ls = async (folder: string, json = false) => {
  const terminal = captureTerminal();
  const code = await listJournal({ data: folder, json }, {}, terminal);
  return { code, out: terminal.out() };
};
const show = async (folder: string, options: ShowOptions) => {
  const terminal = captureTerminal();
  const code = await showJournal({ data: folder, ...options }, {}, terminal);
  return { code, lines: terminal.out().split("\n").filter(Boolean), err: terminal.err() };
};

test("beside an open journal: what is stored, and its commands from an offset or a time on", async () => {
  await using folder = await tempFolder("journal-ls");
  const { journal, end } = await writeJournal(folder.path);
  const { code, out } = await ls(folder.path);
  expect([code, out]).toEqual([0, expect.stringMatching(/^us-east\/0\n {2}HISTORY {2,}WHAT/)]);
  const [{ segments, snapshots, history }] = JSON.parse((await ls(folder.path, true)).out).histories;
  expect([history, snapshots[0].state, snapshots[0].offset]).toEqual([HISTORY, "whole", "1000"]);
  expect(segments.length).toBeGreaterThan(3);
  expect([segments[0].from, segments.at(-1).to, segments[0].firstReadAt]).toEqual(["1000", `${end}`, "2026-01-31T12:00:00.000Z"]);
  expect(segments.slice(1).map(({ from }: { from: string }) => from)).toEqual(segments.slice(0, -1).map(({ to }: { to: string }) => to));

  const all = await show(folder.path, { limit: "100" });
  expect(all).toMatchObject({ code: 0, err: "" });
  expect(all.lines).toHaveLength(40);
  expect(all.lines[1]).toMatch(/^ +1025 {2}2026-01-31 12:00:00.000Z {2}db0 {2}SET "key:1" <6 bytes>$/);
  expect(all.lines.join("")).not.toContain("secret");
  const some = await show(folder.path, { from: "2026-01-31T12:00:19Z", limit: "1", values: true, json: true });
  expect(JSON.parse(some.lines[0]!)).toMatchObject({ name: "INCR", words: ["key:38"], readAt: "2026-01-31T12:00:19.000Z" });
  const from = /--from (\d+) goes on/.exec(some.err)![1]!;
  expect((await show(folder.path, { from, values: true })).lines[0]).toContain('SET "key:39" "secret"');
  await journal.close();
});

test("a record that is being written is no damage; a damaged one ends it with exit code 1; nothing is changed", async () => {
  await using folder = await tempFolder("journal-damage");
  const { journal } = await writeJournal(folder.path);
  await journal.close();
  const [history] = await readdir(join(folder.path, "us-east-0"));
  const place = join(folder.path, "us-east-0", history!);
  const last = join(
    place,
    (await readdir(place))
      .filter((name) => name.endsWith(".seg"))
      .sort()
      .at(-1)!,
  );
  const whole = await readFile(last);

  await writeFile(last, whole.subarray(0, -3));
  expect(await show(folder.path, { limit: "100" })).toMatchObject({ code: 0, lines: { length: 38 } });
  expect((await ls(folder.path)).code).toBe(0);

  const damaged = Buffer.from(whole);
  damaged[damaged.length - 1]! ^= 1;
  await writeFile(last, damaged);
  expect(await show(folder.path, { limit: "100" })).toMatchObject({
    code: 1,
    lines: { length: 38 },
    err: expect.stringContaining("checksum"),
  });
  expect(await ls(folder.path)).toMatchObject({ code: 1, out: expect.stringContaining("checksum") });
  expect(await readFile(last)).toEqual(damaged);
});

test.each([
  [{ data: "/nowhere" }, "/nowhere cannot be read (ENOENT)"],
  [{}, "say whose journal: --config and --region, or --data with the folder"],
  [{ from: "yesterday" }, "--from yesterday is neither an offset nor a time like 2026-01-31T12:00:00Z"],
  [{ limit: "0" }, "--limit 0 is not a whole number above 0"],
  [{ stream: "us-eats/0" }, "stream us-eats/0 is not stored here (known: us-east/0), did you mean us-east/0?"],
  [{ history: "ff" }, "no history begins with ff"],
] as const)("%j", async (options, sentence) => {
  await using folder = await tempFolder("journal-usage");
  const { journal } = await writeJournal(folder.path);
  await journal.close();
  const data = Object.keys(options).length === 0 || "data" in options ? {} : { data: folder.path };
  await expect(showJournal({ ...data, ...options }, {}, captureTerminal())).rejects.toMatchObject({
    code: "CONFIG_INVALID",
    message: sentence,
  });
});
