/** What a channel of notification is, and what it is asked to send. */
import type { Announcement } from "../book.ts";
import type { Severity } from "../rules.ts";

export type ChannelKind = "webhook" | "slack" | "pagerduty" | "alertmanager";

export type Channel = {
  readonly name: string;
  readonly kind: ChannelKind;
  /** The least severe that is sent. */
  readonly from: Severity;
  /** Of Slack a secret by itself. */
  readonly url: string;
  /** webhook, alertmanager: a bearer token. pagerduty: the routing key. */
  readonly secret?: string;
};

export type Notification = Announcement & {
  /** Where the alert's section of the runbook is. */
  readonly runbook: string;
  /** Asked for by a person, to see whether it arrives. */
  readonly isTest?: boolean;
};

/** An HTTP POST of JSON. */
export type Post = { readonly url: string; readonly headers: Readonly<Record<string, string>>; readonly body: unknown };
