/** A child process with bounded capture of what it says, ended by pid and never left behind. */
import { type ChildProcess, spawn } from "node:child_process";
import { reapProcess } from "./reaper.ts";

/** Kept of stdout and stderr together; the oldest goes first. */
const CAPTURE_BYTES = 8 * 1024 * 1024;

export type Exit = { readonly code: number | null; readonly signal: NodeJS.Signals | null };
export type ChildOptions = {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Something is typed into it; otherwise it has nothing to read. */
  readonly input?: boolean;
};

export class Child {
  readonly exited: Promise<Exit>;
  readonly #process: ChildProcess;
  readonly #chunks: Buffer[] = [];
  #capturedBytes = 0;
  #exit: Exit | undefined;

  constructor(program: string, args: readonly string[], options: ChildOptions = {}) {
    this.#process = spawn(program, args, {
      stdio: [options.input ? "pipe" : "ignore", "pipe", "pipe"],
      // A session of its own: Ctrl-C is for who started it, who then ends it in order.
      detached: true,
      env: { ...process.env, ...options.env },
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    });
    reapProcess(this.#process);
    for (const stream of [this.#process.stdout, this.#process.stderr]) stream?.on("data", (chunk: Buffer) => this.#keep(chunk));
    this.exited = new Promise((resolve) => {
      const end = (exit: Exit) => {
        this.#exit = exit;
        resolve(exit);
      };
      // "close" comes after "exit", when everything it said has been read.
      this.#process.once("close", (code, signal) => end({ code, signal }));
      this.#process.once("error", (error) => {
        this.#keep(Buffer.from(`${error.message}\n`));
        end({ code: null, signal: null });
      });
    });
  }

  get pid(): number {
    return this.#process.pid ?? 0;
  }

  get exit(): Exit | undefined {
    return this.#exit;
  }

  get output(): string {
    return Buffer.concat(this.#chunks).toString("utf8");
  }

  type(text: string): void {
    this.#process.stdin?.write(text);
  }

  /** SIGSTOP and SIGCONT too: a process that hangs without dying. */
  signal(name: NodeJS.Signals): void {
    if (this.#exit === undefined) this.#process.kill(name);
  }

  async kill9(): Promise<void> {
    this.signal("SIGKILL");
    await this.exited;
  }

  /** Asks politely and, after the deadline, insists. */
  async terminate(options: { readonly signal?: NodeJS.Signals; readonly timeoutMs?: number } = {}): Promise<Exit> {
    this.signal(options.signal ?? "SIGTERM");
    const insist = setTimeout(() => this.signal("SIGKILL"), options.timeoutMs ?? 15_000);
    const exit = await this.exited;
    clearTimeout(insist);
    return exit;
  }

  #keep(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#capturedBytes += chunk.length;
    while (this.#capturedBytes > CAPTURE_BYTES && this.#chunks.length > 1) this.#capturedBytes -= this.#chunks.shift()!.length;
  }
}
