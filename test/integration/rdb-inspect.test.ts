/** `causeway rdb inspect` on a file, a pipe and a live server; what is wrong with an RDB is said by number. */
import { spawnSync } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { runProgram } from "../../src/cli/program.ts";
import { captureTerminal } from "../support/capture-terminal.ts";
import { loadEveryType } from "../support/dataset.ts";
import { RedisServer } from "../support/redis-server.ts";
import { makeRdb, rdbString } from "../support/stored-snapshot.ts";
import { tempFolder } from "../support/temp-folder.ts";
import { FIXTURES } from "../unit/rdb/fixtures.ts";

const MAIN = fileURLToPath(new URL("../../dist/src/main.js", import.meta.url));

async function inspect(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const terminal = captureTerminal();
  const code = await runProgram(["rdb", "inspect", ...args], { run: async () => 0, env, terminal });
  return { code, out: terminal.out(), err: terminal.err() };
}

function fixture(name: string): string {
  return fileURLToPath(new URL(`../fixtures/rdb/${name}.rdb`, import.meta.url));
}

test.each(Object.keys(FIXTURES))("a file of %s, as a table", async (name) => {
  const { code, out, err } = await inspect([fixture(name)]);
  expect({ code, err }).toEqual({ code: 0, err: "" });
  expect(out).toMatch(/^(redis|valkey) RDB version \d+, [\d.]+ [kM]?B, checksum verified\n\d+ keys, \d+ with an expiry/);
  expect(out).toMatch(/^LARGEST KEYS +DB +TYPE +ENCODING +BYTES$/m);
});

test("a pipe, as JSON", () => {
  const pipe = `cat '${fixture("redis-8.6")}' | '${process.execPath}' '${MAIN}' rdb inspect - --json --top 3`;
  const { status, stdout, stderr } = spawnSync("sh", ["-c", pipe], { encoding: "utf8" });
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  const report = JSON.parse(stdout) as { readonly largest: readonly object[] };
  expect(report).toMatchObject({ format: { family: "redis", version: 13 }, checksum: "verified", aux: { "redis-bits": "64" } });
  expect(report.largest).toHaveLength(3);
});

test("BOUNDED: a large value costs no memory", () => {
  const MIB = 2 ** 20;
  // Not the most that getrusage has seen: that is the parent's until the program begins.
  const told = `data:text/javascript,import{readFileSync}from"fs";process.on("exit",()=>process.stderr.write(readFileSync("/proc/self/status")))`;
  const peakBytes = (valueBytes: number) => {
    const size = Buffer.alloc(4);
    size.writeUInt32BE(valueBytes);
    const input = makeRdb([0, rdbString("k"), 0x80, size, Buffer.alloc(valueBytes)]);
    const { status, stdout, stderr } = spawnSync(process.execPath, ["--import", told, MAIN, "rdb", "inspect", "-"], {
      encoding: "utf8",
      input,
    });
    expect({ status, stdout }).toEqual({ status: 0, stdout: expect.stringContaining("checksum verified\n1 keys") });
    return Number(/^VmHWM:\s+(\d+) kB$/m.exec(stderr)![1]) * 1024;
  };
  expect(peakBytes(96 * MIB) - peakBytes(MIB)).toBeLessThan(48 * MIB);
});

describe("a live server", () => {
  test.each(["yes", "no"])("diskless %s: all its keys, with a login from the environment", async (diskless) => {
    await using server = await RedisServer.start({ args: ["--repl-diskless-sync", diskless, "--requirepass", "swordfish"] });
    const client = server.client({ password: "swordfish" });
    const { keys } = await loadEveryType(client, { keys: 500 });
    const { code, out, err } = await inspect(["--from", server.url, "--json"], { REDIS_PASSWORD: "swordfish" });
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(JSON.parse(out)).toMatchObject({ keys, checksum: "verified", functions: { libraries: 1 } });
    expect(await client.dbsize()).toBeGreaterThan(0);
    expect((await inspect(["--from", server.url], { REDIS_PASSWORD: "wrong" })).code).toBe(3);
  });

  test("that is not there is exit code 4, and a password in the URL is refused without being repeated", async () => {
    expect((await inspect(["--from", "redis://127.0.0.1:1"])).code).toBe(4);
    const { code, err } = await inspect(["--from", "redis://:swordfish@127.0.0.1:1"]);
    expect(code).toBe(2);
    expect(err).not.toContain("swordfish");
  });
});

describe("what is wrong with an RDB is exit code 1 and named", () => {
  const whole = makeRdb([0, rdbString("k"), rdbString("v")]);
  const cases: readonly (readonly [string, Buffer, string, RegExp])[] = [
    ["an unknown type", makeRdb([99, rdbString("k")]), "RDB_UNSUPPORTED", /RDB type 99 \(unknown\) of redis RDB 13 is not known/],
    ["an unknown opcode", makeRdb([242]), "RDB_UNSUPPORTED", /RDB opcode 242 of redis RDB 13 is not known/],
    ["an unknown version", makeRdb([], "REDIS0014"), "RDB_UNSUPPORTED", /RDB version 14 of redis is not known/],
    ["a damaged byte", Buffer.from(whole).fill("w", 13, 14), "RDB_MALFORMED", /its checksum differs/],
    ["a cut", whole.subarray(0, 12), "RDB_MALFORMED", /it breaks off/],
    ["no RDB", Buffer.from("hello, world"), "RDB_MALFORMED", /neither REDIS nor VALKEY/],
  ];
  test.each(cases)("%s", async (_, bytes, code, message) => {
    await using folder = await tempFolder("inspect");
    const file = join(folder.path, "dump.rdb");
    await writeFile(file, bytes);
    const found = await inspect([file, "--json"]);
    expect(found.code).toBe(1);
    expect(found.err).toMatch(message);
    expect(JSON.parse(found.out)).toMatchObject({ error: { code } });
  });

  test("wrong usage is exit code 2", async () => {
    for (const args of [
      [],
      ["a", "--from", "redis://127.0.0.1:1"],
      ["/nowhere.rdb"],
      ["/"],
      ["a", "--top", "0"],
      ["a", "--from", "http://x"],
    ]) {
      expect(await inspect(args)).toMatchObject({ code: 2, out: "" });
    }
  });
});
