/**
 * `npm run demo`: one region's writes carried to two others over long lines, watched, disturbed, and compared key by key.
 * Leaves with 0 when every region has everything, 1 when not, 2 for a wrong command line, 130 when interrupted before the end.
 */
import { setTimeout as delay } from "node:timers/promises";
import { processTerminal, type Terminal } from "../../src/cli/terminal.ts";
import { loadEveryType } from "../support/dataset.ts";
import { Workload } from "../support/workload.ts";
import { createDisplay, type Display } from "./display.ts";
import { grouped, portLines, renderLine, renderPicture } from "./frame.ts";
import { Observer } from "./observer.ts";
import { type DemoOptions, parseOptions, USAGE } from "./options.ts";
import { makeReport, renderReport } from "./report.ts";
import { World } from "./world.ts";

const LOOK_EVERY_MS = 200;
const START_LIMIT_MS = 60_000;
const CATCH_UP_LIMIT_MS = 60_000;
const CUT_PEER = "eu-west";
/** Without a duration the link is cut once by itself; after that it is the person's turn. */
const FREE_OUTAGE = { atMs: 15_000, forMs: 6_000 };

const INTERRUPTED = 130;
const IMPATIENT_AFTER_MS = 1_000;

/** Why it stopped before its end: a person or a broken part, never a bug of the caller. */
class Stopped extends Error {}

class Demo {
  readonly #options: DemoOptions;
  readonly #terminal: Terminal;
  readonly #display: Display;
  readonly #world: World;
  readonly #observer: Observer;
  readonly #interrupted: AbortSignal;
  readonly #events: string[] = [];
  #title = "";
  #loadStartedAtMs: number | undefined;
  #loadMs = 0;
  #cutAtMs: number | undefined;
  #outageMs = 0;
  #wantsEnd = false;

  constructor(options: DemoOptions, terminal: Terminal, world: World, interrupted: AbortSignal) {
    this.#options = options;
    this.#terminal = terminal;
    this.#display = createDisplay(options, terminal);
    this.#world = world;
    this.#observer = new Observer(world);
    this.#interrupted = interrupted;
  }

  /** Ends the load of a demo without a duration. */
  end(): void {
    this.#wantsEnd = true;
  }

  toggleLink(): void {
    if (this.#cutAtMs === undefined) this.#cut();
    else this.#heal();
  }

  async run(): Promise<boolean> {
    try {
      return await this.#play();
    } finally {
      this.#display.close();
    }
  }

  async #play(): Promise<boolean> {
    const { keys, commandsPerSecond, durationMs } = this.#options;
    const client = this.#world.master.client();
    this.#say(`loading ${grouped(keys)} keys of every type into the master`);
    await loadEveryType(client, { keys });
    this.#say("starting three gateways");
    this.#world.startGateways();
    if (!(await this.#watch("first sync", START_LIMIT_MS, async () => this.#observer.hasApplied(await this.#masterOffset())))) {
      throw new Stopped(`the regions did not get the first snapshot within ${START_LIMIT_MS / 1_000} s`);
    }
    this.#say("every region has the data set");
    this.#observer.begin();
    await using workload = await Workload.start(client, { commandsPerSecond });
    if (durationMs === undefined && !this.#terminal.isTty) for (const line of portLines(this.#world)) this.#say(line);
    await this.#load(workload);
    const offset = await this.#masterOffset();
    const caughtUp = await this.#watch("catching up", CATCH_UP_LIMIT_MS, async () => this.#observer.hasApplied(offset));
    this.#draw("comparing every key of every region");
    const report = await makeReport(this.#world, this.#observer, workload, { loadMs: this.#loadMs, outageMs: this.#outageMs, caughtUp });
    const { json } = this.#options;
    this.#terminal.write(json ? `${JSON.stringify(report, null, 2)}\n` : `${renderReport(report, this.#terminal.color).join("\n")}\n`);
    return report.ok;
  }

  async #load(workload: Workload): Promise<void> {
    const { durationMs } = this.#options;
    const outage = durationMs === undefined ? FREE_OUTAGE : { atMs: durationMs * 0.4, forMs: Math.min(8_000, durationMs * 0.25) };
    this.#loadStartedAtMs = performance.now();
    let step: "before" | "cut" | "healed" = "before";
    await this.#watch("three regions, one master", Number.POSITIVE_INFINITY, async () => {
      const elapsedMs = this.#elapsedMs;
      if (step === "before" && elapsedMs >= outage.atMs) {
        this.#cut();
        step = "cut";
      } else if (step === "cut" && elapsedMs >= outage.atMs + outage.forMs) {
        this.#heal();
        step = "healed";
      }
      return this.#wantsEnd || (durationMs !== undefined && elapsedMs >= durationMs);
    });
    await workload.stop();
    this.#loadMs = this.#elapsedMs;
    this.#heal();
    this.#say("the load has stopped");
  }

