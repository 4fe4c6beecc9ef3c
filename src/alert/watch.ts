/**
 * Looks at the gateway once a second: keeps the timeline, lets the book decide, and hands what it announces to the log and to the
 * channels. A channel that fails holds up nothing.
 */
import { randomBytes } from "node:crypto";
import type { Logger } from "pino";
import type { Clock } from "../runtime/clock.ts";
import { sleep } from "../runtime/sleep.ts";
import type { Service } from "../runtime/supervisor.ts";
import type { AlertStore } from "./alert-store.ts";
import { type Alert, AlertBook, type Announcement, type HistoryEntry } from "./book.ts";
import { changesBetween } from "./changes.ts";
import type { Channel, Notification } from "./channels/channel.ts";
import { Outbox, type OutboxStats } from "./channels/outbox.ts";
import type { Severity } from "./rules.ts";
import type { AlertSample } from "./sample.ts";
import type { AlertSettings } from "./settings.ts";
import type { Silence } from "./silence.ts";
import type { Timeline } from "./timeline.ts";

/** What a reload may change. */
export type AlertConfiguration = {
  readonly settings: AlertSettings;
  readonly channels: readonly Channel[];
  /** Where the runbook is; an alert's section is its anchor. */
  readonly runbook: string;
};

export type AlertWatchOptions = {
  readonly region: string;
  readonly configuration: AlertConfiguration;
  readonly sample: () => AlertSample;
  readonly store: AlertStore;
  readonly timeline: Timeline;
  readonly log: Logger;
  readonly clock: Clock;
};

export type AlertsView = {
  readonly firing: readonly Alert[];
  readonly silences: readonly Silence[];
  readonly history: readonly HistoryEntry[];
  readonly channels: readonly OutboxStats[];
};

/** Whether a test came through. */
export type TestResult = { readonly channel: string; readonly ok: boolean; readonly error?: string };

const LOOK_MS = 1_000;
/** Alertmanager forgets what is not said again. */
const AGAIN_MS = 60_000;
const LOG_LEVEL = { info: "info", warning: "warn", critical: "error" } as const satisfies Record<Severity, string>;

type Sending = { readonly outbox: Outbox; readonly stop: AbortController };

export class AlertWatch implements Service {
  readonly #options: AlertWatchOptions;
  readonly #book: AlertBook;
  readonly #hasRunBefore: boolean;
  readonly #running = new Set<Promise<void>>();
  #configuration: AlertConfiguration;
  #channels: readonly Sending[] = [];
  #before: AlertSample | undefined;
  #saidAgainAtMs = 0;

  private constructor(options: AlertWatchOptions, kept: Awaited<ReturnType<AlertStore["load"]>>) {
    const { region, configuration } = options;
    this.#options = options;
    this.#configuration = configuration;
    this.#hasRunBefore = kept !== undefined;
    this.#book = new AlertBook({ region, settings: configuration.settings, state: kept });
  }

  static async open(options: AlertWatchOptions): Promise<AlertWatch> {
    const watch = new AlertWatch(options, await options.store.load());
    await watch.#save();
    watch.configure(options.configuration);
    return watch;
  }

