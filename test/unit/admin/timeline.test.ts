import { expect, test } from "vitest";
import { entryOf } from "../../../src/admin/timeline.ts";
import { CHANGE_KINDS } from "../../../src/alert/changes.ts";

const event = { id: 1, atMs: 5, region: "us-east", text: "…" };

test("the subject is the closest thing that has a name", () => {
  const subject = (of: object) => entryOf({ ...event, kind: "link-up", ...of }).subject;
  expect([
    subject({}),
    subject({ peer: "eu-west" }),
    subject({ stream: "us-east/0", peer: "eu-west" }),
    subject({ service: "source" }),
  ]).toEqual(["us-east", "eu-west", "us-east/0", "source"]);
});

test("an alert that fires is as bad as it is severe, one that is resolved is good", () => {
  const tone = (kind: string, severity: "info" | "warning" | "critical") => entryOf({ ...event, kind, severity }).tone;
  expect([tone("alert-firing", "critical"), tone("alert-firing", "warning"), tone("alert-resolved", "critical")]).toEqual([
    "bad",
    "busy",
    "good",
  ]);
});

test("what is good is known: a new kind of change is looked at", () => {
  const good = CHANGE_KINDS.filter((kind) => entryOf({ ...event, kind }).tone === "good");
  expect(good).toEqual([
    "gateway-started",
    "full-sync-finished",
    "partial-sync",
    "disk-writable",
    "replica-attached",
    "link-up",
    "service-recovered",
  ]);
});
