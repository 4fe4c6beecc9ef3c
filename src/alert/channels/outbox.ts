/**
 * Sends notifications through one channel, in order: a bounded queue, repeated with growing pauses until the receiver takes them or
 * they are too old. What is given up is counted and logged. No address and no secret is in a log line or an error.
 */
import type { Logger } from "pino";
import { Backoff } from "../../runtime/backoff.ts";
import type { Clock } from "../../runtime/clock.ts";
import { Notice } from "../../runtime/notice.ts";
import { sleep } from "../../runtime/sleep.ts";
import { SEVERITIES } from "../rules.ts";
import type { Channel, Notification, Post } from "./channel.ts";
import { postOf } from "./posts.ts";

export type OutboxStats = {
  readonly channel: string;
  readonly kind: string;
  readonly sent: number;
  /** Attempts that failed; each was repeated, or given up. */
  readonly failures: number;
  /** Given up: too old, too many, or refused for good. */
  readonly dropped: number;
  readonly waiting: number;
  readonly lastError?: string;
  readonly lastErrorAtMs?: number;
};

export type OutboxOptions = { readonly channel: Channel; readonly log: Logger; readonly clock: Clock };

const MOST_WAITING = 256;
const TIMEOUT_MS = 10_000;
const LATE = "it does not answer within 10 seconds";
/** Who was away for longer looks at the state, not at what was. */
const MOST_AGE_MS = 60 * 60_000;
const PAUSE_MS = { baseMs: 1_000, maxMs: 60_000 };

type Verdict = { readonly ok: true } | { readonly ok: false; readonly error: string; readonly final: boolean };

export class Outbox {
  readonly #options: OutboxOptions;
  readonly #queue: Notification[] = [];
  readonly #added = new Notice();
  #sent = 0;
  #failures = 0;
  #dropped = 0;
  #lastError: { readonly message: string; readonly atMs: number } | undefined;

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  get stats(): OutboxStats {
    const { name: channel, kind } = this.#options.channel;
    const last = this.#lastError && { lastError: this.#lastError.message, lastErrorAtMs: this.#lastError.atMs };
    return { channel, kind, sent: this.#sent, failures: this.#failures, dropped: this.#dropped, waiting: this.#queue.length, ...last };
  }

  get channel(): Channel {
    return this.#options.channel;
  }

  /** Whether the channel wants alerts of this severity. */
  wants({ alert }: Notification): boolean {
    return SEVERITIES.indexOf(alert.severity) >= SEVERITIES.indexOf(this.#options.channel.from);
  }

  add(notification: Notification): void {
    if (this.#queue.length >= MOST_WAITING) this.#drop(this.#queue.shift()!, "too many wait");
    this.#queue.push(notification);
    this.#added.wake();
  }

  async run(signal: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    const backoff = new Backoff(PAUSE_MS);
    while (!signal.aborted) {
      const [next] = this.#queue;
      if (next === undefined) {
        await this.#added.wait(signal);
        continue;
      }
      if (clock.nowMs() - next.atMs > MOST_AGE_MS) {
        this.#take(next);
        this.#drop(next, "it is older than an hour");
        continue;
      }
      const verdict = await this.send(next, signal);
      if (signal.aborted) return;
      if (verdict.ok || verdict.final) {
        this.#take(next);
        if (verdict.ok) backoff.reset();
        else this.#drop(next, verdict.error);
        continue;
      }
      await sleep(backoff.nextDelayMs(), signal);
    }
  }

  /** One attempt, now, whatever waits. */
  async send(notification: Notification, signal: AbortSignal): Promise<Verdict> {
    const verdict = await post(postOf(this.#options.channel, notification), signal);
    if (verdict.ok) this.#sent++;
    else if (!signal.aborted) {
      this.#failures++;
      this.#lastError = { message: verdict.error, atMs: this.#options.clock.nowMs() };
    }
    return verdict;
  }

  /** It may have been dropped from the front meanwhile. */
  #take(notification: Notification): void {
    const at = this.#queue.indexOf(notification);
    if (at >= 0) this.#queue.splice(at, 1);
  }

  #drop({ alert, kind }: Notification, why: string): void {
    this.#dropped++;
    const { channel, log } = this.#options;
    log.error(
      { event: "alert.undelivered", channel: channel.name, key: alert.key, kind },
      `an alert was not delivered through ${channel.name}: ${why}`,
    );
  }
}

async function post({ url, headers, body }: Post, signal: AbortSignal): Promise<Verdict> {
  // Not AbortSignal.any: what it ties to a signal that lives as long as the gateway stays tied.
  const attempt = new AbortController();
  const abort = () => attempt.abort();
  const timer = setTimeout(abort, TIMEOUT_MS);
  signal.addEventListener("abort", abort, { once: true });
  try {
    const response = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json", "user-agent": "causeway", ...headers },
      body: JSON.stringify(body),
      redirect: "manual",
      signal: attempt.signal,
    });
    await response.body?.cancel();
    if (response.ok) return { ok: true };
    // Busy or broken receivers recover; what is wrong with the request stays wrong.
    const final = response.status >= 300 && response.status < 500 && response.status !== 408 && response.status !== 429;
    return { ok: false, error: `it answers ${response.status}`, final };
  } catch (cause) {
    return { ok: false, error: attempt.signal.aborted ? LATE : reasonOf(cause), final: false };
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", abort);
  }
}

/** Node's own text may quote the address. */
function reasonOf(cause: unknown): string {
  const { cause: inner } = cause as { readonly cause?: { readonly code?: string } };
  return `it cannot be reached${inner?.code === undefined ? "" : ` (${inner.code})`}`;
}
