/** Fingerprint of a topology's meaning: defaults filled in, order and comments ignored, secrets left out. Peers compare it. */
import { createHash } from "node:crypto";
import type { Topology } from "./topology.ts";

const LEFT_OUT = new Set(["secret", "password"]);

/** 64 hex characters. */
export function topologyDigest(topology: Pick<Topology, "settings">): string {
  return createHash("sha256").update(canonical(topology.settings)).digest("hex");
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).toSorted().join()}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  const fields = Object.entries(value).filter(([key, field]) => field !== undefined && !(LEFT_OUT.has(key) && typeof field === "string"));
  return `{${fields
    .map(([key, field]) => `${JSON.stringify(key)}:${canonical(field)}`)
    .toSorted()
    .join()}}`;
}
