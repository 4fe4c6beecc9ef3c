/** Asks every gateway for its status, a few times a second, and remembers what the report needs: the worst lag, the course of it. */
import type { GatewayStatus, LinkStatus, StreamStatus } from "../../src/admin/status.ts";
import type { PeerLag } from "../../src/lag/lag-tracker.ts";
import { ORIGIN, PEERS, type Peer, STREAM, type World } from "./world.ts";

const ANSWER_TIMEOUT_MS = 2_000;
/** As many as a line of the table shows. */
const COURSE_LENGTH = 60;

export type PeerView = {
  /** The origin's end of the link. */
  readonly link: LinkStatus | undefined;
  readonly acked: { readonly received?: string; readonly durable?: string; readonly applied?: string };
  readonly lag: PeerLag | undefined;
  readonly stream: StreamStatus | undefined;
  readonly reconnects: number;
};

/** Of one peer's lag: the last samples, and the worst since `begin`. */
export type Course = { readonly lagMs: readonly number[]; readonly maxMs: number; readonly maxBytes: number };

const NOTHING: Course = { lagMs: [], maxMs: 0, maxBytes: 0 };

export class Observer {
  readonly #world: World;
  readonly #statuses = new Map<string, GatewayStatus>();
  readonly #courses = new Map<Peer, Course>();

  constructor(world: World) {
    this.#world = world;
  }

  /** A gateway that does not answer keeps its last status. */
  async look(): Promise<void> {
    await Promise.all(
      Object.entries(this.#world.adminPorts).map(async ([region, port]) => {
        const status = await fetchStatus(port);
        if (status) this.#statuses.set(region, status);
      }),
    );
    for (const peer of PEERS) this.#remember(peer);
  }

  /** Forgets the lag of the first sync: from here on it is the load's. */
  begin(): void {
    this.#courses.clear();
  }

  course(peer: Peer): Course {
    return this.#courses.get(peer) ?? NOTHING;
  }

  get origin(): StreamStatus | undefined {
    return this.#statuses.get(ORIGIN)?.streams.find(({ id }) => id === STREAM);
  }

  peer(peer: Peer): PeerView {
    const link = this.#statuses.get(ORIGIN)?.links.find((candidate) => candidate.peer === peer && candidate.direction === "sending");
    const onLink = link?.streams.find(({ stream }) => stream === STREAM);
    const own = this.#statuses.get(peer);
    return {
      link,
      acked: onLink?.acked ?? {},
      lag: onLink?.lag,
      stream: own?.streams.find(({ id }) => id === STREAM),
      reconnects: own?.links.find(({ direction }) => direction === "receiving")?.reconnects ?? 0,
    };
  }

  /** Every peer has applied the stream up to here. */
  hasApplied(offset: bigint): boolean {
    return PEERS.every((peer) => BigInt(this.peer(peer).acked.applied ?? -1) >= offset);
  }

  #remember(peer: Peer): void {
    const { lag } = this.peer(peer);
    if (lag === undefined) return;
    const { lagMs, maxMs, maxBytes } = this.course(peer);
    this.#courses.set(peer, {
      lagMs: [...lagMs, lag.lagMs].slice(-COURSE_LENGTH),
      maxMs: Math.max(maxMs, lag.lagMs),
      maxBytes: Math.max(maxBytes, lag.behindBytes.applied ?? 0),
    });
  }
}

async function fetchStatus(port: number): Promise<GatewayStatus | undefined> {
  try {
    const answer = await fetch(`http://127.0.0.1:${port}/status`, { signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS) });
    return answer.ok ? ((await answer.json()) as GatewayStatus) : undefined;
  } catch {
    return undefined;
  }
}
