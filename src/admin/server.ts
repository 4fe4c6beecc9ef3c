/**
 * The admin port: /healthz, /readyz, /status and /metrics, read-only and without secrets. Each answer is made from one
 * reading of the status. It has no login: bind it to an address that only operators and Prometheus reach.
 */
import { once } from "node:events";
import fastify, { type FastifyInstance } from "fastify";
import type { Logger } from "pino";
import { wrapError } from "../errors.ts";
import type { Service } from "../runtime/supervisor.ts";
import { METRICS_CONTENT_TYPE, renderMetrics } from "./metrics.ts";
import { type GatewayStatus, notReadyReasons } from "./status.ts";

export type AdminServerOptions = {
  readonly host: string;
  readonly port: number;
  /** Makes the read model; must be quick and must not throw. */
  readonly status: () => GatewayStatus;
  readonly log: Logger;
};

/** Requests have no body; nobody needs more than a few connections. */
const MAX_BODY_BYTES = 1024;
const MAX_HEADER_BYTES = 8 * 1024;
const MAX_CONNECTIONS = 128;
const REQUEST_TIMEOUT_MS = 5_000;
const IDLE_TIMEOUT_MS = 10_000;

export class AdminServer implements Service {
  readonly #options: AdminServerOptions;

  constructor(options: AdminServerOptions) {
    this.#options = options;
  }

  /** Throws ADMIN_UNAVAILABLE when the address cannot be listened on. */
  async run(signal: AbortSignal): Promise<void> {
    const { host, port, log } = this.#options;
    const app = this.#app();
    try {
      await app.listen({ host, port });
      log.info({ event: "admin.listening", host, port }, "admin port is open");
      if (!signal.aborted) await once(signal, "abort");
    } catch (cause) {
      throw wrapError("ADMIN_UNAVAILABLE", `the admin port ${host}:${port} cannot be opened`, cause);
    } finally {
      await app.close();
    }
  }

  #app(): FastifyInstance {
    const { status, log } = this.#options;
    const app = fastify({
      logger: false,
      bodyLimit: MAX_BODY_BYTES,
      requestTimeout: REQUEST_TIMEOUT_MS,
      connectionTimeout: IDLE_TIMEOUT_MS,
      keepAliveTimeout: IDLE_TIMEOUT_MS,
      forceCloseConnections: true,
      http: { maxHeaderSize: MAX_HEADER_BYTES, headersTimeout: REQUEST_TIMEOUT_MS },
    });
    app.server.maxConnections = MAX_CONNECTIONS;
    app.addHook("onSend", async (_, reply) => {
      reply.header("cache-control", "no-store").header("x-content-type-options", "nosniff");
    });
    app.setErrorHandler((error: Error & { readonly statusCode?: number }, request, reply) => {
      const code = error.statusCode ?? 500;
      if (code >= 500) log.error({ event: "admin.failed", url: request.url.slice(0, 100), err: error }, "an admin request failed");
      return reply.code(code).send({ error: code >= 500 ? "internal error" : error.message });
    });
    app.setNotFoundHandler((_, reply) => reply.code(404).send({ error: "expected GET /healthz, /readyz, /status or /metrics" }));

    app.get("/healthz", () => ({ alive: true }));
    app.get("/readyz", (_, reply) => {
      const reasons = notReadyReasons(status());
      return reply.code(reasons.length === 0 ? 200 : 503).send({ ready: reasons.length === 0, reasons });
    });
    app.get("/status", () => status());
    app.get("/metrics", async (_, reply) => reply.type(METRICS_CONTENT_TYPE).send(await renderMetrics(status())));
    return app;
  }
}
