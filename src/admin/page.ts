/**
 * The dashboard and the runbook: files that hold no data, for everybody, at `/`, `/page/` and `/runbook`; and `/samples`, a stream of
 * server-sent events for readers. Everything comes from here and runs without inline code, so the policy forbids all else.
 */
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, extname, join } from "node:path";
import { Readable } from "node:stream";
import type { FastifyInstance } from "fastify";
import { installedPath } from "../runtime/installed.ts";
import { runbookPage } from "./runbook.ts";
import type { Samples } from "./samples.ts";

const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
};
/** Of what waits for a watcher that does not read. */
const BUFFER_BYTES = 64 * 1024;

const packages = createRequire(import.meta.url);

export function servePage(app: FastifyInstance, samples: Samples): void {
  for (const [path, { type, body }] of pageFiles()) {
    app.get(path, (_, reply) =>
      reply.header("content-security-policy", POLICY).header("referrer-policy", "no-referrer").type(type).send(body()),
    );
  }
  app.get("/samples", { config: { role: "read" } }, (request, reply) => {
    const gone = new AbortController();
    request.raw.socket.once("close", () => gone.abort());
    const events = Readable.from(eventsOf(samples, gone.signal), { objectMode: false, highWaterMark: BUFFER_BYTES });
    return reply.type("text/event-stream").send(events);
  });
}

async function* eventsOf(samples: Samples, signal: AbortSignal): AsyncGenerator<string> {
  yield event("history", samples.history());
  for await (const sample of samples.watch(signal)) yield event("sample", sample);
}

function event(name: string, data: unknown): string {
  return `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
}

type PageFile = { readonly type: string; readonly body: () => Buffer };

/** By path. All of them are read now, so that no request names a file. */
function pageFiles(): ReadonlyMap<string, PageFile> {
  const folder = installedPath("admin/dashboard");
  const own = readdirSync(folder)
    .filter((name) => TYPES[extname(name)] !== undefined)
    .map((name) => [name === "index.html" ? "/" : `/page/${name}`, join(folder, name)] as const);
  const plots = (name: string) => [`/page/lib/${name}`, packages.resolve(`uplot/dist/${name}`)] as const;
  // Node is given a build for servers; the one for browsers lies beside its folder.
  const templates = join(dirname(packages.resolve("lit-html")), "../lit-html.js");
  const files = [...own, ["/page/lib/lit-html.js", templates] as const, plots("uPlot.esm.js"), plots("uPlot.min.css")];
  return new Map<string, PageFile>([
    ...files.map(([path, file]) => {
      const bytes = readFileSync(file);
      return [path, { type: TYPES[extname(path) || ".html"]!, body: () => bytes }] as const;
    }),
    ["/runbook", { type: TYPES[".html"]!, body: runbookPage() }],
  ]);
}
