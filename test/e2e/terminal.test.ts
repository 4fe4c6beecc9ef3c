/** The commands that watch, on a real terminal and on a pipe whose reader goes away. */
import { expect, test } from "vitest";
import { Child } from "../support/child.ts";
import { eventually } from "../support/eventually.ts";
import { cliPath } from "../support/gateway.ts";
import { Pair } from "../support/pair.ts";
import { canMakeTerminals, PseudoTerminal } from "../support/pseudo-terminal.ts";

/** The cursor is shown, the page that was there before is back, and nothing is drawn after it. */
const leftWith = (code: number) => `\u001b[?25h\u001b[?1049lexit ${code}\r\nmodes restored\r\n`;

const node = (pair: Pair, ...args: readonly string[]) => [process.execPath, cliPath(), ...args, "--config", pair.topology.path];

test("top draws, obeys its keys and sizes, and leaves the terminal as it was; a reader that goes away ends a command in peace", async ({
  annotate,
}) => {
  await using pair = await Pair.start();
  await pair.caughtUp();
  await Promise.all([
    canMakeTerminals() ? onTerminals(pair) : annotate("top was not tried: `script` of util-linux, which makes terminals, is not here"),
    onPipes(pair),
  ]);
});

async function onTerminals(pair: Pair): Promise<void> {
  const top = () => new PseudoTerminal(node(pair, "top"), pair.topology.env);
  const shown = (terminal: PseudoTerminal) =>
    eventually(() => expect(terminal.lines.join("\n")).toMatch(/2 of 2 regions answer[\s\S]*streaming/));
  const endsBy = async (signal: NodeJS.Signals, code: number) => {
    await using terminal = top();
    await shown(terminal);
    await terminal.signal(signal);
    await terminal.exited;
    expect(terminal.output.slice(-leftWith(code).length)).toBe(leftWith(code));
  };
  const obeys = async () => {
    await using terminal = top();
    await shown(terminal);
    await eventually(() => expect(terminal.lines).toHaveLength(24));
    expect(await terminal.modes()).toEqual(expect.arrayContaining(["-echo", "-icanon"]));

    await terminal.resize(40, 12);
    await eventually(() => {
      expect(terminal.lines).toHaveLength(12);
      expect(Math.max(...terminal.lines.map((line) => line.length))).toBe(40);
    });
    await terminal.resize(120, 30);
    await eventually(() => expect(terminal.lines).toHaveLength(30));

    terminal.type("s");
    await eventually(() => expect(terminal.lines.at(-1)).toContain("now: behind"));
    terminal.type(" ");
    await eventually(() => expect(terminal.lines[0]).toContain("PAUSED"));
    terminal.type("p");
    await eventually(() => expect(terminal.lines[0]).not.toContain("PAUSED"));

    terminal.type("q");
    await terminal.exited;
    expect(terminal.output.slice(-leftWith(0).length)).toBe(leftWith(0));
  };
  // By a key, and by what a person, a session that ends or a service manager sends.
  await Promise.all([obeys(), endsBy("SIGTERM", 143), endsBy("SIGINT", 130), endsBy("SIGHUP", 129)]);
}

/** Both on standard error: what the command says there, and how it ended. */
async function onPipes(pair: Pair): Promise<void> {
  const piped = async (reader: string, ...args: readonly string[]) => {
    const child = new Child("sh", ["-c", `{ "$@"; echo "exit $?" >&2; } | ${reader}`, "sh", ...node(pair, ...args)], {
      env: pair.topology.env,
    });
    await child.exited;
    return child.output;
  };
  // Gone before the first word, or after it.
  const silent = ["status --json", "events --follow"];
  expect(await Promise.all(silent.map((command) => piped("true", ...command.split(" "))))).toEqual(silent.map(() => "exit 0\n"));
  const watching = ["lag --watch", "top --json"];
  const outputs = await Promise.all(watching.map((command) => piped("head -1", ...command.split(" "))));
  for (const output of outputs) expect(output).toMatch(/^.+\nexit 0\n$/);
  // A complaint that nobody hears is still a complaint.
  const complaint = new Child("sh", ["-c", '{ "$@" 2>&1; echo "exit $?" >&2; } | true', "sh", ...node(pair, "lag", "--unknown")]);
  await complaint.exited;
  expect(complaint.output).toBe("exit 2\n");
}
