/** Asks every gateway for its status, a few times a second, and remembers what the report needs: the worst lag, the course of it. */
import type { GatewayStatus } from "../../src/admin/status/gateway.ts";
import type { LinkStatus } from "../../src/admin/status/link.ts";
import type { StreamStatus } from "../../src/admin/status/stream.ts";
import { notReadyReasons } from "../../src/admin/status/verdict.ts";
import type { PeerLag } from "../../src/lag/lag-tracker.ts";
import { ORIGIN, PEERS, type Peer, STREAM, type World } from "./world.ts";

const ANSWER_TIMEOUT_MS = 2_000;
/** As many as a line of the table shows. */
const COURSE_LENGTH = 60;

type Acked = { readonly received?: string; readonly durable?: string; readonly applied?: string };

export type PeerView = {
  /** The origin's end of the link. */
  readonly link: LinkStatus | undefined;
  /** What happens between the regions, or in the peer while it is not ready for it. */
  readonly phase: string;
  /** The last that is known, also while the link is down. */
  readonly acked: Acked;
  readonly lag: PeerLag | undefined;
  readonly reconnects: number;
};

/** Of one peer's lag: the last samples, and the worst since `begin`. */
export type Course = { readonly lagMs: readonly number[]; readonly maxMs: number; readonly maxBytes: number };

const NOTHING: Course = { lagMs: [], maxMs: 0, maxBytes: 0 };

export class Observer {
  readonly #world: World;
  readonly #statuses = new Map<string, GatewayStatus>();
  readonly #acked = new Map<Peer, Acked>();
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
    for (const peer of PEERS) {
      const acked = this.#link(peer)?.streams.find(({ stream }) => stream === STREAM)?.acked;
      if (acked?.received !== undefined) this.#acked.set(peer, acked);
      this.#remember(peer);
    }
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
    const link = this.#link(peer);
    const onLink = link?.streams.find(({ stream }) => stream === STREAM);
    const own = this.#statuses.get(peer);
    const stream = own?.streams.find(({ id }) => id === STREAM);
    const linkPhase = link?.phase === "open" ? (onLink?.phase ?? "open") : (link?.phase ?? "starting");
    return {
      link,
      phase: stream === undefined || stream.phase === "streaming" || linkPhase === "closed" ? linkPhase : stream.phase,
      acked: this.#acked.get(peer) ?? {},
      lag: onLink?.lag,
      reconnects: own?.links.find(({ direction }) => direction === "receiving")?.reconnects ?? 0,
    };
  }

  /** What the gateways themselves say is wrong. */
  get troubles(): readonly string[] {
    return [...this.#statuses.values()].flatMap((status) => notReadyReasons(status).map((reason) => `${status.region}: ${reason}`));
  }

  /** Every peer has applied the stream up to here. */
  hasApplied(offset: bigint): boolean {
    return PEERS.every((peer) => BigInt(this.peer(peer).acked.applied ?? -1) >= offset);
  }

  /** The origin's end of it. */
  #link(peer: Peer): LinkStatus | undefined {
    return this.#statuses.get(ORIGIN)?.links.find((link) => link.peer === peer && link.direction === "sending");
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
