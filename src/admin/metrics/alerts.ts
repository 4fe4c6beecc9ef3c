/** What fires, and how the channels that tell of it do. */
import type { OutboxStats } from "../../alert/channels/outbox.ts";
import type { GatewayStatus } from "../status/gateway.ts";
import { gauge, type Labels, type Metric, type Sample } from "./metric.ts";

export const ALERT_METRICS: readonly Metric[] = [
  gauge("causeway_alerts_firing", "Alerts that fire and are not silenced.", ["rule", "severity"], ({ alerts }) => {
    const counts = new Map<string, { readonly labels: Labels; readonly count: number }>();
    for (const { rule, severity, silenced } of alerts.firing) {
      if (silenced) continue;
      const key = `${rule} ${severity}`;
      counts.set(key, { labels: { rule, severity }, count: (counts.get(key)?.count ?? 0) + 1 });
    }
    return [...counts.values()].map(({ labels, count }): Sample => [labels, count]);
  }),
  channel("causeway_alert_notifications_sent_total", "Notifications that the channel took.", ({ sent }) => sent),
  channel("causeway_alert_notification_failures_total", "Attempts that failed; each was repeated or given up.", ({ failures }) => failures),
  channel("causeway_alert_notifications_dropped_total", "Notifications that were given up.", ({ dropped }) => dropped),
];

function channel(name: string, help: string, value: (channel: OutboxStats) => number): Metric {
  const samples = ({ alerts }: GatewayStatus) => alerts.channels.map((each): Sample => [{ channel: each.channel }, value(each)]);
  return { name, type: "counter", help, labels: ["channel"], samples };
}
