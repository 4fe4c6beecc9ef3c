/** What the topology says about rules, with the defaults filled in. */
import { isEventRule, RULE_NAMES, RULES, type RuleName, type Severity } from "./rules.ts";

export type RuleSettings = {
  readonly enabled: boolean;
  readonly severity: Severity;
  /** In the rule's unit; of no meaning for a rule of events. */
  readonly threshold: number;
  /** How long the condition holds before it fires; for a rule of events, how long it stays. */
  readonly forMs: number;
};

export type AlertSettings = {
  readonly rules: Readonly<Record<RuleName, RuleSettings>>;
  /** By stream (`us-east/0`): what differs there. */
  readonly streams: Readonly<Record<string, Partial<Record<RuleName, Partial<RuleSettings>>>>>;
};

export const DEFAULT_SETTINGS: AlertSettings = {
  rules: Object.fromEntries(RULE_NAMES.map((name) => [name, defaultsOf(name)])) as Record<RuleName, RuleSettings>,
  streams: {},
};

function defaultsOf(name: RuleName): RuleSettings {
  const rule = RULES[name];
  const { severity } = rule;
  return isEventRule(rule)
    ? { enabled: true, severity, threshold: 0, forMs: rule.holdMs }
    : { enabled: true, severity, threshold: rule.threshold, forMs: rule.forMs };
}

export function settingsFor({ rules, streams }: AlertSettings, rule: RuleName, stream: string | undefined): RuleSettings {
  return stream === undefined ? rules[rule] : { ...rules[rule], ...streams[stream]?.[rule] };
}
