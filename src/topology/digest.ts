/** Fingerprint of a topology's meaning: defaults filled in, order and comments ignored, secrets left out. Peers compare it. */
import { createHash } from "node:crypto";
import type { Topology } from "./topology.ts";

const LEFT_OUT = new Set(["secret", "password", "token", "passphrase"]);

/** 64 hex characters. */
export function topologyDigest(topology: Pick<Topology, "settings">): string {
  // Who is told what, and how much is logged, may differ from region to region, and change while a gateway runs.
  const { alerts: _, log: __, ...shared } = topology.settings;
  return createHash("sha256").update(canonical(shared)).digest("hex");
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).toSorted().join()}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  const fields = Object.entries(value).filter(([key, field]) => field !== undefined && !(LEFT_OUT.has(key) && isReference(field)));
  return `{${fields
    .map(([key, field]) => `${JSON.stringify(key)}:${canonical(field)}`)
    .toSorted()
    .join()}}`;
}

/** A secret is text or a list of it; what else has such a name is a region or a client. */
function isReference(field: unknown): boolean {
  return typeof field === "string" || Array.isArray(field);
}