  #cut(): void {
    if (this.#cutAtMs !== undefined) return;
    this.#cutAtMs = performance.now();
    this.#world.lines[CUT_PEER].cut("blackhole");
    this.#say(`the link to ${CUT_PEER} is cut`);
  }

  #heal(): void {
    if (this.#cutAtMs === undefined) return;
    this.#outageMs += performance.now() - this.#cutAtMs;
    this.#cutAtMs = undefined;
    this.#world.lines[CUT_PEER].heal();
    this.#say(`the link to ${CUT_PEER} is whole again`);
  }

  /** Looks and draws until it is done (true) or the time is up (false). */
  async #watch(title: string, limitMs: number, isDone: () => Promise<boolean>): Promise<boolean> {
    const deadline = performance.now() + limitMs;
    while (performance.now() < deadline) {
      if (this.#interrupted.aborted) throw new Stopped("interrupted");
      const { ended } = this.#world;
      if (ended) throw new Stopped(`the gateway of ${ended.options.region} has ended:\n${ended.output.slice(-2_000)}`);
      await this.#observer.look();
      this.#draw(title);
      if (await isDone()) return true;
      await delay(LOOK_EVERY_MS);
    }
    return false;
  }

  #draw(title = this.#title): void {
    this.#title = title;
    const picture = { title, clock: this.#clock, events: this.#events, keys: this.#keys };
    this.#display.show(
      () => renderPicture(this.#world, this.#observer, picture, this.#terminal.color),
      () => renderLine(this.#observer, picture),
    );
  }

  #say(text: string): void {
    const line = `${this.#clock}  ${text}`;
    this.#events.push(line);
    this.#display.say(line);
    this.#draw();
  }

  async #masterOffset(): Promise<bigint> {
    return BigInt((await this.#world.master.info("master_repl_offset")) ?? 0);
  }

  get #elapsedMs(): number {
    return this.#loadStartedAtMs === undefined ? 0 : performance.now() - this.#loadStartedAtMs;
  }

  get #clock(): string {
    const format = (ms: number) =>
      `${Math.floor(ms / 60_000)}`.padStart(2, "0").concat(":", `${Math.floor(ms / 1_000) % 60}`.padStart(2, "0"));
    const { durationMs } = this.#options;
    return durationMs === undefined ? format(this.#elapsedMs) : `${format(this.#elapsedMs)} of ${format(durationMs)}`;
  }

  get #keys(): string | undefined {
    if (!this.#terminal.isTty) return undefined;
    return `[c] cut or heal the link to ${CUT_PEER}   [q] stop the load and compare   [Ctrl-C] leave`;
  }
}

async function main(): Promise<number> {
  const options = parseOptions(process.argv.slice(2));
  const terminal = processTerminal();
  if (options === "help") {
    terminal.write(USAGE);
    return 0;
  }
  if ("problem" in options) {
    terminal.writeError(`demo: ${options.problem}\n`);
    return 2;
  }
  const interrupted = new AbortController();
  let interruptedAtMs = Number.POSITIVE_INFINITY;
  const interrupt = () => {
    // npm hands on the Ctrl-C that the terminal already gave; a later one means it.
    if (performance.now() - interruptedAtMs > IMPATIENT_AFTER_MS) process.exit(INTERRUPTED);
    interruptedAtMs = Math.min(interruptedAtMs, performance.now());
    interrupted.abort();
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, interrupt);
  await using world = await World.open();
  const demo = new Demo(options, terminal, world, interrupted.signal);
  if (terminal.isTty && !options.json) readKeys({ c: () => demo.toggleLink(), q: () => demo.end(), "\u0003": interrupt });
  try {
    return (await demo.run()) ? 0 : 1;
  } catch (error) {
    if (!(error instanceof Stopped)) throw error;
    if (interrupted.signal.aborted) return options.durationMs === undefined ? 0 : INTERRUPTED;
    terminal.writeError(`demo: ${error.message}\n`);
    return 1;
  } finally {
    process.stdin.pause();
    if (options.logFolder !== undefined) await world.writeLogs(options.logFolder);
  }
}

function readKeys(actions: Readonly<Record<string, () => void>>): void {
  if (!process.stdin.isTTY) return;
  process.stdin.setRawMode(true);
  process.stdin.setEncoding("utf8").on("data", (key) => actions[String(key)]?.());
}

process.exitCode = await main();
