/**
 * The admin port: /healthz and /readyz for everybody, /status, /metrics, /alerts and /events for readers, what acts for operators; `access.ts` knows
 * who that is. Each answer is made from one reading of the status and holds no secrets. `page.ts` adds the dashboard.
 */
import { once } from "node:events";
import { Server as TlsServer } from "node:https";
import fastify, { type FastifyInstance } from "fastify";
import type { Logger } from "pino";
import type { Timeline } from "../alert/timeline.ts";
import type { AlertWatch } from "../alert/watch.ts";
import { GatewayError, wrapError } from "../errors.ts";
import { type Clock, systemClock } from "../runtime/clock.ts";
import { Crowd } from "../runtime/crowd.ts";
import type { Service } from "../runtime/supervisor.ts";
import type { AdminClient, AdminRole } from "../topology/admin-view.ts";
import type { LinkTls } from "../topology/region-view.ts";
import type { Reload } from "../topology/reload.ts";
import { Access } from "./access.ts";
import { serveAlerts } from "./alert-routes.ts";
import { serveEvents } from "./event-stream.ts";
import { METRICS_CONTENT_TYPE, renderMetrics } from "./metrics/exposition.ts";
import { servePage } from "./page.ts";
import type { Samples } from "./samples.ts";
import type { PromotionStatus } from "./status/delivery.ts";
import type { GatewayStatus } from "./status/gateway.ts";
import { notReadyReasons } from "./status/verdict.ts";

export type AdminServerOptions = {
  readonly host: string;
  readonly port: number;
  /** Makes the read model; must be quick and must not throw. */
  readonly status: () => GatewayStatus;
  /** Present: the dashboard is served. */
  readonly samples?: Samples;
  readonly alerts?: AlertWatch;
  readonly timeline?: Timeline;
  /** Reads the topology again, and says what came of it; throws CONFIG_INVALID, or what kept a journal from being opened. */
  readonly reload?: () => Promise<Reload>;
  /** Whom the topology lets in; without any, everybody may read. */
  readonly clients?: readonly AdminClient[];
  /** Present: HTTPS, and certificates as logins. */
  readonly tls?: LinkTls | undefined;
  readonly onTlsRenewal?: ((renewed: () => void) => () => void) | undefined;
  /** Starts a service anew; false when there is none of that name. */
  readonly restart?: (service: string) => boolean;
  /** Orders a promotion, and says how far it is; undefined when no such stream is delivered by write. */
  readonly promote?: (stream: string) => PromotionStatus | undefined;
  /** Says yes to what a delivery does not do by itself, and returns what that is; undefined when nothing waits for it. */
  readonly accept?: (stream: string) => string | undefined;
  readonly log: Logger;
  readonly clock?: Clock;
};

declare module "fastify" {
  interface FastifyContextConfig {
    /** Needed for this route; without it everybody may ask. */
    role?: AdminRole;
  }
  interface FastifyRequest {
    /** Who asks, by name. */
    client: string;
  }
}

/** Requests have no body or a small one; nobody needs more than a few connections. */
const MAX_BODY_BYTES = 1024;
const MAX_HEADER_BYTES = 8 * 1024;
const MAX_CONNECTIONS = 128;
const REQUEST_TIMEOUT_MS = 5_000;
const IDLE_TIMEOUT_MS = 10_000;
/** A crowd is said once per this time. */
const CROWD_LOG_MS = 10_000;

export class AdminServer implements Service {
  readonly #options: AdminServerOptions;

  constructor(options: AdminServerOptions) {
    this.#options = options;
  }

  /** Throws ADMIN_UNAVAILABLE when the address cannot be listened on. */
  async run(signal: AbortSignal): Promise<void> {
    const { host, port, log } = this.#options;
    const app = this.#app();
    const forget = this.#followRenewals(app);
    try {
      await app.listen({ host, port });
      log.info({ event: "admin.listening", host, port, tls: this.#options.tls !== undefined }, "admin port is open");
      if (!signal.aborted) await once(signal, "abort");
    } catch (cause) {
      throw wrapError("ADMIN_UNAVAILABLE", `the admin port ${host}:${port} cannot be opened`, cause);
    } finally {
      forget();
      await app.close();
    }
  }

  /** New connections get the renewed certificate. */
  #followRenewals({ server }: FastifyInstance): () => void {
    const { tls, onTlsRenewal } = this.#options;
    if (!tls || !onTlsRenewal || !(server instanceof TlsServer)) return () => undefined;
    return onTlsRenewal(() => server.setSecureContext({ ...tls }));
  }

  /** Answers are quick: whoever is evicted held a connection for nothing, or asks again. */
  #crowd(log: Logger, clock: Clock): Crowd {
    let evicted = 0;
    let saidAtMs = Number.NEGATIVE_INFINITY;
    return new Crowd({
      most: MAX_CONNECTIONS,
      onEvicted: () => {
        evicted++;
        if (clock.nowMs() - saidAtMs < CROWD_LOG_MS) return;
        saidAtMs = clock.nowMs();
        log.warn({ event: "admin.crowded", evicted }, "too many connections to the admin port: a random one goes for each that comes");
      },
    });
  }

