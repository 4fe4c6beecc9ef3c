/** Delivery of a stub's stream under its supervisor, as the gateway runs it. */
import { join } from "node:path";
import { pino } from "pino";
import { Delivery } from "../../../src/delivery/write/delivery.ts";
import type { DeliveryOptions } from "../../../src/delivery/write/delivery-options.ts";
import { DeliveryStats } from "../../../src/delivery/write/delivery-stats.ts";
import { DeliveryOrders } from "../../../src/delivery/write/orders.ts";
import { encodeCommand } from "../../../src/resp/encode.ts";
import { systemClock } from "../../../src/runtime/clock.ts";
import { type ServiceState, supervise } from "../../../src/runtime/supervisor.ts";
import { eventually } from "../../support/eventually.ts";
import type { RedisServer } from "../../support/redis-server.ts";
import type { StubLog } from "./stub-log.ts";

const log = pino({ level: "silent" });

export class Running implements AsyncDisposable {
  readonly stats = new DeliveryStats();
  readonly orders = new DeliveryOrders();
  state: ServiceState | undefined;
  readonly codes: string[] = [];
  /** Milliseconds between attempts. */
  readonly pauses: number[] = [];
  readonly loads: number[] = [];
  readonly #stop = new AbortController();
  readonly #done: Promise<void>;

  constructor(journal: StubLog, server: RedisServer, options: Partial<DeliveryOptions> = {}) {
    const start = (healthy: () => void) =>
      new Delivery({
        stream: journal.stream,
        log,
        clock: systemClock,
        journal,
        target: server,
        adopt: false,
        onDivergence: "halt",
        guardMs: 0,
        guard: { shrink: 0.5, flush: false },
        deadLetterFile: join(server.dir, "dead-letters.jsonl"),
        onUnsupported: "halt",
        unsupportedFile: join(server.dir, "unsupported.jsonl"),
        rebuildAboveBytes: 32 * 1024 * 1024,
        stats: this.stats,
        healthy,
        loadSnapshot: async ({ resumeAt }) => void this.loads.push(resumeAt),
        orders: this.orders,
        judgeSnapshot: async () => undefined,
        ...options,
      });
    const onState = (state: ServiceState) => {
      this.state = state;
      if (state.at === "waiting") this.pauses.push(state.retryInMs);
      if (state.at === "waiting" || state.at === "halted") this.codes.push(state.code);
    };
    this.#done = supervise({ name: "delivery", log, clock: systemClock, start, onState }, this.#stop.signal);
  }

  async halted(): Promise<string> {
    await eventually(() => this.state?.at === "halted", { what: `halt after ${this.codes}` });
    return this.state?.at === "halted" ? this.state.code : "";
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#done;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}

export const commands = (...lines: string[]) => Buffer.concat(lines.map((line) => encodeCommand(...line.split(" "))));
export const applied = (journal: StubLog) =>
  eventually(() => journal.applied?.offset === journal.current?.tail.offset, { timeoutMs: 30_000, what: "everything applied" });
