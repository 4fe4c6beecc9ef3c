/**
 * Publishes heartbeats to the master over a connection of its own. Nothing depends on it but the knowledge of T_write: whatever keeps it
 * from publishing is said once, and it tries again. It never fails the gateway.
 */
import { Redis } from "ioredis";
import type { Logger } from "pino";
import { publicError } from "../errors.ts";
import type { Clock } from "../runtime/clock.ts";
import { redisOptions } from "../runtime/redis-options.ts";
import { sleep } from "../runtime/sleep.ts";
import type { Service } from "../runtime/supervisor.ts";
import { HEARTBEAT_CHANNEL, HeartbeatCode } from "../stream/heartbeat.ts";
import { BacklogReader } from "./backlog-reader.ts";
import type { MasterAddress } from "./master-connection.ts";
import type { SourceStats } from "./stats.ts";

export type HeartbeatSenderOptions = {
  readonly address: MasterAddress;
  readonly intervalMs: number;
  readonly code: HeartbeatCode;
  readonly log: Logger;
  readonly clock: Clock;
  /** Heartbeats are sent only while the master streams: then only they can return. */
  readonly stats: SourceStats;
  /** Called just before it is sent, with the time that it carries. */
  readonly onSent: (sentAtMs: number) => void;
  /** What was sent will not return. One whose fate is not known counts as under way: the lag grows. */
  readonly onForgotten: () => void;
  /** The first ones did not return, although the stream is read. */
  readonly isUnreturned: () => boolean;
};

const TIMEOUTS = { connectMs: 5_000, commandMs: 5_000 };
const RETRY_MS = 5_000;
/** What the server forbids it goes on forbidding. */
const REFUSED_RETRY_MS = 60_000;

export class HeartbeatSender implements Service {
  readonly #options: HeartbeatSenderOptions;

  constructor(options: HeartbeatSenderOptions) {
    this.#options = options;
  }

  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const client = this.#client();
      let pauseMs = RETRY_MS;
      try {
        await client.connect();
        pauseMs = await this.#publish(client, signal);
      } catch (cause) {
        pauseMs = this.#failed(cause);
      } finally {
        client.disconnect();
      }
      await sleep(pauseMs, signal);
    }
  }

  /** Answers how long to wait before the next attempt. */
  async #publish(client: Redis, signal: AbortSignal): Promise<number> {
    const { intervalMs, code, clock, stats, onSent, isUnreturned } = this.#options;
    const backlog = new BacklogReader(client);
    while (!signal.aborted) {
      if (backlog.isDue(clock.nowMs(), stats.readSinceMs !== undefined)) stats.backlog = await backlog.read(clock.nowMs());
      if (stats.phase === "streaming") {
        if (isUnreturned()) {
          this.#options.onForgotten();
          this.#unknown("the server does not replicate PUBLISH (a replica, or a cluster)");
          return REFUSED_RETRY_MS;
        }
        const sentAtMs = HeartbeatCode.timeOf(clock.nowMs());
        onSent(sentAtMs);
        // As written: `publish` would be sent in small letters.
        await client.call("PUBLISH", HEARTBEAT_CHANNEL, code.message(sentAtMs));
      }
      await sleep(intervalMs, signal);
    }
    return 0;
  }

  #failed(cause: unknown): number {
    const text = cause instanceof Error ? publicError(cause.message) : "unknown error";
    const isRefused = /^(NOPERM|NOAUTH|WRONGPASS)/.test(text);
    if (isRefused) this.#options.onForgotten();
    this.#unknown(isRefused ? `the master refuses PUBLISH: ${text}` : `the master cannot be reached: ${text}`);
    return isRefused ? REFUSED_RETRY_MS : RETRY_MS;
  }

  /** Said once per reason, until heartbeats return again. */
  #unknown(reason: string): void {
    const { log, stats } = this.#options;
    if (stats.heartbeatTrouble === reason) return;
    stats.heartbeatTrouble = reason;
    log.warn({ event: "source.heartbeat-failed" }, `no heartbeat through the master, T_write counts from reading only: ${reason}`);
  }

  #client(): Redis {
    const { host, port, username, password, tls } = this.#options.address;
    const client = new Redis({
      ...redisOptions({ host, port, tls }, TIMEOUTS),
      ...(username !== undefined && { username }),
      ...(password !== undefined && { password }),
    });
    // What ends it also ends the command under way, which says so.
    client.on("error", () => undefined);
    return client;
  }
}
