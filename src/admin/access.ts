/**
 * Who asks, and may they: a bearer token, or over TLS a certificate with the client's name. Without clients in the topology
 * everybody may read and nobody may act. /healthz and /readyz are for everybody: load balancers have no login.
 */
import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { TLSSocket } from "node:tls";
import type { Logger } from "pino";
import { isCertificateOf } from "../link/connection/certificate.ts";
import type { Clock } from "../runtime/clock.ts";
import { type AdminClient, type AdminRole, hasRole } from "../topology/admin-view.ts";

export type Verdict = { readonly client: string } | { readonly status: 401 | 403; readonly message: string };

export type AccessOptions = { readonly clients: readonly AdminClient[]; readonly log: Logger; readonly clock: Clock };

/** Refusals are counted, and said once in this time. */
const FOLD_MS = 10_000;
const EVERYBODY = "everybody";

export class Access {
  readonly #options: AccessOptions;
  readonly #tokens: readonly { readonly client: AdminClient; readonly digest: Buffer }[];
  #refusals = 0;
  #unsaid = 0;
  #saidAtMs = Number.NEGATIVE_INFINITY;

  constructor(options: AccessOptions) {
    this.#options = options;
    this.#tokens = options.clients.flatMap((client) => (client.token === undefined ? [] : [{ client, digest: digestOf(client.token) }]));
  }

  get refusals(): number {
    return this.#refusals;
  }

  judge(request: IncomingMessage, needed: AdminRole): Verdict {
    const verdict = this.#judge(request, needed);
    if ("status" in verdict) this.#refused(verdict.message, request.socket.remoteAddress);
    return verdict;
  }

  #judge(request: IncomingMessage, needed: AdminRole): Verdict {
    const { clients } = this.#options;
    if (clients.length === 0 && needed === "read") return { client: EVERYBODY };
    if (clients.length === 0) return { status: 403, message: "this gateway has no operators: see admin.clients in the topology" };
    const client = this.#byToken(request.headers.authorization) ?? this.#byCertificate(request.socket);
    if (!client) return { status: 401, message: "expected the token or the certificate of a client in admin.clients of the topology" };
    if (!hasRole(client.role, needed)) return { status: 403, message: `${client.name} has the role ${client.role}; this needs ${needed}` };
    // A browser says where a request comes from. No page of ours asks, so another one makes use of a login that is not its own.
    if (needed !== "read" && request.headers.origin !== undefined) return { status: 403, message: "web pages may not act here" };
    return { client: client.name };
  }

  /** Every token is compared, in constant time: the duration tells nothing. */
  #byToken(authorization: string | undefined): AdminClient | undefined {
    const token = /^Bearer +(\S+) *$/i.exec(authorization ?? "")?.[1];
    if (token === undefined) return undefined;
    const digest = digestOf(token);
    const known = this.#tokens.filter((one) => timingSafeEqual(one.digest, digest));
    return known[0]?.client;
  }

  #byCertificate(socket: IncomingMessage["socket"]): AdminClient | undefined {
    if (!(socket instanceof TLSSocket) || !socket.authorized) return undefined;
    const certificate = socket.getPeerCertificate();
    return this.#options.clients.find(({ name, token }) => token === undefined && isCertificateOf(name, certificate));
  }

  #refused(message: string, address: string | undefined): void {
    this.#refusals++;
    this.#unsaid++;
    const nowMs = this.#options.clock.nowMs();
    if (nowMs - this.#saidAtMs < FOLD_MS) return;
    this.#options.log.warn({ event: "admin.refused", address, count: this.#unsaid }, message);
    this.#saidAtMs = nowMs;
    this.#unsaid = 0;
  }
}

function digestOf(token: string): Buffer {
  return createHash("sha256").update(token).digest();
}
