/**
 * Every alert of one gateway: which fire, which are silenced, what was announced, and what was. Pure but for what it remembers: time and
 * samples come as arguments. An announcement is made once when an alert begins and once when it is over; a silenced one is announced
 * when its silence ends, if it still fires then.
 */
import type { Change } from "./changes.ts";
import { type Condition, isOver, judge, type MachineState, QUIET, step } from "./machine.ts";
import { isEventRule, type Reading, RULE_NAMES, RULES, type RuleName, type Severity, type Subject } from "./rules.ts";
import type { AlertSample } from "./sample.ts";
import { type AlertSettings, type RuleSettings, settingsFor } from "./settings.ts";
import { isSilenced, type Silence } from "./silence.ts";

export type Alert = {
  /** Of one alert, always the same: `us-east:lag:us-east/0:eu-west`. */
  readonly key: string;
  readonly rule: RuleName;
  readonly title: string;
  readonly severity: Severity;
  readonly region: string;
  readonly subject: Subject;
  /** One sentence; the newest. */
  readonly text: string;
  readonly value?: number;
  readonly threshold?: number;
  readonly firingSinceMs: number;
  readonly silenced: boolean;
};

export type Announcement = { readonly kind: "firing" | "resolved"; readonly alert: Alert; readonly atMs: number };

export type HistoryEntry = {
  readonly atMs: number;
  readonly kind: "firing" | "resolved" | "silenced";
  readonly rule: string;
  readonly key: string;
  readonly text: string;
};

/** What survives a restart. */
export type BookState = {
  readonly alerts: readonly { readonly alert: Alert; readonly state: MachineState; readonly announced: boolean }[];
  readonly silences: readonly Silence[];
  readonly history: readonly HistoryEntry[];
};

type Entry = { state: MachineState; alert: Alert; announced: boolean };

const MAX_HISTORY = 200;
const MAX_SILENCES = 100;
/** Alerts looked at; subjects are streams, peers, services and files of the topology. */
const MAX_ENTRIES = 2_000;
/** A gateway that has just started knows little: what is not read yet is unknown, not gone. */
const START_MS = 30_000;

export class AlertBook {
  readonly #region: string;
  readonly #entries = new Map<string, Entry>();
  #settings: AlertSettings;
  #silences: Silence[];
  #history: HistoryEntry[];

  constructor(options: { readonly region: string; readonly settings: AlertSettings; readonly state?: BookState | undefined }) {
    this.#region = options.region;
    this.#settings = options.settings;
    this.#silences = [...(options.state?.silences ?? [])];
    this.#history = [...(options.state?.history ?? [])];
    for (const { alert, state, announced } of options.state?.alerts ?? []) {
      // Another version may have known other rules.
      if (alert.rule in RULES) this.#entries.set(alert.key, { alert, state, announced });
    }
  }

  /** Other thresholds from now on. */
  configure(settings: AlertSettings): void {
    this.#settings = settings;
  }

  /** Looks at a sample and at what happened since the one before. */
  observe(sample: AlertSample, changes: readonly Change[], nowMs: number): readonly Announcement[] {
    const seen = new Set<string>();
    for (const name of RULE_NAMES) {
      const rule = RULES[name];
      const readings = isEventRule(rule) ? changes.filter(({ kind }) => rule.events.some((each) => each === kind)) : rule.read(sample);
      for (const reading of readings) {
        if (isEventRule(rule) && rule.isMeant?.(reading as Change, sample) === false) continue;
        this.#look(name, isEventRule(rule) ? eventReading(reading as Change) : (reading as Reading), nowMs, seen);
      }
    }
    const isStarting = sample.atMs - sample.startedAtMs < START_MS;
    for (const [key, entry] of this.#entries) {
      if (seen.has(key)) continue;
      // An event that has not come again, or a thing that is not there any more.
      const condition = isEventRule(RULES[entry.alert.rule]) || !isStarting ? "clear" : "unknown";
      this.#move(entry, condition, settingsFor(this.#settings, entry.alert.rule, entry.alert.subject.stream), nowMs);
    }
    return this.#announce(nowMs);
  }

