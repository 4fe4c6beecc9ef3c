/** What would be lost now, as one big number, and the few numbers beside it. */
/** @import { LinkStatus } from "../status/link.ts" */
/** @import { StreamStatus } from "../status/stream.ts" */
/** @import { Sample } from "../samples.ts" */
/** @import { Store } from "./store.js" */
import { formatBytes, formatCount, formatMs } from "./format.js";
import { html } from "./lib/lit-html.js";
import { sparkline } from "./sparkline.js";

/** Seconds in a sparkline. */
const SPARK = 120;

/**
 * `key` names the column that is drawn.
 * @typedef {{ label: string, value: string, note: string, key: string | undefined, isBad?: boolean }} Figure
 */

/**
 * @param {Sample} sample
 * @param {Store} store
 */
export function overview({ status }, store) {
  const origin = status.streams.find(({ role }) => role === "origin");
  const big = origin ? atRisk(origin, status.links) : unapplied(status.streams);
  const figures = [
    ...(origin ? peerFigures(origin, status.links) : linkFigures(status.links)),
    ...streamFigures(origin ?? status.streams[0]),
  ];
  return html`
    <section class="overview" aria-label="Overview">
      <div class="card hero">
        <h2 class="label">${big.label}</h2>
        <p class="number ${big.isBad ? "alarm" : ""}">${number(big.value)}</p>
        <p class="note">${big.note}</p>
        ${sparkline(big.key === undefined ? [] : store.recent(big.key, SPARK), SPARK)}
      </div>
      <dl class="figures">
        ${figures.map(
          ({ label, value, note, key }) => html`
            <div class="card figure">
              <dt class="label">${label}</dt>
              <dd class="number">${number(value)}</dd>
              <dd class="note">${note}</dd>
              <dd>${sparkline(key === undefined ? [] : store.recent(key, SPARK), SPARK)}</dd>
            </div>
          `,
        )}
      </dl>
    </section>
  `;
}

/**
 * A digit group and its unit, which stands back.
 * @param {string} text
 */
function number(text) {
  const [, value = text, unit = ""] = /^([\d.-]+) ?(.*)$/.exec(text) ?? [];
  return unit === "" ? html`${value}` : html`${value}<span class="unit"> ${unit}</span>`;
}

/**
 * @param {StreamStatus} origin
 * @param {readonly LinkStatus[]} links
 * @returns {Figure}
 */
function atRisk({ id, atRisk: risk }, links) {
  const label = "Data at risk";
  if (!risk) return { label, value: "-", note: `No peer takes ${id}.`, key: undefined };
  const { peer, bytes, unreadBytes, atLeast, commands, commandsEstimated, unacknowledged } = risk;
  const key = `atRisk:${id}:${peer}`;
  if (unacknowledged)
    return { label, value: formatBytes(bytes), note: `${peer} has acknowledged nothing yet: all of ${id} counts.`, key, isBad: true };
  if (bytes === 0 && atLeast)
    return {
      label,
      value: "0 B",
      note: `at least: the master is not read now. All that was read of ${id} is durable at ${peer}.`,
      key,
      isBad: true,
    };
  if (bytes === 0) return { label, value: "0 B", note: `All of ${id} is durable at ${peer}.`, key };
  if (unreadBytes !== undefined) {
    const note = `of ${id}${atLeast ? ", at least," : ""} would be lost with this region now: ${formatBytes(unreadBytes)} of it are not read from the master.`;
    return { label, value: formatBytes(bytes), note, key, isBad: atLeast === true };
  }
  const way = links.find(
    (link) => link.direction === "sending" && (link.peer === peer || link.streams.some(({ region }) => region === peer)),
  );
  const phase = way?.phase ?? "closed";
  const isBad = phase !== "open";
  const count =
    commands === undefined
      ? ""
      : `, ${commandsEstimated ? "about " : ""}${formatCount(commands)} ${commands === 1 ? "command" : "commands"},`;
  const rest = isBad ? `The link to ${peer} is ${phase}: this grows with every write.` : `${peer} has the rest.`;
  return { label, value: formatBytes(bytes), note: `of ${id}${count} would be lost with this region now. ${rest}`, key, isBad };
}

