import { describe, expect, test } from "vitest";
import { exitCodeOf } from "../../../src/cli/exit-codes.ts";
import { type RunOptions, runProgram } from "../../../src/cli/program.ts";
import { ERROR_CODES, GatewayError } from "../../../src/errors.ts";
import { captureTerminal } from "../../support/capture-terminal.ts";

async function causeway(args: string, run: (options: RunOptions) => Promise<number> = async () => 0) {
  const terminal = captureTerminal();
  const code = await runProgram(args.split(" ").filter(Boolean), { run, env: {}, terminal });
  return { code, out: terminal.out(), err: terminal.err() };
}

describe("bad usage is exit code 2 and one sentence with a suggestion", () => {
  test.each([
    ["runn", "causeway: unknown command 'runn' (Did you mean run?); see causeway --help\n"],
    ["run --confg x", "causeway: unknown option '--confg' (Did you mean --config?); see causeway run --help\n"],
    ["run --config x", "causeway: option '-r, --region <name>' is missing; see causeway run --help\n"],
    ["status --config", "causeway: option '-c, --config <file>' argument missing; see causeway status --help\n"],
    ["run -c x -r a -r b", "causeway: option '--region' is given twice\n"],
    ["check --config= -r a", "causeway: option '--config' is empty\n"],
    ["alerts silence -c x -r a", "causeway: option '--for <duration>' is missing; see causeway alerts silence --help\n"],
    ["alerts listen --port http", "causeway: --port http: expected a port\n"],
    ["check -c x extra", "causeway: too many arguments for 'check'. Expected 0 arguments but got 1; see causeway check --help\n"],
  ])("%s", async (args, sentence) => {
    expect(await causeway(args)).toEqual({ code: 2, out: "", err: sentence });
  });

  test("no command shows the help", async () => {
    const { code, err } = await causeway("");
    expect(code).toBe(2);
    expect(err).toContain("Usage: causeway");
  });
});

test.each([
  "--help",
  "help run",
  "run --help",
  "check --help",
  "status --help",
  "rdb inspect --help",
  "top --help",
  "journal ls --help",
  "journal show --help",
  "completion --help",
  "version --help",
])("%s shows examples and exit codes", async (args) => {
  const { code, out } = await causeway(args);
  expect(code).toBe(0);
  expect(out).toMatch(/Usage: causeway[\s\S]*Examples:\n {2}\$ causeway [\s\S]*Exit codes:[\s\S]* 70 /);
});

test("run hands its options over and its exit code back", async () => {
  const seen: RunOptions[] = [];
  const { code } = await causeway("run -c t.yaml -r eu-west --adopt", async (options) => {
    seen.push(options);
    return 3;
  });
  expect(code).toBe(3);
  expect(seen).toEqual([{ config: "t.yaml", region: "eu-west", adopt: true }]);
});

test("a foreseen failure is its sentences, a bug its stack", async () => {
  const refused = await causeway("run -c t -r r", () => Promise.reject(new GatewayError("TARGET_NOT_EMPTY", "the target holds keys")));
  expect(refused).toEqual({ code: 3, out: "", err: "causeway: the target holds keys\n" });
  const bug = await causeway("run -c t -r r", () => Promise.reject(new TypeError("x is not a function")));
  expect(bug.code).toBe(70);
  expect(bug.err).toContain("program.test.ts");
  expect((await causeway("check -c /nowhere.yaml")).err).toBe("causeway: /nowhere.yaml cannot be read: there is no such file\n");
});

test("every error code has a documented exit code", () => {
  for (const code of ERROR_CODES) expect([2, 3, 4, 70, 74]).toContain(exitCodeOf(new GatewayError(code, "")));
  expect(exitCodeOf(new GatewayError("CONFIG_INVALID", ""))).toBe(2);
  expect(exitCodeOf(new Error())).toBe(70);
});

test("version, as text and as JSON", async () => {
  expect(await causeway("--version")).toEqual(await causeway("version"));
  expect((await causeway("version")).out).toMatch(/^causeway \d+\.\d+\.\d+ \(lz4 by lz4(-napi)?, zstd by [^ ]+, Node \d+/);
  expect(JSON.parse((await causeway("version --json")).out)).toMatchObject({ node: process.versions.node });
});
