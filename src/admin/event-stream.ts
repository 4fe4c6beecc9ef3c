/**
 * /events for readers: the timeline as server-sent events, first what is kept, then what happens. A reader that comes back with
 * Last-Event-ID misses nothing that is still kept. `/events?follow=false` ends after what is kept.
 */
import { Readable } from "node:stream";
import type { FastifyInstance } from "fastify";
import type { Timeline, TimelineEvent } from "../alert/timeline.ts";
import { Notice } from "../runtime/notice.ts";

/** A connection on which nothing is said is closed after ten seconds. */
const KEEP_ALIVE_MS = 5_000;
const BUFFER_BYTES = 64 * 1024;

export function serveEvents(app: FastifyInstance, timeline: Timeline): void {
  app.get<{ Querystring: { readonly follow?: string } }>("/events", { config: { role: "read" } }, (request, reply) => {
    const gone = new AbortController();
    request.raw.socket.once("close", () => gone.abort());
    const last = Number(request.headers["last-event-id"] ?? 0);
    const after = Number.isSafeInteger(last) ? last : 0;
    const events = request.query.follow === "false" ? kept(timeline, after) : follow(timeline, after, gone.signal);
    return reply.type("text/event-stream").send(Readable.from(events, { objectMode: false, highWaterMark: BUFFER_BYTES }));
  });
}

function* kept(timeline: Timeline, after: number): Generator<string> {
  // An empty answer would have no end that a reader could tell from a beginning.
  yield ": what is kept\n\n";
  for (const event of timeline.after(after)) yield frame(event);
}

/** A reader that is slow is given what is still kept when it reads again: nothing waits for it here (BOUNDED). */
async function* follow(timeline: Timeline, after: number, signal: AbortSignal): AsyncGenerator<string> {
  const news = new Notice();
  const stop = timeline.onEvent(() => news.wake());
  const keepAlive = setInterval(() => news.wake(), KEEP_ALIVE_MS);
  let last = after;
  try {
    yield ": what is kept, then what happens\n\n";
    while (!signal.aborted) {
      const events = timeline.after(last);
      for (const event of events) {
        last = event.id;
        yield frame(event);
      }
      if (events.length > 0) continue;
      await news.wait(signal);
      if (timeline.after(last).length === 0) yield ": nothing\n\n";
    }
  } finally {
    stop();
    clearInterval(keepAlive);
  }
}

function frame(event: TimelineEvent): string {
  return `id: ${event.id}\nevent: ${event.kind}\ndata: ${JSON.stringify(event)}\n\n`;
}