/**
 * @param {readonly StreamStatus[]} streams
 * @returns {Figure}
 */
function unapplied(streams) {
  const bytes = streams.reduce((sum, { positions: { received, applied } }) => {
    return received === undefined || applied === undefined ? sum : sum + Number(BigInt(received) - BigInt(applied));
  }, 0);
  const label = "Received, not applied";
  const known = streams.some(({ positions }) => positions.applied !== undefined);
  if (!known) return { label, value: "-", note: "Nothing was applied here yet.", key: undefined };
  const note = bytes === 0 ? "Everything that came is in the target." : "lies in the journal and is on its way to the target.";
  return { label, value: formatBytes(Math.max(0, bytes)), note, key: undefined };
}

/**
 * @param {StreamStatus} origin
 * @param {readonly LinkStatus[]} links
 * @returns {readonly Figure[]}
 */
function peerFigures({ id }, links) {
  const peers = links.flatMap(({ peer, streams }) =>
    streams.flatMap(({ stream, region = peer, lag }) => (stream === id && lag ? [{ peer: region, lag }] : [])),
  );
  const [worst] = peers.toSorted((a, b) => b.lag.lagMs - a.lag.lagMs);
  const total = worst?.lag.ms.total;
  return [
    {
      label: "Lag now",
      value: formatMs(worst?.lag.lagMs),
      note: worst ? lagNote(worst.peer, worst.lag.behindBytes.applied) : "no peer takes this stream",
      key: worst && `lag:${id}:${worst.peer}`,
    },
    {
      label: "Delay, median",
      value: formatMs(total?.p50),
      note: total ? `99 % within ${formatMs(total.p99)}, last minute` : "nothing was measured yet",
      key: worst && `total:${id}:${worst.peer}`,
    },
  ];
}

/**
 * @param {string} peer
 * @param {number | undefined} behind
 */
function lagNote(peer, behind) {
  return behind === 0 ? `${peer} has all, as of a round trip ago` : `oldest write not applied at ${peer}`;
}

/**
 * @param {readonly LinkStatus[]} links
 * @returns {readonly Figure[]}
 */
function linkFigures(links) {
  const [link] = links;
  if (!link) return [];
  const { peer, rttMs, clock, phase } = link;
  return [
    {
      label: "Round trip",
      value: formatMs(rttMs),
      note: clock ? `to ${peer}, clocks differ by ${formatMs(clock.offsetMs)}` : `to ${peer}, ${phase}`,
      key: `rtt:${link.direction}:${peer}`,
    },
    {
      label: "Reconnects",
      value: `${link.reconnects}`,
      note: `of the link from ${peer} since the start`,
      key: undefined,
    },
  ];
}

/**
 * @param {StreamStatus | undefined} stream
 * @returns {readonly Figure[]}
 */
function streamFigures(stream) {
  if (!stream) return [];
  const { id, throughput, journal, compressionRatio } = stream;
  const ratio = compressionRatio === undefined || compressionRatio < 1.05 ? "" : `, ${compressionRatio.toFixed(1)} times smaller`;
  return [
    {
      label: "Written",
      value: `${formatBytes(throughput.bytesPerSecond)}/s`,
      note: `${formatCount(throughput.commandsPerSecond)} ${throughput.commandsPerSecond === 1 ? "command" : "commands"}/s`,
      key: `bytesPerSecond:${id}`,
    },
    {
      label: "Journal",
      value: formatBytes(journal.bytes),
      note: `${journal.segments} ${journal.segments === 1 ? "file" : "files"}${ratio}`,
      key: `journal:${id}`,
    },
  ];
}
