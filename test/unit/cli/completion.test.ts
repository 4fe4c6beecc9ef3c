import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import { completionScript, SHELLS } from "../../../src/cli/completion.ts";
import { buildProgram } from "../../../src/cli/program.ts";
import { captureTerminal } from "../../support/capture-terminal.ts";

const program = buildProgram({ run: async () => 0, env: {}, terminal: captureTerminal() }, () => undefined);

test.each(SHELLS)("the script for %s knows every command and option", (shell) => {
  const script = completionScript(program, shell);
  const commands = [program, ...program.commands, ...program.commands.flatMap((command) => command.commands)];
  for (const command of commands) {
    expect(script).toContain(command.name());
    for (const { long } of command.options) expect(script).toContain(shell === "fish" ? `-l ${long!.slice(2)}` : long!);
  }
});

test("bash completes with it", () => {
  const complete = (...words: readonly string[]) => {
    const quoted = words.map((word) => `'${word}'`).join(" ");
    const run = `${completionScript(program, "bash")}\nCOMP_WORDS=(${quoted}); COMP_CWORD=${words.length - 1}; _causeway; echo "\${COMPREPLY[*]}"`;
    const { stdout, stderr } = spawnSync("bash", ["-c", run], { encoding: "utf8" });
    return (stdout + stderr).trim();
  };
  expect(complete("causeway", "jo")).toBe("journal");
  expect(complete("causeway", "journal", "")).toContain("ls show");
  expect(complete("causeway", "journal", "show", "--val")).toBe("--values");
  expect(complete("causeway", "status", "-c", "topology.yaml", "--js")).toBe("--json");
  expect(complete("causeway", "status", "--config", "")).toBe("");
});
