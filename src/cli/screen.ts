/** The whole terminal: another page of it that is left as it was found, however the process ends (but by SIGKILL). */

export type Screen = {
  readonly columns: number;
  readonly rows: number;
  /** Keys as they come: "q", "\u001b" and such. Called until `leave`. */
  onKey(listener: (key: string) => void): void;
  onResize(listener: () => void): void;
  draw(lines: readonly string[]): void;
  leave(): void;
};

const ENTER = "\u001b[?1049h\u001b[?25l";
const LEAVE = "\u001b[?25h\u001b[?1049l";
const HOME = "\u001b[H";
const END_OF_LINE = "\u001b[K";
const REST = "\u001b[J";
/** By number, as shells count them. Ctrl-C is a key here; SIGINT comes from elsewhere. */
const ENDINGS = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129, SIGQUIT: 131 } as const;

/** Undefined when there is no terminal to take. */
export function takeScreen(input: NodeJS.ReadStream = process.stdin, output: NodeJS.WriteStream = process.stdout): Screen | undefined {
  if (!input.isTTY || !output.isTTY) return undefined;
  const endings = Object.entries(ENDINGS).map(([signal, code]) => [signal, () => process.exit(code)] as const);
  let isLeft = false;
  const leave = () => {
    if (isLeft) return;
    isLeft = true;
    input.setRawMode(false).pause().removeAllListeners("data");
    output.removeAllListeners("resize");
    output.write(LEAVE);
    process.off("exit", leave);
    for (const [signal, end] of endings) process.off(signal, end);
  };
  process.once("exit", leave);
  for (const [signal, end] of endings) process.on(signal, end);
  output.write(ENTER);
  input.setRawMode(true).setEncoding("utf8").resume();
  return {
    get columns() {
      return output.columns;
    },
    get rows() {
      return output.rows;
    },
    onKey: (listener) => void input.on("data", (key) => listener(String(key))),
    onResize: (listener) => void output.on("resize", listener),
    draw: (lines) => void output.write(`${HOME}${lines.map((line) => `${line}${END_OF_LINE}`).join("\r\n")}${REST}`),
    leave,
  };
}
