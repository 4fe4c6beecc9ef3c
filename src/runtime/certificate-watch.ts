/**
 * Looks after the certificates: files that were renewed are taken over without touching a connection that runs, files that are
 * broken are refused loudly, and what expires soon is said before it does.
 */
import type { Logger } from "pino";
import type { Clock } from "./clock.ts";
import type { PemFiles, Validity } from "./pem-files.ts";
import { sleep } from "./sleep.ts";
import type { Service } from "./supervisor.ts";

export type CertificateState = "valid" | "expiring" | "expired";

export type CertificateStats = {
  readonly use: string;
  readonly path: string;
  readonly state: CertificateState;
  readonly expiresAtMs: number;
  /** Why the files that lie there now are not used. */
  readonly refused?: string;
};

export type CertificateWatchOptions = {
  readonly sets: readonly PemFiles[];
  readonly log: Logger;
  readonly clock: Clock;
  readonly lookMs?: number;
};

const LOOK_MS = 5_000;
/** An unhealed warning is repeated after this. */
const REPEAT_MS = 24 * 60 * 60 * 1000;
/** Tools renew when a third of the lifetime is left, or thirty days: with less than this they have failed. */
const EXPIRING_MS = 21 * 24 * 60 * 60 * 1000;
const EXPIRING_SHARE = 1 / 4;

export function stateOf({ fromMs, untilMs }: Validity, nowMs: number): CertificateState {
  const leftMs = untilMs - nowMs;
  if (leftMs <= 0) return "expired";
  return leftMs < Math.min(EXPIRING_MS, (untilMs - fromMs) * EXPIRING_SHARE) ? "expiring" : "valid";
}

type Refused = { readonly text: string; readonly looks: number };

export class CertificateWatch implements Service {
  readonly #options: CertificateWatchOptions;
  readonly #refused = new Map<PemFiles, Refused>();
  readonly #said = new Map<string, { readonly state: CertificateState; readonly atMs: number }>();

  constructor(options: CertificateWatchOptions) {
    this.#options = options;
  }

  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      this.look();
      await sleep(this.#options.lookMs ?? LOOK_MS, signal);
    }
  }

  /** `patient`: files that do not fit are given one more look, for they are replaced one after the other. */
  look({ patient = true } = {}): void {
    for (const set of this.#options.sets) {
      this.#renew(set, patient);
      for (const validity of set.validities) this.#warn(set, validity);
    }
  }

  get stats(): readonly CertificateStats[] {
    const nowMs = this.#options.clock.nowMs();
    return this.#options.sets.flatMap((set) => {
      const refused = this.#refused.get(set);
      return set.validities.map((validity) => ({
        use: set.use,
        path: validity.path,
        state: stateOf(validity, nowMs),
        expiresAtMs: validity.untilMs,
        ...(refused && { refused: refused.text }),
      }));
    });
  }

  #renew(set: PemFiles, patient: boolean): void {
    const { log, clock } = this.#options;
    const { use } = set;
    const renewal = set.renew(clock.nowMs());
    if (renewal === "same" || renewal === "renewed") {
      this.#refused.delete(set);
      if (renewal === "renewed")
        log.info({ event: "certificate.renewed", use }, `the ${use} certificates were renewed: new connections use them`);
      return;
    }
    const text = renewal.map(({ message }) => message).join("; ");
    const before = this.#refused.get(set);
    const looks = before?.text === text ? before.looks + 1 : 1;
    this.#refused.set(set, { text, looks });
    if (patient ? looks === 2 : true)
      log.error({ event: "certificate.refused", use }, `the new ${use} certificates are not used, the old ones stay: ${text}`);
  }

  #warn(set: PemFiles, validity: Validity): void {
    const { log, clock } = this.#options;
    const nowMs = clock.nowMs();
    const state = stateOf(validity, nowMs);
    const { path, untilMs } = validity;
    const said = this.#said.get(path);
    if (said?.state === state && nowMs - said.atMs < REPEAT_MS) return;
    this.#said.set(path, { state, atMs: nowMs });
    const fields = { event: `certificate.${state}`, use: set.use, path, expiresAt: new Date(untilMs).toISOString() };
    if (state === "expired") log.error(fields, `the certificate ${path} has expired: new connections with it are refused`);
    else if (state === "expiring") log.warn(fields, `the certificate ${path} expires soon and was not renewed`);
  }
}
