/** Delivery by write, and how far the promotion of its target is. */
import type { DeliveryStats, ExpiryMode } from "../../delivery/write/delivery-stats.ts";
import type { ServiceState } from "../../runtime/supervisor.ts";
import type { DeliveryStatus, ExpiryStatus, PromotionStatus } from "../status/delivery.ts";
import { lastError } from "./fields.ts";
import type { StreamParts } from "./parts.ts";
import { loadingStatus } from "./transfers.ts";

export function deliveryStatus({ delivery, address }: StreamParts & { readonly delivery: DeliveryStats }, nowMs: number): DeliveryStatus {
  const { loading } = delivery;
  const now = loadingStatus(delivery, nowMs);
  return {
    state: delivery.phase,
    address,
    ...(delivery.targetVersion !== undefined && { targetVersion: delivery.targetVersion }),
    units: delivery.units,
    commands: delivery.commands,
    keysLoaded: loading?.keysLoaded ?? 0,
    keysRemoved: loading?.keysRemoved ?? 0,
    functionsLoaded: loading?.functionsLoaded ?? 0,
    divergences: delivery.divergences,
    deadLetters: delivery.deadLetters,
    reconnects: Math.max(0, delivery.connections - 1),
    inFlightBytes: delivery.inFlightBytes,
    ...(now && { loading: now }),
    ...(delivery.expiry && { expiry: expiryStatus(delivery.expiry) }),
    ...(delivery.promotion && { promotion: delivery.promotion }),
    guardExceeded: delivery.guardExceeded,
    dropped: Object.fromEntries(delivery.dropped),
    rewritten: Object.fromEntries(delivery.rewritten),
    untranslated: Object.fromEntries(delivery.untranslated),
    skipped: Object.fromEntries(delivery.skipped),
    unsupported: Object.fromEntries(delivery.unsupported),
    conditions: Object.fromEntries(delivery.conditions),
    ...lastError(delivery.lastError),
  };
}

function expiryStatus({ by, guardMs, refusal }: ExpiryMode): ExpiryStatus {
  return { by, guardMs, ...(refusal !== undefined && { refusal }) };
}

export type PromotionInput = {
  readonly stream: string;
  readonly stats: DeliveryStats;
  readonly refusal: string | undefined;
  readonly state: ServiceState | undefined;
};

export function promotionStatus({ stream, stats, refusal, state }: PromotionInput): PromotionStatus {
  const { promotion, applied } = stats;
  const failed = state?.at === "halted" || state?.at === "waiting" ? state.message : undefined;
  const message = refusal ?? failed;
  const isRefused = refusal !== undefined || state?.at === "halted";
  return {
    stream,
    step: isRefused ? "refused" : (promotion?.step ?? "delivering"),
    done: promotion?.done ?? 0,
    total: promotion?.total ?? 0,
    ...(applied !== undefined && { appliedOffset: `${applied}` }),
    ...(message !== undefined && { message }),
  };
}
