/** What happened between two readings of the status, in words: syncs, failovers, links, halts. Pure. */
import type { GatewayStatus, LinkStatus, StreamStatus } from "./status.ts";

export type TimelineEntry = {
  readonly atMs: number;
  /** A stream, `to eu-west`, a service, or the region for the gateway itself. */
  readonly subject: string;
  readonly text: string;
  /** good: as it should be. busy: look at it. bad: something is down or lost. */
  readonly tone: "good" | "busy" | "bad";
};

type Happening = Omit<TimelineEntry, "atMs" | "subject">;

/** Oldest first; of the first reading only that the gateway runs. */
export function timelineOf(before: GatewayStatus | undefined, after: GatewayStatus): readonly TimelineEntry[] {
  const entry = (subject: string) => (happening: Happening) => ({ atMs: after.atMs, subject, ...happening });
  if (!before) return [{ ...entry(after.region)(good("the gateway started")), atMs: after.startedAtMs }];
  return [
    ...after.streams.flatMap((stream) => {
      const old = before.streams.find(({ id }) => id === stream.id);
      return old ? [...masterChanges(old, stream), ...streamChanges(old, stream)].map(entry(stream.id)) : [];
    }),
    ...after.links.flatMap((link) => {
      const old = before.links.find(({ peer, direction }) => peer === link.peer && direction === link.direction);
      return old ? linkChanges(old, link).map(entry(`${link.direction === "sending" ? "to" : "from"} ${link.peer}`)) : [];
    }),
    ...after.services.flatMap((service) => {
      const old = before.services.find(({ name }) => name === service.name);
      if (!old || (old.state === "halted") === (service.state === "halted")) return [];
      const happening = service.state === "halted" ? bad(`halted: ${service.code}, ${service.message}`) : good("not halted any more");
      return [entry(service.name)(happening)];
    }),
  ];
}

function masterChanges({ master: old }: StreamStatus, { master }: StreamStatus): readonly Happening[] {
  if (!old || !master) return [];
  const grew = (counter: "fullSyncs" | "partialSyncs" | "failovers" | "historiesLost") => master[counter] > old[counter];
  return [
    ...(grew("historiesLost") ? [bad("history lost: the master demanded a full sync")] : []),
    ...(grew("failovers") ? [busy("failover: the history goes on under a new replid")] : []),
    ...(grew("fullSyncs") ? [busy("full sync from the master")] : []),
    ...(grew("partialSyncs") ? [good("resumed from the master without a full sync")] : []),
    ...(old.state === "streaming" && master.state !== "streaming" ? [bad(`the master is ${master.state}`)] : []),
  ];
}

function streamChanges(old: StreamStatus, { journal, delivery, feed, snapshot, phase, role }: StreamStatus): readonly Happening[] {
  const grew = (counter: "divergences" | "deadLetters") => (delivery?.[counter] ?? 0) > (old.delivery?.[counter] ?? 0);
  const attached = (feed?.replicas.length ?? 0) - (old.feed?.replicas.length ?? 0);
  const isNew = snapshot && snapshot.id !== old.snapshot?.id;
  return [
    ...(snapshot?.state === "arriving" && isNew ? [busy(`a snapshot arrives, at ${snapshot.offset}`)] : []),
    ...(snapshot?.state === "complete" && (isNew || old.snapshot?.state !== "complete")
      ? [good(`the snapshot at ${snapshot.offset} is complete`)]
      : []),
    ...(snapshot?.state === "aborted" && old.snapshot?.state === "arriving" ? [bad("the snapshot was broken off")] : []),
    ...(role === "replica" && phase !== old.phase ? [phaseChange(phase)] : []),
    ...(grew("divergences") ? [bad("diverged: the target refused a command")] : []),
    ...(grew("deadLetters") ? [bad("a command went to the dead letters")] : []),
    ...(attached > 0 ? [good("a replica attached")] : []),
    ...(attached < 0 ? [busy("a replica went")] : []),
    ...(journal.diskFull && !old.journal.diskFull ? [bad("the disk is full")] : []),
    ...(!journal.diskFull && old.journal.diskFull ? [good("the disk has room again")] : []),
    ...(journal.droppedNeededBytes > old.journal.droppedNeededBytes ? [bad("retention dropped what a reader still needed")] : []),
  ];
}

function phaseChange(phase: string): Happening {
  if (phase === "streaming") return good("streaming");
  return phase === "halted" ? bad("halted") : busy(phase);
}

function linkChanges(old: LinkStatus, link: LinkStatus): readonly Happening[] {
  const wasOpen = old.phase === "open";
  const isOpen = link.phase === "open";
  const reconnected = wasOpen && isOpen && link.connectedAtMs !== old.connectedAtMs;
  const streams = link.streams.flatMap(({ stream, phase }) => {
    const earlier = old.streams.find((other) => other.stream === stream)?.phase;
    if (phase === earlier || phase === undefined) return [];
    if (phase === "snapshotting") return [busy(`${stream} begins with a snapshot`)];
    return phase === "streaming" && earlier !== undefined ? [good(`${stream} goes on`)] : [];
  });
  return [
    ...(wasOpen && !isOpen ? [bad(`the link is down${link.lastError === undefined ? "" : `: ${link.lastError}`}`)] : []),
    ...(!wasOpen && isOpen ? [good("the link is open")] : []),
    ...(reconnected ? [busy("the link was opened anew")] : []),
    ...streams,
  ];
}

function good(text: string): Happening {
  return { text, tone: "good" };
}

function busy(text: string): Happening {
  return { text, tone: "busy" };
}

function bad(text: string): Happening {
  return { text, tone: "bad" };
}
