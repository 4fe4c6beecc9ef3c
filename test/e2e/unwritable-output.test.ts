/** Standard output that takes nothing: a gateway goes on without its log, a command says so in one sentence. */
import { describe, expect, test } from "vitest";
import { ExitCode } from "../../src/cli/exit-codes.ts";
import { Child } from "../support/child.ts";
import { eventually } from "../support/eventually.ts";
import { cliPath, statusOf } from "../support/gateway.ts";
import { Pair } from "../support/pair.ts";

/** bash, for what stands behind `redirection`; the process is node itself. */
function redirected(redirection: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): Child {
  return new Child("bash", ["-c", `exec "$@" ${redirection}`, "bash", process.execPath, cliPath(), ...args], { env });
}

test("a gateway whose log cannot be written replicates, counts the lines, answers and stops", async () => {
  await using pair = await Pair.create();
  const { path, env, ports } = pair.topology;
  const { master, target } = pair.clients();
  pair.spawn("eu-west");
  for (const [redirection, reason, complains] of [
    [">/dev/full", "no space left on device", true],
    ["> >(exit)", "broken pipe", true],
    [">/dev/full 2>&1", "no space left on device", false],
  ] as const) {
    const gateway = redirected(redirection, ["run", "--config", path, "--region", "us-east"], env);
    try {
      await master.set("key", redirection);
      await eventually(async () => expect([await target.get("key"), gateway.exit]).toEqual([redirection, undefined]), {
        timeoutMs: 30_000,
      });
      const { log, pid } = await statusOf(ports["us-east"]!.admin, [gateway]);
      expect(pid).toBe(gateway.pid);
      // The pair has not started this one.
      await expect(pair.status("us-east")).rejects.toThrow(/which is not ours/);
      expect(log).toEqual({ lostLines: expect.any(Number), failure: reason });
      const metrics = await (await fetch(`http://127.0.0.1:${ports["us-east"]!.admin}/metrics`)).text();
      expect(metrics).toMatch(/^causeway_log_lines_lost_total\{[^}]*\} [1-9]/m);
      expect(await gateway.terminate()).toEqual({ code: ExitCode.ok, signal: null });
      const sentence = `causeway: the log cannot be written: ${reason}; until it can, its lines are lost and counted, and everything else goes on\n`;
      expect(gateway.output).toBe(complains ? sentence : "");
    } finally {
      await gateway.kill9();
    }
  }
});

describe("a command", () => {
  const full = "causeway: the output cannot be written: no space left on device\n";

  test("on a full disk", async () => {
    const commands = ["version --json", "--help", "completion bash"];
    const ended = commands.map(async (command) => {
      const child = redirected(">/dev/full", command.split(" "));
      return [(await child.exited).code, child.output];
    });
    expect(await Promise.all(ended)).toEqual(commands.map(() => [ExitCode.io, full]));
  });

  test("whose complaints cannot be written either still ends by its code", async () => {
    const child = redirected(">/dev/full 2>&1", ["version"]);
    expect([(await child.exited).code, child.output]).toEqual([ExitCode.io, ""]);
  });

  test("that is given a folder for a file", async () => {
    const child = redirected("", ["rdb", "inspect", "/"]);
    expect([(await child.exited).code, child.output]).toEqual([ExitCode.usage, "causeway: / cannot be read: it is a directory\n"]);
  });
});
