import { expect, test } from "vitest";
import type { GatewayStatus } from "../../../src/admin/status/gateway.ts";
import { notReadyReasons } from "../../../src/admin/status/verdict.ts";
import { originStatus, replicaStatus } from "../../support/sample-status.ts";

test("ready while every needed service runs", () => expect(notReadyReasons(originStatus)).toEqual([]));

test("a halted service, a needed one that waits and a full disk are reasons; one that is not needed may wait", () => {
  expect(notReadyReasons(replicaStatus)).toEqual([
    "delivery us-east/0 is halted: TARGET_REJECTED, the target refused INCR",
    "us-east/0 is not carried on here: halted",
  ]);
  const services: GatewayStatus["services"] = [
    { name: "source", needed: true, state: "waiting", code: "SOURCE_CONNECTION", message: "refused" },
    { name: "alerts", needed: false, state: "waiting" },
    { name: "listener", needed: true, state: "stopped" },
  ];
  expect(notReadyReasons({ ...originStatus, services })).toEqual(["source is waiting: SOURCE_CONNECTION, refused", "listener is stopped"]);
  const stream = originStatus.streams[0]!;
  const full = { ...stream, journal: { ...stream.journal, diskFull: true } };
  expect(notReadyReasons({ ...originStatus, streams: [full] })).toEqual(["the journal of us-east/0 cannot write: the disk is full"]);
});

test("a receiver that cannot reach its origin is not ready; an origin whose peer is away is", () => {
  const link = replicaStatus.links[0]!;
  const cut = { ...replicaStatus, services: [], streams: [], links: [{ ...link, phase: "connecting" }] };
  expect(notReadyReasons(cut)).toEqual(["the link from us-east is connecting"]);
  const [sending, ...others] = originStatus.links;
  expect(notReadyReasons({ ...originStatus, links: [{ ...sending!, phase: "closed" }, ...others] })).toEqual([]);
});

test("a stream that waits on an open link is a reason on both sides", () => {
  const waiting = { stream: "us-east/0", phase: "waiting", acked: {} };
  const [sending, ...others] = originStatus.links;
  expect(notReadyReasons({ ...originStatus, links: [{ ...sending!, phase: "open", streams: [waiting] }, ...others] })).toEqual([
    `${sending!.peer} waits for us-east/0`,
  ]);
  const link = { ...replicaStatus.links[0]!, phase: "open", streams: [{ ...waiting, phase: "resuming" }] };
  expect(notReadyReasons({ ...replicaStatus, services: [], streams: [], links: [link] })).toEqual([
    "us-east/0 has not gone on yet at us-east",
  ]);
});
