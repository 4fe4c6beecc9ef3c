import { expect, test } from "vitest";
import type { GatewayStatus, LinkStatus, StreamStatus } from "../../../src/admin/status.ts";
import { timelineOf } from "../../../src/admin/timeline.ts";
import { originStatus, replicaStatus } from "../../support/sample-status.ts";

const said = (before: GatewayStatus | undefined, after: GatewayStatus) =>
  timelineOf(before, after).map(({ subject, tone, text }) => `${tone} ${subject}: ${text}`);
const stream = (status: GatewayStatus, change: (stream: StreamStatus) => Partial<StreamStatus>): GatewayStatus => ({
  ...status,
  streams: status.streams.map((of) => ({ ...of, ...change(of) })),
});
const link = (status: GatewayStatus, change: Partial<LinkStatus>): GatewayStatus => ({
  ...status,
  links: status.links.map((of, nth) => (nth === 0 ? { ...of, ...change } : of)),
});

test("nothing happened between two equal readings; the first says when the gateway started", () => {
  expect(timelineOf(originStatus, { ...originStatus, atMs: originStatus.atMs + 1000 })).toEqual([]);
  expect(timelineOf(undefined, originStatus)).toEqual([
    { atMs: originStatus.startedAtMs, subject: "us-east", text: "the gateway started", tone: "good" },
  ]);
});

test("syncs and failovers of the master", () => {
  const master = originStatus.streams[0]!.master!;
  const after = stream(originStatus, () => ({ master: { ...master, partialSyncs: 3, failovers: 2 } }));
  expect(said(originStatus, after)).toEqual([
    "busy us-east/0: failover: the history goes on under a new replid",
    "good us-east/0: resumed from the master without a full sync",
  ]);
  const lost = stream(originStatus, () => ({ master: { ...master, state: "full sync", fullSyncs: 2, historiesLost: 1 } }));
  expect(said(originStatus, lost)).toEqual([
    "bad us-east/0: history lost: the master demanded a full sync",
    "busy us-east/0: full sync from the master",
    "bad us-east/0: the master is full sync",
  ]);
});

test("a link goes down, comes back, is replaced, and carries a snapshot", () => {
  const open = link(originStatus, { phase: "open" });
  const down = link(originStatus, { phase: "closed", lastError: "reset" });
  expect(said(open, down)).toEqual(["bad to eu-west: the link is down: reset"]);
  expect(said(down, open)).toEqual(["good to eu-west: the link is open"]);
  expect(said(open, link(open, { connectedAtMs: 7 }))).toEqual(["busy to eu-west: the link was opened anew"]);
  const carries = (phase: string) => link(open, { streams: [{ stream: "us-east/0", phase, acked: {} }] });
  expect(said(carries("resuming"), carries("snapshotting"))).toEqual(["busy to eu-west: us-east/0 begins with a snapshot"]);
  expect(said(carries("snapshotting"), carries("streaming"))).toEqual(["good to eu-west: us-east/0 goes on"]);
});

test("a replica halts and is helped", () => {
  const well = stream(
    { ...replicaStatus, services: replicaStatus.services.map((service) => ({ ...service, state: "running" })) },
    ({ delivery }) => ({ phase: "streaming", delivery: { ...delivery!, divergences: 0 } }),
  );
  expect(said(well, replicaStatus)).toEqual([
    "bad us-east/0: halted",
    "bad us-east/0: diverged: the target refused a command",
    "bad delivery us-east/0: halted: TARGET_REJECTED, the target refused INCR",
  ]);
  expect(said(replicaStatus, well)).toEqual(["good us-east/0: streaming", "good delivery us-east/0: not halted any more"]);
});

test("snapshots, replicas that attach, and the disk", () => {
  const arriving = { ...originStatus.streams[0]!.snapshot!, id: "1", state: "arriving" } as const;
  const [before] = [stream(originStatus, () => ({ snapshot: arriving }))];
  expect(said(originStatus, before)).toEqual(["busy us-east/0: a snapshot arrives, at 1"]);
  const complete = stream(before, () => ({ snapshot: { ...arriving, state: "complete" } }));
  expect(said(before, complete)).toEqual(["good us-east/0: the snapshot at 1 is complete"]);
  const full = stream(originStatus, ({ journal }) => ({ journal: { ...journal, diskFull: true, droppedNeededBytes: 9 } }));
  expect(said(originStatus, full)).toEqual([
    "bad us-east/0: the disk is full",
    "bad us-east/0: retention dropped what a reader still needed",
  ]);
});
