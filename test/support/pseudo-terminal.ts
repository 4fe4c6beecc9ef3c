/** A command on a terminal of its own, which `script` of util-linux makes (essential in Debian): typed into, resized, and looked at. */
import { execFileSync } from "node:child_process";
import { stripVTControlCharacters } from "node:util";
import { Child, type Exit } from "./child.ts";
import { eventually } from "./eventually.ts";

/** Says where it is, runs the command, then says how that ended and whether the terminal's modes are what they were. */
const SHELL_SCRIPT = `
stty echo icanon isig rows 24 cols 100
modes=$(stty -g)
echo "terminal $(tty)"
sh -c 'echo "process $$"; eval "exec $COMMAND"'
echo "exit $?"
if [ "$(stty -g)" = "$modes" ]; then echo "modes restored"; else echo "modes left: $(stty -a)"; fi
`;

export function canMakeTerminals(): boolean {
  try {
    return execFileSync("script", ["--version"], { encoding: "utf8" }).includes("util-linux");
  } catch {
    return false;
  }
}

export class PseudoTerminal implements AsyncDisposable {
  readonly #child: Child;

  /** 100 columns and 24 rows. */
  constructor(command: readonly string[], env: Readonly<Record<string, string>> = {}) {
    const quoted = command.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(" ");
    this.#child = new Child("script", ["--quiet", "--flush", "--command", SHELL_SCRIPT, "/dev/null"], {
      env: { ...env, SHELL: "/bin/sh", TERM: "xterm", COMMAND: quoted },
      input: true,
    });
  }

  get output(): string {
    return this.#child.output;
  }

  get exited(): Promise<Exit> {
    return this.#child.exited;
  }

  /** What is drawn now: every frame begins in the upper left corner. The terminal itself makes \r\n of \n, also after a \r. */
  get lines(): readonly string[] {
    return stripVTControlCharacters(this.output.split("\u001b[H").at(-1)!).split(/\r+\n/);
  }

  type(keys: string): void {
    this.#child.type(keys);
  }

  async resize(columns: number, rows: number): Promise<void> {
    execFileSync("stty", ["-F", await this.#said("terminal"), "cols", `${columns}`, "rows", `${rows}`]);
  }

  /** The flags as stty prints them: "-echo" is off. */
  async modes(): Promise<readonly string[]> {
    return execFileSync("stty", ["-F", await this.#said("terminal"), "-a"], { encoding: "utf8" }).split(/[\s;]+/);
  }

  async signal(name: NodeJS.Signals): Promise<void> {
    process.kill(Number(await this.#said("process")), name);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#child.kill9();
  }

  async #said(word: string): Promise<string> {
    return eventually(() => {
      const found = new RegExp(`^${word} (\\S+)`, "m").exec(this.output)?.[1];
      if (found === undefined) throw new Error(`it did not say its ${word}:\n${this.output}`);
      return found;
    });
  }
}
