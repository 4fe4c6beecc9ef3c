/**
 * Runs services and obeys the disposition of their errors: retry and resync start a new attempt after a backoff,
 * halt leaves the service stopped (the others go on) until a person restarts it, or the process.
 * Decoders that refuse the same input again and again are halted: corrupt input does not heal.
 */
import { once } from "node:events";
import type { Logger } from "pino";
import { type ErrorCode, GatewayError, wrapError } from "../errors.ts";
import { Backoff } from "./backoff.ts";
import type { Clock } from "./clock.ts";
import { sleep } from "./sleep.ts";

/** Returns when told to stop and rejects for any other reason. Called once per attempt; the object is discarded afterwards. */
export interface Service {
  run(signal: AbortSignal): Promise<void>;
}

export type ServiceState =
  | { readonly at: "running"; readonly attempt: number }
  | { readonly at: "waiting"; readonly attempt: number; readonly code: ErrorCode; readonly message: string; readonly retryInMs: number }
  | { readonly at: "halted"; readonly code: ErrorCode; readonly message: string; readonly since: number }
  | { readonly at: "stopped" };

export type SupervisorOptions = {
  readonly name: string;
  readonly log: Logger;
  readonly clock: Clock;
  /** Builds a fresh service for each attempt, which calls `healthy` once it has done some of its work, and may do so again and again. */
  readonly start: (healthy: () => void) => Service;
  readonly onState?: (state: ServiceState) => void;
  /** By which a person starts the service anew; without it a halted service is over. */
  readonly restarts?: RestartSwitch | undefined;
};

/** Each pull ends the attempt under way, or the pause before the next one, and begins anew; also after a halt. */
export class RestartSwitch {
  #pulled = new AbortController();

  /** Aborts at the next pull. */
  get next(): AbortSignal {
    return this.#pulled.signal;
  }

  /** `why` is for who was talking with the service. */
  pull(why: string): void {
    const pulled = this.#pulled;
    this.#pulled = new AbortController();
    pulled.abort(why);
  }
}

/** Why an attempt whose signal has aborted is to begin anew; undefined: it is not, the gateway stops. */
export function restartReason({ reason }: AbortSignal): string | undefined {
  return typeof reason === "string" ? reason : undefined;
}

const BASE_DELAY_MS = 250;
const MAX_DELAY_MS = 15_000;
/** An attempt that lived this long was healthy, whatever it did: the next failure starts from the shortest delay. */
const HEALTHY_AFTER_MS = 10_000;
/** Two gateways of one region take the link from each other at every attempt, however long each had it: they shall not do so many times a second. */
const SUPERSEDED_DELAY_MS = 5_000;
const MALFORMED_LIMIT = 5;
const MALFORMED = new Set<ErrorCode>(["RESP_MALFORMED", "RDB_MALFORMED", "FRAME_MALFORMED", "RECORD_MALFORMED"]);

export async function supervise(options: SupervisorOptions, signal: AbortSignal): Promise<void> {
  const { name, log, clock } = options;
  const report = options.onState ?? (() => undefined);
  const backoff = new Backoff({ baseMs: BASE_DELAY_MS, maxMs: MAX_DELAY_MS });
  let malformed = 0;
  while (!signal.aborted) {
    const startedAt = clock.nowMs();
    const attempt = attemptWithin(signal, options.restarts?.next);
    report({ at: "running", attempt: backoff.attempts });
    let worked = false;
    const healthy = () => {
      worked = true;
    };
    let error: GatewayError;
    try {
      await options.start(healthy).run(attempt.signal);
      if (signal.aborted) break;
      if (attempt.signal.aborted) continue;
      error = new GatewayError("INVARIANT", `${name} ended without being told to`);
    } catch (cause) {
      if (signal.aborted) break;
      if (attempt.signal.aborted) continue;
      error = wrapError("INVARIANT", `${name} failed unexpectedly`, cause);
    } finally {
      attempt.release();
    }
    malformed = MALFORMED.has(error.code) ? malformed + 1 : 0;
    if (error.disposition === "halt" || malformed >= MALFORMED_LIMIT) {
      log.error({ event: "service.halted", code: error.code, details: error.details, err: error }, error.message);
      report({ at: "halted", code: error.code, message: error.message, since: clock.nowMs() });
      if (!options.restarts) return;
      await restarted(options.restarts, signal);
      backoff.reset();
      malformed = 0;
      continue;
    }
    const superseded = error.code === "LINK_SUPERSEDED";
    if ((worked || clock.nowMs() - startedAt > HEALTHY_AFTER_MS) && !superseded) backoff.reset();
    const retryInMs = Math.max(backoff.nextDelayMs(), superseded ? SUPERSEDED_DELAY_MS : 0);
    const level = backoff.attempts > 3 ? "warn" : "info";
    log[level]({ event: "service.restarted", code: error.code, retryInMs: Math.round(retryInMs), details: error.details }, error.message);
    report({ at: "waiting", attempt: backoff.attempts, code: error.code, message: error.message, retryInMs });
    const pause = attemptWithin(signal, options.restarts?.next);
    await sleep(retryInMs, pause.signal);
    pause.release();
  }
  report({ at: "stopped" });
}

/** Aborts with either signal; `release` cuts the tie, because both live longer (AbortSignal.any keeps listeners in Node 20). */
function attemptWithin(
  stop: AbortSignal,
  restart: AbortSignal | undefined,
): { readonly signal: AbortSignal; readonly release: () => void } {
  const controller = new AbortController();
  const parents = restart ? [stop, restart] : [stop];
  const abort = () => controller.abort(parents.find(({ aborted }) => aborted)?.reason);
  for (const parent of parents) {
    if (parent.aborted) abort();
    parent.addEventListener("abort", abort, { once: true });
  }
  return {
    signal: controller.signal,
    release: () => {
      for (const parent of parents) parent.removeEventListener("abort", abort);
    },
  };
}

async function restarted(restarts: RestartSwitch, signal: AbortSignal): Promise<void> {
  const attempt = attemptWithin(signal, restarts.next);
  if (!attempt.signal.aborted) await once(attempt.signal, "abort");
  attempt.release();
}