  #app(): FastifyInstance {
    const {
      status,
      log,
      clock = systemClock,
      clients = [],
      tls,
      restart = () => false,
      promote = () => undefined,
      accept = () => undefined,
      samples,
    } = this.#options;
    const access = new Access({ clients, log, clock });
    const limits = { maxHeaderSize: MAX_HEADER_BYTES, headersTimeout: REQUEST_TIMEOUT_MS, connectionsCheckingInterval: 1000 };
    const app = fastify({
      // Certificates are asked for and not demanded: who has a token, or only wants /healthz, needs none.
      ...(tls && {
        https: { ...limits, ...tls, requestCert: true, rejectUnauthorized: false, handshakeTimeout: REQUEST_TIMEOUT_MS } as never,
      }),
      logger: false,
      bodyLimit: MAX_BODY_BYTES,
      requestTimeout: REQUEST_TIMEOUT_MS,
      connectionTimeout: IDLE_TIMEOUT_MS,
      keepAliveTimeout: IDLE_TIMEOUT_MS,
      forceCloseConnections: true,
      http: limits,
    });
    this.#crowd(log, clock).watch(app.server);
    app.addHook("onSend", async (_, reply) => {
      reply.header("cache-control", "no-store").header("x-content-type-options", "nosniff");
    });
    app.setErrorHandler((error: Error & { readonly statusCode?: number }, request, reply) => {
      const code = error.statusCode ?? 500;
      if (code >= 500) log.error({ event: "admin.failed", route: request.routeOptions.url, err: error }, "an admin request failed");
      return reply.code(code).send({ error: code >= 500 ? "internal error" : error.message });
    });
    app.setNotFoundHandler((_, reply) =>
      reply.code(404).send({
        error:
          "expected GET / (the dashboard), /runbook, /healthz, /readyz, /status, /metrics, /alerts or /events, or POST /restart/SERVICE, /promote/STREAM, /accept/STREAM, /reload, /alerts/test or /alerts/silences",
      }),
    );

    app.decorateRequest("client", "");
    app.addHook("onRequest", async (request, reply) => {
      const { role } = request.routeOptions.config;
      if (role === undefined) return;
      const verdict = access.judge(request.raw, role);
      if ("client" in verdict) {
        request.client = verdict.client;
        return;
      }
      if (verdict.status === 401) reply.header("www-authenticate", 'Bearer realm="causeway"');
      return reply.code(verdict.status).send({ error: verdict.message });
    });

    if (samples) servePage(app, samples);
    const { alerts, timeline, reload } = this.#options;
    if (alerts) serveAlerts(app, alerts, clock, log);
    if (timeline) serveEvents(app, timeline);
    if (reload) serveReload(app, reload, log);
    app.get("/healthz", () => ({ alive: true }));
    app.get("/readyz", (_, reply) => {
      const reasons = notReadyReasons(status());
      return reply.code(reasons.length === 0 ? 200 : 503).send({ ready: reasons.length === 0, reasons });
    });
    app.get("/status", { config: { role: "read" } }, () => status());
    app.get("/metrics", { config: { role: "read" } }, async (_, reply) =>
      reply.type(METRICS_CONTENT_TYPE).send(await renderMetrics(status())),
    );
    app.post<{ Params: { readonly service: string } }>("/restart/:service", { config: { role: "operator" } }, (request, reply) => {
      const { service } = request.params;
      if (!restart(service)) return reply.code(404).send({ error: "expected a service of /status that can be restarted" });
      log.warn({ event: "admin.restarted", restarted: service, client: request.client }, `${request.client} restarted ${service}`);
      return { restarted: service };
    });
    app.post<{ Params: { readonly stream: string } }>("/accept/:stream", { config: { role: "operator" } }, (request, reply) => {
      const { stream } = request.params;
      const accepted = accept(stream);
      if (accepted === undefined) return reply.code(409).send({ error: "nothing of that stream waits for a person here" });
      log.warn({ event: "admin.accepted", stream, accepted, client: request.client }, `${request.client} accepts ${accepted} of ${stream}`);
      return { accepted };
    });
    app.post<{ Params: { readonly stream: string } }>("/promote/:stream", { config: { role: "operator" } }, (request, reply) => {
      const { stream } = request.params;
      const answer = promote(stream);
      if (!answer) return reply.code(404).send({ error: "expected a stream that is delivered by write" });
      if (answer.ordered)
        log.warn(
          { event: "admin.promotion-asked", stream, step: answer.step, client: request.client },
          `${request.client} promotes ${stream}`,
        );
      return answer;
    });
    return app;
  }
}

/** What cannot be taken over is an answer, not a failure: nothing has changed. */
function serveReload(app: FastifyInstance, reload: () => Promise<Reload>, log: Logger): void {
  app.post("/reload", { config: { role: "operator" } }, async ({ client }, reply) => {
    log.warn({ event: "admin.reload-asked", client }, `${client} asks to read the topology again`);
    try {
      const result = await reload();
      return reply.code(result.refused.length === 0 ? 200 : 409).send(result);
    } catch (cause) {
      if (cause instanceof GatewayError) return reply.code(cause.code === "CONFIG_INVALID" ? 422 : 503).send({ error: cause.message });
      throw cause;
    }
  });
}