  async run(signal: AbortSignal): Promise<void> {
    const stop = () => {
      for (const { stop } of this.#channels) stop.abort();
    };
    signal.addEventListener("abort", stop, { once: true });
    while (!signal.aborted) {
      this.look();
      await sleep(LOOK_MS, signal);
    }
    stop();
    await Promise.all([...this.#running, this.#save()]);
  }

  /** Other rules and channels from now on; a channel that is as it was keeps what waits in it. */
  configure(configuration: AlertConfiguration): void {
    this.#configuration = configuration;
    this.#book.configure(configuration.settings);
    const before = this.#channels;
    this.#channels = configuration.channels.map(
      (channel) => before.find(({ outbox }) => JSON.stringify(outbox.channel) === JSON.stringify(channel)) ?? this.#open(channel),
    );
    for (const sending of before) if (!this.#channels.includes(sending)) sending.stop.abort();
  }

  look(): void {
    const { sample, timeline, clock } = this.#options;
    const now: AlertSample = { ...sample(), hasRunBefore: this.#hasRunBefore };
    const changes = changesBetween(this.#before, now);
    this.#before = now;
    for (const change of changes) timeline.add(change);
    const nowMs = clock.nowMs();
    const announcements = this.#book.observe(now, changes, nowMs);
    for (const announcement of announcements) this.#tell(announcement);
    if (announcements.length > 0) void this.#save();
    if (nowMs - this.#saidAgainAtMs >= AGAIN_MS) this.#sayAgain(nowMs);
  }

  view(): AlertsView {
    const nowMs = this.#options.clock.nowMs();
    const { history } = this.#book;
    return { firing: this.#book.firing(nowMs), silences: this.#book.silences(nowMs), history, channels: this.stats };
  }

  get firing(): readonly Alert[] {
    return this.#book.firing(this.#options.clock.nowMs());
  }

  get stats(): readonly OutboxStats[] {
    return this.#channels.map(({ outbox }) => outbox.stats);
  }

  /** Undefined when there are too many; resolves once it is on disk. */
  async silence(wanted: Omit<Silence, "id">): Promise<Silence | undefined> {
    const silence = { id: randomBytes(4).toString("hex"), ...wanted };
    if (!this.#book.silence(silence, this.#options.clock.nowMs())) return undefined;
    const { id, by, comment, untilMs } = silence;
    this.#options.log.warn(
      { event: "alert.silenced", silence: id, by, until: new Date(untilMs).toISOString(), comment },
      "alerts were silenced",
    );
    await this.#save();
    return silence;
  }

  async unsilence(id: string, by: string): Promise<boolean> {
    if (!this.#book.unsilence(id)) return false;
    this.#options.log.warn({ event: "alert.unsilenced", silence: id, by }, "a silence was ended");
    await this.#save();
    return true;
  }

  /** Sends one firing and its end through every channel, now, whatever its severities. */
  async test(signal: AbortSignal): Promise<readonly TestResult[]> {
    const { region, clock } = this.#options;
    const atMs = clock.nowMs();
    const alert: Alert = {
      ...{ key: `${region}:test`, rule: "gateway-restarted", title: "Test", severity: "info", region, subject: {}, silenced: false },
      ...{ text: "a person asked whether alerts arrive: nothing is wrong", firingSinceMs: atMs },
    };
    const notification = (kind: Announcement["kind"]): Notification => ({
      kind,
      alert,
      atMs,
      runbook: this.#configuration.runbook,
      isTest: true,
    });
    return Promise.all(
      this.#channels.map(async ({ outbox }): Promise<TestResult> => {
        const channel = outbox.channel.name;
        const fired = await outbox.send(notification("firing"), signal);
        const verdict = fired.ok ? await outbox.send(notification("resolved"), signal) : fired;
        return verdict.ok ? { channel, ok: true } : { channel, ok: false, error: verdict.error };
      }),
    );
  }

  #open(channel: Channel): Sending {
    const { log, clock } = this.#options;
    const stop = new AbortController();
    const outbox = new Outbox({ channel, log, clock });
    const running = outbox.run(stop.signal).finally(() => this.#running.delete(running));
    this.#running.add(running);
    return { outbox, stop };
  }

  #tell(announcement: Announcement): void {
    const { log, timeline } = this.#options;
    const { alert, kind, atMs } = announcement;
    const { rule, severity, key, text, title, subject } = alert;
    const level = kind === "firing" ? LOG_LEVEL[severity] : "info";
    const runbook = this.#runbookOf(rule);
    log[level]({ event: `alert.${kind}`, rule, severity, key, runbook }, `${title}: ${text}`);
    const { stream, peer, service } = subject;
    timeline.add({
      ...{ atMs, kind: `alert-${kind}`, severity, text: `${title}: ${text}` },
      ...(stream !== undefined && { stream }),
      ...(peer !== undefined && { peer }),
      ...(service !== undefined && { service }),
    });
    for (const { outbox } of this.#channels) {
      const notification = { ...announcement, runbook };
      if (outbox.wants(notification)) outbox.add(notification);
    }
  }

  #sayAgain(nowMs: number): void {
    this.#saidAgainAtMs = nowMs;
    for (const { outbox } of this.#channels) {
      if (outbox.channel.kind !== "alertmanager" || outbox.stats.waiting > 0) continue;
      for (const alert of this.#book.firing(nowMs)) {
        const notification: Notification = { kind: "firing", alert, atMs: nowMs, runbook: this.#runbookOf(alert.rule) };
        if (!alert.silenced && outbox.wants(notification)) outbox.add(notification);
      }
    }
  }

  #runbookOf(rule: string): string {
    return `${this.#configuration.runbook}#alert-${rule}`;
  }

  #save(): Promise<void> {
    return this.#options.store.save(this.#book.state);
  }
}
