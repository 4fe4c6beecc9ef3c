/** /alerts for readers: what fires, what is silenced, what was, and how the channels do. Silencing and testing are for operators. */
import type { FastifyInstance } from "fastify";
import type { Logger } from "pino";
import * as z from "zod";
import { RULE_NAMES } from "../alert/rules.ts";
import type { AlertWatch } from "../alert/watch.ts";
import type { Clock } from "../runtime/clock.ts";

const LONGEST_MS = 30 * 24 * 60 * 60 * 1000;
/** A test sends twice through each channel, which may each take ten seconds. */
const TEST_MS = 25_000;

const wanted = z.strictObject({
  rule: z.enum(RULE_NAMES).optional(),
  stream: z.string().max(70).optional(),
  peer: z.string().max(63).optional(),
  forMs: z.number().int().min(1_000).max(LONGEST_MS),
  comment: z.string().max(200).default(""),
});

export function serveAlerts(app: FastifyInstance, alerts: AlertWatch, clock: Clock, log: Logger): void {
  app.get("/alerts", { config: { role: "read" } }, () => alerts.view());
  app.post("/alerts/test", { config: { role: "operator" } }, async ({ client }) => {
    log.warn({ event: "admin.alerts-tested", client }, `${client} sends a test through every channel`);
    return { results: await alerts.test(AbortSignal.timeout(TEST_MS)) };
  });
  app.post("/alerts/silences", { config: { role: "operator" } }, async (request, reply) => {
    const asked = wanted.safeParse(request.body);
    if (!asked.success) {
      const [issue] = asked.error.issues;
      return reply
        .code(400)
        .send({ error: `expected rule, stream, peer, forMs and comment: ${issue?.path.join(".") ?? ""} ${issue?.message ?? ""}` });
    }
    const { rule, stream, peer, forMs, comment } = asked.data;
    const silence = await alerts.silence({
      ...(rule !== undefined && { rule }),
      ...(stream !== undefined && { stream }),
      ...(peer !== undefined && { peer }),
      ...{ untilMs: clock.nowMs() + forMs, by: request.client, comment },
    });
    if (silence === undefined) return reply.code(409).send({ error: "there are a hundred silences already" });
    return silence;
  });
  app.post<{ Params: { readonly id: string } }>("/alerts/silences/:id/end", { config: { role: "operator" } }, async (request, reply) => {
    if (await alerts.unsilence(request.params.id, request.client)) return { ended: request.params.id };
    return reply.code(404).send({ error: "expected the id of a silence that has not ended" });
  });
}