  /** Those that fire, the worst first. */
  firing(nowMs: number): readonly Alert[] {
    const order = { critical: 0, warning: 1, info: 2 };
    return [...this.#entries.values()]
      .filter(({ state }) => state.at === "firing")
      .map(({ alert }) => ({ ...alert, silenced: isSilenced(this.#silences, alert.rule, alert.subject, nowMs) }))
      .toSorted((a, b) => order[a.severity] - order[b.severity] || a.firingSinceMs - b.firingSinceMs);
  }

  /** Newest last. */
  get history(): readonly HistoryEntry[] {
    return this.#history;
  }

  silences(nowMs: number): readonly Silence[] {
    return this.#silences.filter(({ untilMs }) => untilMs > nowMs);
  }

  /** False when there are too many already. */
  silence(silence: Silence, nowMs: number): boolean {
    this.#silences = [...this.silences(nowMs)];
    if (this.#silences.length >= MAX_SILENCES) return false;
    this.#silences.push(silence);
    return true;
  }

  /** False when there is none of this id. */
  unsilence(id: string): boolean {
    const left = this.#silences.filter((silence) => silence.id !== id);
    const found = left.length < this.#silences.length;
    this.#silences = left;
    return found;
  }

  get state(): BookState {
    const alerts = [...this.#entries.values()].filter(({ state, announced }) => announced || state.firedAtMs.length > 0);
    return { alerts: alerts.map((entry) => ({ ...entry })), silences: this.#silences, history: this.#history };
  }

  #look(rule: RuleName, { subject, value, text }: Reading, nowMs: number, seen: Set<string>): void {
    const key = [this.#region, rule, ...Object.values(subject)].join(":");
    seen.add(key);
    const settings = settingsFor(this.#settings, rule, subject.stream);
    const declared = RULES[rule];
    const isEvent = isEventRule(declared);
    const condition = !settings.enabled ? "clear" : isEvent ? "bad" : judge(value, declared.fires, settings.threshold);
    const known = this.#entries.get(key);
    if (known === undefined && (condition !== "bad" || this.#entries.size >= MAX_ENTRIES)) return;
    const alert: Alert = {
      ...{ key, rule, title: declared.title, severity: settings.severity, region: this.#region, subject },
      silenced: known?.alert.silenced ?? false,
      text: condition === "bad" || known === undefined ? text : known.alert.text,
      ...(!isEvent && value !== undefined && { value }),
      ...(!isEvent && declared.unit !== "none" && { threshold: settings.threshold }),
      firingSinceMs: known?.alert.firingSinceMs ?? nowMs,
    };
    const entry = known ?? { state: QUIET, alert, announced: false };
    entry.alert = alert;
    this.#entries.set(key, entry);
    this.#move(entry, condition, settings, nowMs);
  }

  #move(entry: Entry, condition: Condition, settings: RuleSettings, nowMs: number): void {
    const isEvent = isEventRule(RULES[entry.alert.rule]);
    // An event fires at once and stays for its hold.
    if (isEvent && condition === "clear" && settings.enabled && nowMs - lastOf(entry.state) < settings.forMs) return;
    const was = entry.state.at;
    entry.state = step(entry.state, condition, isEvent ? 0 : settings.forMs, nowMs);
    if (isEvent && condition === "bad" && was === "firing")
      entry.state = { ...entry.state, firedAtMs: [...entry.state.firedAtMs.slice(0, -1), nowMs] };
    if (was !== "firing" && entry.state.at === "firing") entry.alert = { ...entry.alert, firingSinceMs: nowMs };
    if (!entry.announced && isOver(entry.state, nowMs)) this.#entries.delete(entry.alert.key);
  }

  #announce(nowMs: number): readonly Announcement[] {
    const announcements: Announcement[] = [];
    for (const entry of this.#entries.values()) {
      const { alert, state, announced } = entry;
      if (state.at === "firing" && !announced) {
        const silenced = isSilenced(this.#silences, alert.rule, alert.subject, nowMs);
        if (!silenced || !alert.silenced) this.#note(silenced ? "silenced" : "firing", alert, nowMs);
        entry.alert = { ...alert, silenced };
        if (silenced) continue;
        entry.announced = true;
        announcements.push({ kind: "firing", alert: entry.alert, atMs: nowMs });
      } else if (state.at !== "firing" && announced) {
        entry.announced = false;
        this.#note("resolved", alert, nowMs);
        announcements.push({ kind: "resolved", alert, atMs: nowMs });
      }
    }
    return announcements;
  }

  #note(kind: HistoryEntry["kind"], { rule, key, text }: Alert, atMs: number): void {
    this.#history.push({ atMs, kind, rule, key, text });
    if (this.#history.length > MAX_HISTORY) this.#history = this.#history.slice(-MAX_HISTORY);
  }
}

function eventReading({ text, stream, peer, service }: Change): Reading {
  return {
    subject: { ...(stream !== undefined && { stream }), ...(peer !== undefined && { peer }), ...(service !== undefined && { service }) },
    value: undefined,
    text,
  };
}

function lastOf({ firedAtMs }: MachineState): number {
  return firedAtMs.at(-1) ?? Number.NEGATIVE_INFINITY;
}
