/** The numbers of a status that are worth a plot, by a key that names them: `lag:us-east/0:eu-west`. Pure. */
import type { GatewayStatus } from "./status/gateway.ts";
import type { LinkStatus } from "./status/link.ts";

/** Milliseconds, bytes or a rate per second, as the first part of the key says. */
export type Point = Readonly<Record<string, number>>;

/** `previous` is a status of about a second before, for rates of what is only counted. */
export function pointOf(status: GatewayStatus, previous: GatewayStatus | undefined): Point {
  const entries: [string, number | undefined][] = [];
  for (const { id, throughput, journal } of status.streams) {
    entries.push([`bytesPerSecond:${id}`, throughput.bytesPerSecond]);
    entries.push([`commandsPerSecond:${id}`, throughput.commandsPerSecond]);
    entries.push([`journal:${id}`, journal.bytes]);
  }
  for (const link of status.links) {
    const { peer, direction, rttMs, streams } = link;
    entries.push([`rtt:${direction}:${peer}`, rttMs]);
    entries.push([`wire:${direction}:${peer}`, wireRate(link, status, previous)]);
    for (const { stream, region = peer, lag } of streams) {
      entries.push([`lag:${stream}:${region}`, lag?.lagMs]);
      entries.push([`write:${stream}:${region}`, lag?.ms.write?.p50]);
      entries.push([`network:${stream}:${region}`, lag?.ms.network?.p50]);
      entries.push([`ack:${stream}:${region}`, lag?.ms.ack?.p50]);
      entries.push([`total:${stream}:${region}`, lag?.ms.total?.p50]);
      entries.push([`atRisk:${stream}:${region}`, lag?.atRisk.bytes]);
    }
  }
  return Object.fromEntries(entries.filter((entry): entry is [string, number] => entry[1] !== undefined));
}

/** Bytes per second on the wire, in the direction in which the stream flows. A new connection counts from zero. */
function wireRate(link: LinkStatus, status: GatewayStatus, previous: GatewayStatus | undefined): number | undefined {
  const before = previous?.links.find(({ peer, direction }) => peer === link.peer && direction === link.direction);
  if (!previous || !before || status.atMs <= previous.atMs) return undefined;
  const bytes = (of: LinkStatus) => (of.direction === "sending" ? of.sentBytes : of.receivedBytes);
  const grown = bytes(link) >= bytes(before) ? bytes(link) - bytes(before) : bytes(link);
  return (grown * 1000) / (status.atMs - previous.atMs);
}
