/** What a status means for a person: why the gateway is not ready, and what else needs attention. Pure. */
import type { DeliveryStatus } from "./delivery.ts";
import type { GatewayStatus } from "./gateway.ts";

/** Why the gateway is not ready, one sentence each; empty when it is. */
export function notReadyReasons(status: GatewayStatus): readonly string[] {
  const services = status.services
    .filter((service) => service.state === "halted" || (service.needed && service.state !== "running"))
    .map((service) => `${service.name} is ${service.state}${service.code ? `: ${service.code}, ${service.message ?? ""}` : ""}`);
  const disks = status.streams
    .filter((stream) => stream.journal.diskFull)
    .map((stream) => `the journal of ${stream.id} cannot write: the disk is full`);
  const streams = status.streams
    .filter(({ phase }) => phase !== "streaming" && phase !== "promoted")
    .map((stream) => `${stream.id} is not carried on here: ${stream.phase}`);
  // A peer that does not dial us is its own trouble; one that we cannot reach is ours.
  const links = status.links
    .filter((link) => link.direction === "receiving" && link.phase !== "open")
    .map((link) => `the link from ${link.peer} is ${link.phase}`);
  const waiting = status.links
    .filter(({ phase }) => phase === "open")
    .flatMap(({ peer, direction, streams: carried }) =>
      carried
        .filter(({ phase }) => phase === "waiting" || phase === "resuming")
        .map(({ stream }) => (direction === "sending" ? `${peer} waits for ${stream}` : `${stream} has not gone on yet at ${peer}`)),
    );
  return [...services, ...disks, ...streams, ...links, ...waiting];
}

/** What does not stop anything yet and needs a person, one sentence each. */
export function warningsOf(status: GatewayStatus): readonly string[] {
  const certificates = status.certificates.flatMap(({ path, state, expiresAtMs, refused }) => [
    ...(state === "valid" ? [] : [`${path} ${state === "expired" ? "has expired" : "expires"} on ${new Date(expiresAtMs).toISOString()}`]),
    ...(refused === undefined ? [] : [`renewed certificates are not used: ${refused}`]),
  ]);
  const deliveries = status.streams.flatMap(({ id, delivery }) => (delivery ? deliveryWarnings(id, delivery) : []));
  const unpacked = status.links
    .filter(({ streams }) => streams.some(({ packing }) => packing?.peerLacksZstd))
    .map(({ peer }) => `${peer} has no zstd, by which the link to it is to be packed: records travel as they lie in the journal (LZ4)`);
  const { failure } = status.log ?? {};
  const log = failure === undefined ? [] : [`the log cannot be written: ${failure}`];
  return [...status.warnings, ...log, ...new Set(certificates), ...deliveries, ...unpacked];
}

function deliveryWarnings(id: string, { state, expiry, guardExceeded }: DeliveryStatus): readonly string[] {
  return [
    ...(state === "promoted" ? [`${id} was promoted here and is delivered no more: take it out of the topology`] : []),
    ...(expiry?.refusal === undefined ? [] : [`${id}: the target's import mode cannot be used: ${expiry.refusal}`]),
    ...(expiry?.by === "target"
      ? [`${id}: keys expire by the target's own clock; what is prolonged while the stream is late is lost`]
      : []),
    ...(guardExceeded > 0
      ? [
          `${id}: ${guardExceeded} records came later than the expiry guard, or than a restart of the target: keys may be missing until a snapshot is loaded`,
        ]
      : []),
  ];
}
