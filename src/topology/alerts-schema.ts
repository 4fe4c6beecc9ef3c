/** The topology's `alerts`: each rule's threshold, duration and severity, what differs by region, and the channels. */
import * as z from "zod";
import { isEventRule, RULE_NAMES, RULES, type RuleName, SEVERITIES } from "../alert/rules.ts";
import { duration, httpUrl, REFERENCE, secret, share, size } from "./setting-types.ts";

const severity = z.enum(SEVERITIES);

/** A threshold is written in the unit of its rule. */
const THRESHOLDS = { duration: duration("1ms", "3650d"), size: size("1B", "1024TiB"), share };

type RuleOverride = {
  readonly enabled?: boolean | undefined;
  readonly severity?: (typeof SEVERITIES)[number] | undefined;
  readonly above?: number | undefined;
  readonly below?: number | undefined;
  readonly for?: number | undefined;
  readonly hold?: number | undefined;
};

function ruleSchema(name: RuleName): z.ZodType<RuleOverride> {
  const rule = RULES[name];
  const common = {
    enabled: z.boolean().optional().describe("false: never fires."),
    severity: severity.optional().describe(`Default ${rule.severity}.`),
  };
  if (isEventRule(rule)) {
    return z
      .strictObject({
        ...common,
        hold: duration("1s", "7d")
          .optional()
          .describe(`How long it stays after it happened; default ${rule.holdMs / 60_000}m.`),
      })
      .describe(`${rule.title}.`);
  }
  const { unit, fires, forMs } = rule;
  return z
    .strictObject({
      ...common,
      ...(unit !== "none" && { [fires]: THRESHOLDS[unit].optional().describe(`Fires ${fires} this.`) }),
      for: duration("0s", "7d")
        .optional()
        .describe(`How long that must hold before it fires; default ${forMs / 1_000}s.`),
    })
    .describe(`${rule.title}.`) as z.ZodType<RuleOverride>;
}

const rules = z.strictObject(
  Object.fromEntries(RULE_NAMES.map((name) => [name, ruleSchema(name).optional()])) as Record<
    RuleName,
    z.ZodOptional<z.ZodType<RuleOverride>>
  >,
);

const from = severity.prefault("warning").describe("The least severe that is sent.");
const token = secret.optional().describe(`Bearer token, as ${REFERENCE}.`);
const plainOrSecretUrl = z.union([secret, httpUrl], { error: `expected an http:// or https:// URL, or ${REFERENCE}` });

const channel = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("webhook"), from, url: plainOrSecretUrl.describe("Gets a POST of JSON (deploy/RUNBOOK.md)."), token }),
  z.strictObject({
    type: z.literal("slack"),
    from,
    url: secret.describe(`The incoming webhook's URL, which is a secret: as ${REFERENCE}.`),
  }),
  z.strictObject({
    type: z.literal("pagerduty"),
    from,
    routingKey: secret.describe(`Integration key of an Events API v2 integration, as ${REFERENCE}.`),
    url: httpUrl.prefault("https://events.pagerduty.com/v2/enqueue").describe("Elsewhere for the EU's service region."),
  }),
  z.strictObject({
    type: z.literal("alertmanager"),
    from,
    url: plainOrSecretUrl.describe("Where Alertmanager is: without /api/v2/alerts."),
    token,
  }),
]);

export const alertsSchema = z.strictObject({
  rules: rules.prefault({}).describe("What differs from a rule's default."),
  streams: z.record(z.string(), rules).prefault({}).describe("By origin region: what differs for its stream alone."),
  channels: z
    .record(z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/), channel)
    .prefault({})
    .describe("Where alerts go besides the log, by a name of yours."),
  runbook: z
    .string()
    .min(1)
    .optional()
    .describe("Where people find the runbook; each alert links to its section there. Without it on the gateway's own admin port."),
});

export type AlertsSettings = z.output<typeof alertsSchema>;
export type RulesSettings = AlertsSettings["rules"];
