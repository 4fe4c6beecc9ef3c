/** Asks a gateway's admin port, as the client of the topology whose token is here, or with a certificate given on the command line. */
import { readFileSync } from "node:fs";
import { type IncomingMessage, request } from "node:http";
import { request as requestTls } from "node:https";
import { checkServerIdentity, type PeerCertificate } from "node:tls";
import { GatewayError } from "../errors.ts";
import { isCertificateOf } from "../link/connection/certificate.ts";
import { formatHostPort, parseHostPort } from "../topology/address.ts";
import { type AdminEndpoint, type AdminRole, adminEndpoints } from "../topology/admin-view.ts";
import { didYouMean } from "../topology/suggest.ts";
import { type Environment, loadTopology } from "../topology/topology.ts";
import { ExitCode } from "./exit-codes.ts";

export type AdminOptions = {
  readonly config: string;
  readonly region?: string;
  /** host:port to ask instead of the topology's, for the one region. */
  readonly admin?: string;
  /** PEM files of a client that logs in by certificate. */
  readonly cert?: string;
  readonly key?: string;
};

/** `where` is host:port. */
export type AdminAnswer = { readonly where: string } & (
  | { readonly status: number; readonly body: unknown }
  | { readonly unreachable: string }
);

const ASK_TIMEOUT_MS = 3_000;
const MAX_ANSWER_BYTES = 16 * 1024 * 1024;

/** The gateways that are meant: one, or all of the topology. Throws CONFIG_INVALID. */
export function chooseEndpoints({ config, region, admin }: AdminOptions, env: Environment, role: AdminRole): readonly AdminEndpoint[] {
  const all = adminEndpoints(loadTopology(config, env), role);
  const address = admin === undefined ? {} : parseHostPort(admin);
  if (address === undefined || (admin !== undefined && region === undefined))
    throw new GatewayError("CONFIG_INVALID", `--admin ${admin}: expected host:port, and --region beside it`);
  if (region === undefined) return all;
  const chosen = all.filter((endpoint) => endpoint.region === region).map((endpoint) => ({ ...endpoint, ...address }));
  if (chosen.length > 0) return chosen;
  const known = all.map((endpoint) => endpoint.region);
  throw new GatewayError("CONFIG_INVALID", `region ${region} is not in ${config} (known: ${known.join(", ")})${didYouMean(region, known)}`);
}

export type AdminRequest = {
  readonly method: "GET" | "POST";
  readonly path: string;
  /** Sent as JSON. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Of the whole answer; 3 seconds. */
  readonly signal?: AbortSignal;
};

/** The answer's head. Throws CONFIG_INVALID when the client's certificate cannot be read, and what keeps the port from answering. */
export function openAdmin(endpoint: AdminEndpoint, asked: AdminRequest, options: AdminOptions): Promise<IncomingMessage> {
  const { region, host, port, token, tls } = endpoint;
  const { method, path, body, signal = AbortSignal.timeout(ASK_TIMEOUT_MS) } = asked;
  const headers = {
    ...asked.headers,
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
    ...(body !== undefined && { "content-type": "application/json" }),
  };
  const common = { host, port, path, method, headers, agent: false, signal } as const;
  const client = { cert: readFile(options.cert), key: readFile(options.key) };
  const sent = tls ? requestTls({ ...common, ...client, ca: readFile(tls.ca), checkServerIdentity: identityOf(region) }) : request(common);
  return new Promise<IncomingMessage>((resolve, reject) => {
    sent
      .once("response", resolve)
      .once("error", reject)
      .end(body === undefined ? undefined : JSON.stringify(body));
  });
}

/** Never throws but CONFIG_INVALID, when the client's certificate cannot be read. */
export async function askAdmin(endpoint: AdminEndpoint, asked: AdminRequest, options: AdminOptions): Promise<AdminAnswer> {
  const where = formatHostPort(endpoint);
  try {
    const response = await openAdmin(endpoint, asked, options);
    const text = await readBody(response);
    return text === undefined
      ? { where, unreachable: " with less than 16 MiB" }
      : { where, status: response.statusCode ?? 0, body: parse(text) };
  } catch (cause) {
    if (cause instanceof GatewayError) throw cause;
    return { where, unreachable: reasonOf(cause) };
  }
}

/** The body of an answer that is wanted; otherwise throws ADMIN_UNAVAILABLE, or says what the gateway said and answers the exit code. */
export async function wantAdmin(
  endpoint: AdminEndpoint,
  asked: AdminRequest,
  options: AdminOptions,
): Promise<{ readonly body: unknown } | { readonly code: number; readonly said: string; readonly body: unknown }> {
  const answer = await askAdmin(endpoint, asked, options);
  if ("unreachable" in answer) throw new GatewayError("ADMIN_UNAVAILABLE", `${answer.where} does not answer${answer.unreachable}`);
  const { where, status, body } = answer;
  if (status === 200) return { body };
  return { code: exitCodeOf(status), said: `causeway: ${where} answers ${status}${errorOf(body)}\n`, body };
}

/** What does not exist there, or cannot be meant, was asked wrongly. */
function exitCodeOf(status: number): number {
  if (status === 401 || status === 403) return ExitCode.refused;
  return status === 400 || status === 404 || status === 422 ? ExitCode.usage : ExitCode.unhealthy;
}

/** The sentence of a gateway that says no. */
export function errorOf(body: unknown): string {
  const { error } = (body ?? {}) as { readonly error?: unknown };
  return typeof error === "string" ? `: ${error}` : "";
}

/** A gateway's certificate names its region; one made for people's tools names its host. */
function identityOf(region: string) {
  return (host: string, certificate: PeerCertificate) =>
    isCertificateOf(region, certificate) ? undefined : checkServerIdentity(host, certificate);
}

function readFile(path: string | undefined): string | undefined {
  if (path === undefined) return undefined;
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    throw new GatewayError("CONFIG_INVALID", `${path} cannot be read (${(cause as NodeJS.ErrnoException).code})`, { cause });
  }
}

/** Undefined when it is longer than 16 MiB. */
export async function readBody(response: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_ANSWER_BYTES) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

/** Undefined when it is no JSON. */
export function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export function reasonOf(cause: unknown): string {
  const { name, code } = cause as { readonly name?: string; readonly code?: string };
  if (name === "AbortError" || name === "TimeoutError") return ` within ${ASK_TIMEOUT_MS / 1000} seconds`;
  return code === undefined ? "" : ` (${code})`;
}
