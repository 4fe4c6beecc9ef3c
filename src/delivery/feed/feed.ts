/**
 * Feeds one stream to real replicas: they attach by REPLICAOF and get the master's own bytes under the master's own replid and offsets.
 * Many share one journal, each at its own pace. `applied` is the least that attached replicas have acknowledged: the number
 * says what is safe whichever of them is promoted. One that is still loading does not count, and without any nothing is applied here.
 */
import { randomBytes } from "node:crypto";
import { setMaxListeners } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer, Server as TlsServer } from "node:tls";
import type { Logger } from "pino";
import { wrapError } from "../../errors.ts";
import type { Clock } from "../../runtime/clock.ts";
import { Crowd } from "../../runtime/crowd.ts";
import { followRenewals, listenUntilAborted } from "../../runtime/listening.ts";
import { Notice } from "../../runtime/notice.ts";
import type { Service } from "../../runtime/supervisor.ts";
import type { StreamLog } from "../../stream/log.ts";
import type { Offset } from "../../stream/position.ts";
import type { Login } from "./dialogue.ts";
import type { FeedStats } from "./feed-stats.ts";
import type { FeedFacts } from "./info.ts";
import { ReplicaSession } from "./replica-session.ts";
import { SnapshotRenewal, type SnapshotSupply } from "./snapshot-renewal.ts";

const READER = "delivery";
const MAX_REPLICAS = 64;
/** Connections that have not been granted a PSYNC; a random one goes for each that comes. */
const MAX_STRANGERS = 64;
const HANDSHAKE_TIMEOUT_MS = 5_000;

/** Text of PEM files, always the current one: copy the object, do not keep its values. */
export type FeedTls = { readonly cert: string; readonly key: string; readonly passphrase?: string; readonly ca?: string };

export type FeedOptions = {
  readonly host: string;
  readonly port: number;
  readonly login: Login;
  readonly tls?: FeedTls;
  readonly onTlsRenewal?: (renewed: () => void) => () => void;
  readonly journal: StreamLog;
  readonly supply: SnapshotSupply;
  readonly log: Logger;
  readonly clock: Clock;
  /** Shared by all attempts. */
  readonly stats: FeedStats;
};

export class Feed implements Service {
  readonly #options: FeedOptions;
  readonly #sessions = new Set<ReplicaSession>();
  /** Those that asked for the stream, and have it or wait for it. */
  readonly #admitted = new Set<ReplicaSession>();
  readonly #running = new Set<Promise<void>>();
  readonly #progressed = new Notice();
  readonly #runId = randomBytes(20).toString("hex");
  readonly #crowd: Crowd;
  #connections = 0;
  #reporting = false;

  constructor(options: FeedOptions) {
    this.#options = options;
    this.#crowd = new Crowd({ most: MAX_STRANGERS, onEvicted: () => options.stats.refusals++ });
  }

  /** Returns when the signal aborts. Throws FEED_UNAVAILABLE when it cannot listen. */
  async run(signal: AbortSignal): Promise<void> {
    const { stats, journal, supply, log, clock } = this.#options;
    const server = this.#createServer();
    const forget = followRenewals(server, this.#options);
    const over = new AbortController();
    // One of each session.
    setMaxListeners(0, over.signal);
    const stopProgress = journal.onProgress(() => this.#moved());
    const following = this.#followChanges(over.signal);
    stats.replicas = () => this.#replicas();
    const renewal = new SnapshotRenewal({ supply, journal, replicas: stats.replicas, stats, log, clock, signal: over.signal });
    server.on(server instanceof TlsServer ? "secureConnection" : "connection", (socket: Socket) =>
      this.#welcome(socket, renewal, over.signal),
    );
    try {
      await this.#listen(server, signal);
    } finally {
      stats.listening = false;
      forget();
      stopProgress();
      over.abort(signal.reason);
      const closed = new Promise((resolve) => server.close(resolve));
      await Promise.all([closed, following, ...this.#running]);
      stats.replicas = () => [];
    }
  }

  #createServer(): Server {
    const { tls } = this.#options;
    const certified = tls?.ca !== undefined;
    const server = tls
      ? createTlsServer({ ...tls, requestCert: certified, rejectUnauthorized: certified, handshakeTimeout: HANDSHAKE_TIMEOUT_MS })
      : createServer();
    this.#crowd.watch(server);
    server.on("connection", (socket: Socket) => socket.on("error", () => socket.destroy()));
    server.on("tlsClientError", () => this.#options.stats.refusals++);
    return server;
  }

  async #listen(server: Server, signal: AbortSignal): Promise<void> {
    const { host, port, log, stats } = this.#options;
    const onListening = (actual: number) => {
      stats.listening = true;
      log.info({ event: "feed.listening", host, port: actual }, "replicas may attach");
      this.#report();
    };
    await listenUntilAborted(server, { host, port, onListening }, signal).catch((cause) => {
      throw wrapError("FEED_UNAVAILABLE", `cannot listen on ${host}:${port}`, cause);
    });
  }

  #welcome(socket: Socket, renewal: SnapshotRenewal, signal: AbortSignal): void {
    const { journal, log, clock, stats, login } = this.#options;
    const session = new ReplicaSession({
      socket,
      id: ++this.#connections,
      login,
      facts: () => this.#facts(),
      journal,
      progressed: this.#progressed,
      renewal,
      log,
      clock,
      stats,
      admit: () => {
        if (this.#admitted.size >= MAX_REPLICAS && !this.#admitted.has(session)) return false;
        this.#admitted.add(session);
        this.#crowd.vouch(socket);
        return true;
      },
      onChange: () => this.#planReport(),
    });
    this.#sessions.add(session);
    const running = session.run(signal).finally(() => {
      this.#sessions.delete(session);
      this.#admitted.delete(session);
      this.#running.delete(running);
    });
    this.#running.add(running);
  }

  #replicas() {
    return [...this.#sessions].flatMap(({ replica }) => replica ?? []);
  }

  #facts(): FeedFacts {
    const { journal, port, clock } = this.#options;
    const { current } = journal;
    const history = current && { replid: current.tail.replid, start: current.start, boundary: current.boundary };
    return { runId: this.#runId, port, nowMs: clock.nowMs(), history, replicas: this.#replicas() };
  }

  async #followChanges(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#options.journal.changed(signal);
      this.#moved();
      this.#planReport();
    }
  }

  #moved(): void {
    for (const session of this.#sessions) session.look();
    this.#progressed.wake();
  }

  #planReport(): void {
    if (this.#reporting) return;
    this.#reporting = true;
    setImmediate(() => {
      this.#reporting = false;
      this.#report();
    });
  }

  /** What is applied, and what retention has to keep: all that an attached replica lacks, and what a new one would need. */
  #report(): void {
    const { journal } = this.#options;
    const { current } = journal;
    if (current === undefined) return;
    const replicas = this.#replicas();
    const applied = least(replicas.flatMap(({ acked }) => acked ?? []));
    journal.markApplied(applied === undefined ? undefined : { history: current.id, offset: applied });
    const snapshot = current.snapshot?.info.offset;
    const needed = least([...replicas.map(({ acked, sent }) => acked ?? sent), ...(snapshot === undefined ? [] : [snapshot])]);
    journal.retain(READER, { history: current.id, offset: needed ?? current.boundary });
  }
}

function least(offsets: readonly Offset[]): Offset | undefined {
  let found: Offset | undefined;
  for (const offset of offsets) if (found === undefined || offset < found) found = offset;
  return found;
}
