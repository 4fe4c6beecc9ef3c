import { expect, test } from "vitest";
import { changesBetween } from "../../../src/alert/changes.ts";
import type { AlertSample } from "../../../src/alert/sample.ts";
import { originStatus, replicaStatus } from "../../support/sample-status.ts";

const before: AlertSample = { ...originStatus, services: [{ name: "source", state: "running" }] };

test("a full sync, its failure and its end, a failover and a halted service are told once each", () => {
  const [stream] = before.streams;
  const at = (phase: string, fullSyncs: number): AlertSample => ({
    ...before,
    streams: [{ ...stream!, phase, master: { ...stream!.master!, fullSyncs } }],
  });
  const kinds = (from: AlertSample, to: AlertSample) => changesBetween(from, to).map(({ kind }) => kind);
  expect(kinds(at("streaming", 1), at("full sync", 2))).toEqual(["full-sync-started", "phase-changed"]);
  expect(kinds(at("full sync", 2), at("full sync", 2))).toEqual([]);
  expect(kinds(at("full sync", 2), at("disconnected", 2))).toEqual(["full-sync-failed", "phase-changed"]);
  expect(kinds(at("full sync", 2), at("full sync", 3))).toEqual(["full-sync-failed", "full-sync-started"]);
  expect(kinds(at("full sync", 3), at("streaming", 3))).toEqual(["full-sync-finished", "phase-changed"]);
  const halted: AlertSample = { ...before, services: [{ name: "source", state: "halted", code: "SOURCE_REFUSED", message: "no" }] };
  expect(changesBetween(before, halted)).toMatchObject([{ kind: "service-halted", service: "source" }]);
  expect(kinds(halted, before)).toEqual(["service-recovered"]);
  expect(kinds(before, before)).toEqual([]);
});

test("links that come and go, and the start of a gateway", () => {
  const down: AlertSample = { ...before, links: before.links.map(({ connectedAtMs: _, ...link }) => link) };
  expect(changesBetween(before, down)).toMatchObject([{ kind: "link-down", peer: "eu-west" }]);
  expect(changesBetween(down, before)).toMatchObject([{ kind: "link-up", peer: "eu-west" }]);
  expect(changesBetween(undefined, replicaStatus)).toMatchObject([{ kind: "gateway-started", atMs: replicaStatus.startedAtMs }]);
});
