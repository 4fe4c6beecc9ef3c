/** The services of a process by name: how each is started, which of them may be started anew at any time, and what each does now. */
import type { Logger } from "pino";
import type { Clock } from "./clock.ts";
import { RestartSwitch, type ServiceState, type SupervisorOptions, supervise } from "./supervisor.ts";

type Start = SupervisorOptions["start"];

export class Services {
  readonly #log: Logger;
  readonly #clock: Clock;
  readonly #starts = new Map<string, Start>();
  /** Of those that hold a connection and nothing else. */
  readonly #restarts = new Map<string, RestartSwitch>();
  readonly #states = new Map<string, ServiceState>();
  readonly #running: Promise<void>[] = [];
  #signal: AbortSignal | undefined;

  constructor(options: { readonly log: Logger; readonly clock: Clock }) {
    this.#log = options.log;
    this.#clock = options.clock;
  }

  /** In the order in which they are to be started; at once when the others run already. */
  add(name: string, start: Start): void {
    this.#starts.set(name, start);
    this.#states.set(name, { at: "stopped" });
    if (this.#signal) this.#run(name, start, this.#signal);
  }

  /** One that may be started anew at any time. */
  addConnection(name: string, start: Start): void {
    this.#restarts.set(name, new RestartSwitch());
    this.add(name, start);
  }

  /** Starts it anew, also a halted one; false when no connection has this name. `why` is for who is at the other end of the connection. */
  restart(name: string, why: string): boolean {
    this.#restarts.get(name)?.pull(why);
    return this.#restarts.has(name);
  }

  get states(): ReadonlyMap<string, ServiceState> {
    return this.#states;
  }

  /** Returns when the signal aborts and all have ended. */
  async run(signal: AbortSignal): Promise<void> {
    this.#signal = signal;
    for (const [name, start] of this.#starts) this.#run(name, start, signal);
    await Promise.all([...this.#running, new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }))]);
    await Promise.all(this.#running);
  }

  #run(name: string, start: Start, signal: AbortSignal): void {
    const options = { name, log: this.#log.child({ service: name }), clock: this.#clock, start, restarts: this.#restarts.get(name) };
    this.#running.push(supervise({ ...options, onState: (state) => this.#states.set(name, state) }, signal));
  }
}
