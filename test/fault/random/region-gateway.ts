/** One region's gateway over all its lives: started, ended and started again by faults, and everything it said meanwhile. */
import { readFileSync } from "node:fs";
import type { GatewayStatus } from "../../../src/admin/status/gateway.ts";
import type { StreamStatus } from "../../../src/admin/status/stream.ts";
import type { Exit } from "../../support/child.ts";
import { type Gateway, type LogEvent, spawnGateway, statusOf } from "../../support/gateway.ts";

export type RegionGatewayOptions = {
  readonly config: string;
  readonly region: string;
  readonly admin: number;
  readonly env: Readonly<Record<string, string>>;
};

export class RegionGateway implements AsyncDisposable {
  readonly #options: RegionGatewayOptions;
  #life: Gateway;
  #ended = false;
  #peakBytes = 0;
  #lines: string[] = [];
  #read = 0;
  #problems: string[] = [];

  constructor(options: RegionGatewayOptions) {
    this.#options = options;
    this.#life = this.#spawn({});
  }

  get region(): string {
    return this.#options.region;
  }

  get running(): boolean {
    return this.#life.exit === undefined;
  }

  /** Log events since `forget`. */
  get events(): readonly LogEvent[] {
    this.#readOn();
    return this.#lines.filter((line) => line.startsWith("{")).map((line) => JSON.parse(line) as LogEvent);
  }

  /** What no fault explains: an end of its own, something on the terminal that is no log line. */
  get problems(): readonly string[] {
    this.#readOn();
    const noise = this.#lines.filter((line) => line !== "" && !line.startsWith("{")).map((line) => `${this.region} said: ${line}`);
    const died = !this.#ended && !this.running ? [`${this.region} ended by itself: ${JSON.stringify(this.#life.exit)}`] : [];
    return [...this.#problems, ...died, ...noise];
  }

  /** The most memory that any life has had, as far as it was asked. */
  get peakBytes(): number {
    this.#measure();
    return this.#peakBytes;
  }

  tail(lines: number): string {
    this.#readOn();
    return this.#lines.slice(-lines).join("\n");
  }

  forget(): void {
    this.#readOn();
    this.#lines = [];
    this.#problems = [];
  }

  start(env: Readonly<Record<string, string>> = {}): void {
    if (this.running) throw new Error(`${this.region} runs already`);
    this.#readOn();
    this.#life = this.#spawn(env);
    this.#ended = false;
    this.#read = 0;
  }

  async kill9(): Promise<void> {
    this.#beforeEnd();
    await this.#life.kill9();
  }

  async terminate(): Promise<Exit> {
    this.#beforeEnd();
    return this.#life.terminate();
  }

  signal(name: NodeJS.Signals): void {
    this.#life.signal(name);
  }

  /** From here on it may end by itself: a crash point is set. */
  expectEnd(): void {
    this.#beforeEnd();
  }

  async status(): Promise<GatewayStatus> {
    return statusOf(this.#options.admin, [this.#life]);
  }

  async stream(): Promise<StreamStatus> {
    return (await this.status()).streams[0]!;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#life[Symbol.asyncDispose]();
  }

  #beforeEnd(): void {
    this.#measure();
    if (!this.#ended && !this.running) this.#problems.push(`${this.region} had ended by itself: ${JSON.stringify(this.#life.exit)}`);
    this.#ended = true;
  }

  #spawn(env: Readonly<Record<string, string>>): Gateway {
    const { config, region } = this.#options;
    return spawnGateway({ config, region, env: { ...this.#options.env, ...env } });
  }

  /** Whole lines only: kill -9 may leave half of one. */
  #readOn(): void {
    const { output } = this.#life;
    const end = output.lastIndexOf("\n") + 1;
    if (end <= this.#read) return;
    this.#lines.push(...output.slice(this.#read, end - 1).split("\n"));
    this.#read = end;
  }

  /** Linux alone says it this easily. */
  #measure(): void {
    if (process.platform !== "linux" || !this.running) return;
    try {
      const status = readFileSync(`/proc/${this.#life.pid}/status`, "utf8");
      this.#peakBytes = Math.max(this.#peakBytes, Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) * 1024);
    } catch {
      // It has just ended.
    }
  }
}
