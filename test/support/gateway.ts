/** `causeway run` as a child process, as an operator starts it: the built CLI, one topology file, one region. */
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { GatewayStatus } from "../../src/admin/status/gateway.ts";
import { Child, type Exit } from "./child.ts";
import { eventually } from "./eventually.ts";

export type GatewayOptions = {
  readonly config: string;
  readonly region: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Another build's command; by default the one that is built here. */
  readonly cli?: string;
  /** More arguments of `causeway run`, e.g. ["--adopt"]. */
  readonly args?: readonly string[];
};

/** A log line; pino's own fields are there too. */
export type LogEvent = { readonly event?: string; readonly [field: string]: unknown };

/** The same whether this file runs from the sources or from dist/. */
export function cliPath(): string {
  const candidates = ["../../dist/src/main.js", "../../src/main.js"].map((path) => fileURLToPath(new URL(path, import.meta.url)));
  const path = candidates.find((candidate) => existsSync(candidate));
  if (path === undefined) throw new Error("the gateway is not built: run `npm run build`");
  return path;
}

/** Any command of the CLI. */
export function spawnCli(args: readonly string[], env: Readonly<Record<string, string>> = {}): Child {
  return new Child(process.execPath, [cliPath(), ...args], { env });
}

/** What the admin port says. Throws while another process than `gateways` answers there: one that is about to end, or somebody else's. */
export async function statusOf(
  adminPort: number,
  gateways: Iterable<{ readonly pid: number }>,
  headers: Readonly<Record<string, string>> = {},
): Promise<GatewayStatus> {
  const response = await fetch(`http://127.0.0.1:${adminPort}/status`, { headers, signal: AbortSignal.timeout(3_000) });
  const status = (await response.json()) as GatewayStatus;
  // Those of another build may not say it.
  if (status.pid !== undefined && ![...gateways].some(({ pid }) => pid === status.pid))
    throw new Error(`process ${status.pid}, which is not ours, answers for ${status.region} on port ${adminPort}`);
  return status;
}

export function spawnGateway(options: GatewayOptions): Gateway {
  return new Gateway(options);
}

export class Gateway implements AsyncDisposable {
  readonly options: GatewayOptions;
  #child: Child;

  constructor(options: GatewayOptions) {
    this.options = options;
    this.#child = this.#spawn();
  }

  get pid(): number {
    return this.#child.pid;
  }

  /** Undefined while it runs. */
  get exit(): Exit | undefined {
    return this.#child.exit;
  }

  get exited(): Promise<Exit> {
    return this.#child.exited;
  }

  get output(): string {
    return this.#child.output;
  }

  get events(): readonly LogEvent[] {
    return this.output.split("\n").flatMap((line) => {
      try {
        return line.startsWith("{") ? [JSON.parse(line) as LogEvent] : [];
      } catch {
        return [];
      }
    });
  }

  countEvents(event: string): number {
    return this.events.filter((line) => line.event === event).length;
  }

  /** Waits for a log event; says what was logged last when it does not come or the process ends. */
  async untilEvent(event: string, timeoutMs = 20_000): Promise<LogEvent> {
    const what = `event ${event} of gateway ${this.options.region}`;
    const found = await eventually(
      () => {
        const line = this.events.find((candidate) => candidate.event === event);
        if (line === undefined && this.exit === undefined) throw new Error(this.output.slice(-1_000) || "nothing was logged");
        return { line };
      },
      { timeoutMs, what },
    );
    if (found.line === undefined) throw new Error(`${what}: it ended before\n${this.output.slice(-2_000)}`);
    return found.line;
  }

  signal(name: NodeJS.Signals): void {
    this.#child.signal(name);
  }

  async kill9(): Promise<void> {
    await this.#child.kill9();
  }

  async terminate(options: { readonly signal?: NodeJS.Signals; readonly timeoutMs?: number } = {}): Promise<Exit> {
    return this.#child.terminate(options);
  }

  /** A new process with the same arguments; what the old one logged is gone. */
  async restart(): Promise<void> {
    if (this.exit === undefined) await this.terminate();
    this.#child = this.#spawn();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#child.kill9();
  }

  #spawn(): Child {
    const { config, region, args = [], env = {}, cli = cliPath() } = this.options;
    return new Child(process.execPath, [cli, "run", "--config", config, "--region", region, ...args], { env });
  }
}
