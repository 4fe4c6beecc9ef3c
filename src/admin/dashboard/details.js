/** Everything that `causeway status` shows, in full. */
/** @import { FeedStatus } from "../status/feed.ts" */
/** @import { CertificateStatus, GatewayStatus, ServiceStatus } from "../status/gateway.ts" */
/** @import { LinkStatus } from "../status/link.ts" */
/** @import { StreamStatus } from "../status/stream.ts" */
import { formatBytes, formatCount, formatDuration, formatMs } from "./format.js";
import { html, nothing } from "./lib/lit-html.js";
import { icon, toneOf, toneOfLink } from "./tone.js";

/** @typedef {readonly [label: string, value: unknown]} Fact */

/** @param {GatewayStatus} status */
export function details(status) {
  const { streams, links, services, certificates, listener, alerts } = status;
  return html`
    <section aria-labelledby="streams-title">
      <h2 id="streams-title" class="chapter">Streams</h2>
      ${streams.length === 0 ? html`<p class="card empty">This region has no master and takes no stream.</p>` : nothing}
      ${streams.map((stream) => streamCard(stream, status.atMs))}
    </section>
    <section aria-labelledby="links-title">
      <h2 id="links-title" class="chapter">Links</h2>
      ${links.length === 0 ? html`<p class="card empty">The topology gives this region no peer.</p>` : nothing}
      ${links.map((link) => linkCard(link, status.atMs))}
      ${listener ? listenerCard(listener) : nothing}
    </section>
    <section aria-labelledby="gateway-title">
      <h2 id="gateway-title" class="chapter">This gateway</h2>
      <div class="card">
        ${facts([
          ["Version", status.version],
          ["Compression by", status.zstd ? `${status.lz4}, ${status.zstd}` : status.lz4],
          ["Started", new Date(status.startedAtMs).toLocaleString([], { dateStyle: "medium", timeStyle: "short" })],
          ["Topology", html`<code title=${status.topologyDigest}>${status.topologyDigest.slice(0, 12)}</code>`],
        ])}
        ${serviceTable(services, status.atMs)} ${alerts.channels.length > 0 ? channelTable(alerts.channels) : nothing}
        ${certificates.length > 0 ? certificateTable(certificates, status.atMs) : nothing}
      </div>
    </section>
  `;
}

/** @param {readonly (Fact | undefined)[]} list facts that are not known are left out */
function facts(list) {
  const known = list.filter((fact) => fact !== undefined);
  return html`<dl class="facts">${known.map(([label, value]) => html`<div><dt>${label}</dt><dd>${value}</dd></div>`)}</dl>`;
}

/**
 * @param {StreamStatus} stream
 * @param {number} nowMs
 */
function streamCard(stream, nowMs) {
  const { id, role, phase, positions, throughput, journal, snapshot, compressionRatio, history, replid, master, delivery, feed } = stream;
  return html`
    <article class="card" aria-label="Stream ${id}">
      <header><h3>${id}</h3><p class="quiet">${role}</p><p class="state">${icon(toneOf(phase))} ${phase}</p></header>
      ${facts([
        ["Received", offset(positions.received)],
        ["Durable", offset(positions.durable)],
        role === "origin" ? undefined : ["Applied", offset(positions.applied)],
        ["Oldest kept", offset(positions.start)],
        ["Rate", `${formatBytes(throughput.bytesPerSecond)}/s`],
        ["Commands", `${formatCount(throughput.commandsPerSecond)}/s`],
        ["Since start", `${formatBytes(throughput.bytes)}, ${formatCount(throughput.commands)} commands`],
        ["Compression", compressionRatio === undefined || compressionRatio < 1.05 ? "none yet" : `${compressionRatio.toFixed(1)} times`],
      ])}
      <h4>Journal</h4>
      ${facts([
        ["On disk", `${formatBytes(journal.bytes)} in ${journal.segments} ${journal.segments === 1 ? "file" : "files"}`],
        ["Needed by readers", `${formatBytes(journal.neededBytes)} of ${formatBytes(journal.retentionBytes)} kept at most`],
        journal.disk ? ["Disk free", `${formatBytes(journal.disk.freeBytes)} of ${formatBytes(journal.disk.totalBytes)}`] : undefined,
        ["fsync", `${journal.fsync}, at most ${formatMs(journal.fsyncMsMax)}`],
        ["Not written yet", formatBytes(journal.pendingBytes)],
        journal.diskFull ? ["Disk", html`${icon("bad")} full`] : undefined,
        ["Dropped, though needed", formatBytes(journal.droppedNeededBytes)],
        ["Torn ends", journal.tornTails === 0 ? "none" : `${journal.tornTails}, ${formatBytes(journal.tornBytes)}, read again`],
        ["Damaged files", journal.damages === 0 ? "none" : html`${icon("busy")} ${journal.damages}, mended`],
        snapshot ? ["Snapshot", `${snapshot.state} at ${snapshot.offset}, ${formatBytes(snapshot.rdbBytes)}`] : undefined,
      ])}
      ${snapshot?.arriving ? transfer("The snapshot arrives", snapshot.arriving) : nothing}
      ${delivery?.loading ? transfer("The snapshot is loaded", delivery.loading) : nothing}
      ${master ? masterFacts(master, nowMs) : nothing} ${delivery ? deliveryFacts(delivery, nowMs) : nothing}
      ${feed ? feedFacts(feed, nowMs) : nothing}
      ${history === undefined ? nothing : html`<p class="aside quiet small">History <code>${history}</code>${replid ? html`, replid <code>${replid}</code>` : nothing}</p>`}
    </article>
  `;
}

/**
 * @param {NonNullable<StreamStatus["master"]>} master
 * @param {number} nowMs
 */
function masterFacts(master, nowMs) {
  return html`
    <h4>Master</h4>
    ${facts([
      ["Address", html`<code>${master.address}</code>`],
      ["State", html`${icon(toneOf(master.state))} ${master.state}`],
      ["Full syncs", `${master.fullSyncs}`],
      ["Partial syncs", `${master.partialSyncs}`],
      ["Failovers", `${master.failovers}`],
      ["Histories lost", `${master.historiesLost}`],
      ["Pauses for the disk", `${master.pauses}`],
      ["Heartbeat", heartbeat(master.heartbeat)],
      master.backlog ? ["Backlog left", backlog(master.backlog)] : undefined,
      master.acksHeld === 0 ? undefined : ["Acknowledgement held", held(master, nowMs)],
      ["Acknowledged", master.ackedOffset === undefined ? "nothing" : html`${offset(master.ackedOffset)}, ${ago(nowMs, master.ackedAtMs)}`],
    ])}
    ${lastError(master, nowMs)}
  `;
}

/** @param {NonNullable<StreamStatus["master"]>["heartbeat"]} heartbeat */
function heartbeat({ state, delayMs, reason }) {
  if (state === "measured") return `${formatMs(delayMs)} through the master`;
  return state === "off" ? "off" : (reason ?? "awaited");
}

/** @param {NonNullable<NonNullable<StreamStatus["master"]>["backlog"]>} backlog */
function backlog({ sizeBytes, leftBytes, bytesPerSecond }) {
  const lasts = bytesPerSecond < 1 ? "" : `, ${formatDuration((leftBytes / bytesPerSecond) * 1000)} at this rate`;
  return `${formatBytes(leftBytes)} of ${formatBytes(sizeBytes)}${lasts}`;
}

/**
 * @param {NonNullable<StreamStatus["master"]>} master
 * @param {number} nowMs
 */
function held({ acksHeld, ackHeldSinceMs }, nowMs) {
  const times = `${acksHeld} ${acksHeld === 1 ? "time" : "times"}`;
  return ackHeldSinceMs === undefined ? times : html`${icon("busy")} for ${formatDuration(nowMs - ackHeldSinceMs)}, ${times}`;
}

/**
 * @param {string} what
 * @param {import("../status/transfer.ts").TransferStatus} of
 */
function transfer(what, { bytes, totalBytes, bytesPerSecond, leftMs }) {
  const total = totalBytes === undefined ? "" : ` of ${formatBytes(totalBytes)}`;
  const left = leftMs === undefined ? "" : `, ${formatDuration(leftMs)} left`;
  return html`
    <p class="aside small">${what}: ${formatBytes(bytes)}${total}, ${formatBytes(bytesPerSecond)}/s${left}</p>
    ${totalBytes === undefined ? nothing : html`<progress aria-label=${what} max=${totalBytes} value=${Math.min(bytes, totalBytes)}></progress>`}
  `;
}

/** @param {NonNullable<NonNullable<StreamStatus["delivery"]>["expiry"]>} expiry */
function expiry({ by, guardMs }) {
  if (by === "import") return "by the source (import mode)";
  return by === "target" ? html`${icon("busy")} by the target's own clock` : `by the source, guarded for ${formatDuration(guardMs)}`;
}

/**
 * @param {NonNullable<StreamStatus["delivery"]>} delivery
 * @param {number} nowMs
 */
function deliveryFacts(delivery, nowMs) {
  return html`
    <h4>Target</h4>
    ${facts([
      ["Address", html`<code>${delivery.address}</code>${delivery.targetVersion === undefined ? "" : ` (${delivery.targetVersion})`}`],
      ["State", html`${icon(toneOf(delivery.state))} ${delivery.state}`],
      ["Applied", `${formatCount(delivery.units)} units, ${formatCount(delivery.commands)} commands`],
      ["On its way", formatBytes(delivery.inFlightBytes)],
      ["Keys loaded", formatCount(delivery.keysLoaded)],
      ["Keys removed", formatCount(delivery.keysRemoved)],
      ["Functions loaded", formatCount(delivery.functionsLoaded)],
      ["Divergences", delivery.divergences === 0 ? "none" : html`${icon("bad")} ${delivery.divergences}`],
      ["Dead letters", delivery.deadLetters === 0 ? "none" : html`${icon("busy")} ${delivery.deadLetters}`],
      ["Reconnects", `${delivery.reconnects}`],
      delivery.expiry ? ["Keys expire", expiry(delivery.expiry)] : undefined,
      delivery.guardExceeded === 0 ? undefined : ["Later than the guard", html`${icon("busy")} ${delivery.guardExceeded} records`],
      delivery.promotion ? ["Promotion", `${delivery.promotion.step}, ${formatCount(delivery.promotion.done)} expiries`] : undefined,
      ...counted("not supported there", delivery.unsupported),
      ...counted("dropped", delivery.dropped),
      ...counted("rewritten", delivery.rewritten),
      ...counted("not looked into", delivery.untranslated),
      ...counted("left out", delivery.skipped),
      ...counted("", delivery.conditions),
    ])}
    ${lastError(delivery, nowMs)}
  `;
}

/**
 * @param {FeedStatus} feed
 * @param {number} nowMs
 */
function feedFacts(feed, nowMs) {
  return html`
    <h4>Feed</h4>
    ${facts([
      ["Address", html`<code>${feed.address}</code>`],
      ["State", html`${icon(toneOf(feed.state))} ${feed.state}`],
      ["Full syncs", `${feed.fullSyncs}`],
      ["Partial syncs", `${feed.partialSyncs}`],
      ["Disconnects", `${feed.disconnects}`],
      ["Refusals", `${feed.refusals}`],
    ])}
    ${feed.replicas.map(
      (replica) => html`
        <h5>Replica <code>${replica.address}</code></h5>
        ${facts([
          ["State", html`${icon(toneOf(replica.state))} ${replica.state}`],
          ["Behind", formatBytes(replica.lagBytes)],
          ["Sent", offset(replica.sentOffset)],
          [
            "Acknowledged",
            replica.ackedOffset === undefined ? "nothing" : html`${offset(replica.ackedOffset)}, ${ago(nowMs, replica.ackedAtMs)}`,
          ],
          ["Attached", ago(nowMs, replica.connectedAtMs)],
          ["Snapshot sent", formatBytes(replica.snapshotBytes)],
          replica.version === undefined ? undefined : ["Version", replica.version],
        ])}
      `,
    )}
    ${lastError(feed, nowMs)}
  `;
}

/**
 * @param {LinkStatus} link
 * @param {number} nowMs
 */
function linkCard(link, nowMs) {
  const { direction, peer, phase, clock, streams } = link;
  const name = direction === "sending" ? `To ${peer}` : `From ${peer}`;
  return html`
    <article class="card" aria-label=${name}>
      <header><h3>${name}</h3><p class="quiet">${direction}</p><p class="state">${icon(toneOfLink(link))} ${phase}</p></header>
      ${facts([
        ["Round trip", formatMs(link.rttMs)],
        ["Peer's clock", clock ? `${formatMs(clock.offsetMs)} ± ${formatMs(clock.errorMs)}` : "-"],
        ["Sent", formatBytes(link.sentBytes)],
        ["Received", formatBytes(link.receivedBytes)],
        ["Open since", link.connectedAtMs === undefined ? "-" : ago(nowMs, link.connectedAtMs)],
        ["Reconnects", `${link.reconnects}`],
        ["Refusals", `${link.refusals}`],
        link.sameTopology === undefined ? undefined : ["Topology", link.sameTopology ? "the same" : html`${icon("busy")} another`],
        link.superseded > 0 ? ["Taken over", html`${icon("busy")} ${link.superseded} times`] : undefined,
      ])}
      ${streams.map(
        ({ stream, region, phase: of, acked, lag, snapshot }) => html`
          <h4>
            ${stream}${region === undefined ? nothing : html` at ${region}, behind ${peer}`}${of === undefined ? nothing : html` <span class="state">${icon(toneOf(of))} ${of}</span>`}
          </h4>
          ${facts([[direction === "sending" ? "Has received" : "Received", offset(acked.received)], ...(lag ? lagFacts(acked, lag) : [])])}
          ${snapshot ? transfer(snapshot.waiting ? "The snapshot waits for its turn" : "A snapshot is sent", snapshot) : nothing}
          ${lag ? durations(lag, `${stream} at ${region ?? peer}`) : nothing}
        `,
      )}
      ${lastError(link, nowMs)}
    </article>
  `;
}

/**
 * @param {LinkStatus["streams"][number]["acked"]} acked
 * @param {NonNullable<LinkStatus["streams"][number]["lag"]>} lag
 * @returns {readonly Fact[]}
 */
function lagFacts(acked, { lagMs, behindBytes }) {
  return [
    ["Has durable", offset(acked.durable)],
    ["Has applied", offset(acked.applied)],
    ["Lag", formatMs(lagMs)],
    ["Behind: received", formatBytes(behindBytes.received)],
    ["Behind: durable", formatBytes(behindBytes.durable)],
    ["Behind: applied", formatBytes(behindBytes.applied)],
  ];
}

const SHARES = /** @type {const} */ (["p50", "p95", "p99", "max"]);

/**
 * @param {NonNullable<LinkStatus["streams"][number]["lag"]>} lag
 * @param {string} of
 */
function durations({ ms, networkErrorMs }, of) {
  const stages = /** @type {const} */ ([
    ["T_write", ms.write],
    ["T_network", ms.network],
    ["T_ack", ms.ack],
    ["T", ms.total],
    ["Visible", ms.visible],
  ]);
  const known = stages.filter(([, quantiles]) => quantiles !== undefined);
  if (known.length === 0) return nothing;
  const heads = ["median", "95 %", "99 %", "max"].map((head) => html`<th scope="col">${head}</th>`);
  return html`
    <div class="wide" role="region" aria-label="Delays of ${of}" tabindex="0">
      <table>
        <thead>
          <tr><td></td><th scope="colgroup" colspan="4">Last minute</th><th scope="colgroup" colspan="4">Last 15 minutes</th></tr>
          <tr><td></td>${heads}${heads}</tr>
        </thead>
        <tbody>
          ${known.map(
            ([name, quantiles]) => html`
              <tr>
                <th scope="row">${name}</th>
                ${SHARES.map((share) => html`<td>${formatMs(quantiles?.[share])}</td>`)}
                ${SHARES.map((share) => html`<td>${formatMs(quantiles?.over15m[share])}</td>`)}
              </tr>
            `,
          )}
        </tbody>
      </table>
    </div>
    ${networkErrorMs === undefined ? nothing : html`<p class="quiet small">T_network and visible are read from two clocks: ± ${formatMs(networkErrorMs)}.</p>`}
  `;
}

/** @param {NonNullable<GatewayStatus["listener"]>} listener */
function listenerCard({ unauthenticated, refusals }) {
  const refused = Object.entries(refusals);
  return html`
    <article class="card" aria-label="Link port">
      <header><h3>Link port</h3></header>
      ${facts([
        ["Not proven yet", `${unauthenticated}`],
        ...(refused.length === 0 ? [/** @type {Fact} */ (["Refused", "nobody"])] : counted("refused", refusals)),
      ])}
    </article>
  `;
}

/**
 * @param {readonly ServiceStatus[]} services
 * @param {number} nowMs
 */
function serviceTable(services, nowMs) {
  return html`
    <h3 class="part">Services</h3>
    <ul class="services">
      ${services.map(
        ({ name, state, code, message, sinceMs }) => html`
          <li>
            ${icon(toneOf(state))} <code>${name}</code> <span class="quiet">${state}${sinceMs === undefined ? "" : `, ${ago(nowMs, sinceMs)}`}</span>
            ${code === undefined ? nothing : html`<p class="small">${code}: ${message}</p>`}
          </li>
        `,
      )}
    </ul>
  `;
}

/** @param {GatewayStatus["alerts"]["channels"]} channels */
function channelTable(channels) {
  return html`
    <h3 class="part">Where alerts go</h3>
    <ul class="services">
      ${channels.map(
        ({ channel, kind, sent, failures, dropped, waiting, lastError }) => html`
          <li>
            ${icon(waiting > 0 || dropped > 0 ? "busy" : "good")} <code>${channel}</code>
            <span class="quiet">${kind}, ${sent} sent, ${waiting} waiting, ${failures} failures, ${dropped} given up</span>
            ${lastError === undefined ? nothing : html`<p class="small">last failure: ${lastError}</p>`}
          </li>
        `,
      )}
    </ul>
  `;
}

/**
 * @param {readonly CertificateStatus[]} certificates
 * @param {number} nowMs
 */
function certificateTable(certificates, nowMs) {
  return html`
    <h3 class="part">Certificates</h3>
    <ul class="services">
      ${certificates.map(({ use, path, state, expiresAtMs, refused }) => {
        const left = expiresAtMs > nowMs ? `for ${formatDuration(expiresAtMs - nowMs)}` : `since ${formatDuration(nowMs - expiresAtMs)}`;
        return html`
          <li>
            ${icon(toneOf(state))} <code>${path}</code> <span class="quiet">${use}, ${state} ${left}</span>
            ${refused === undefined ? nothing : html`<p class="small">renewed files are not used: ${refused}</p>`}
          </li>
        `;
      })}
    </ul>
  `;
}

/**
 * @param {string} what
 * @param {Readonly<Record<string, number>>} counts
 * @returns {Fact[]}
 */
function counted(what, counts) {
  return Object.entries(counts).map(([name, count]) => [what === "" ? name : `${name} ${what}`, formatCount(count)]);
}

/**
 * @param {{ readonly lastError?: string, readonly lastErrorAtMs?: number }} of
 * @param {number} nowMs
 */
function lastError({ lastError, lastErrorAtMs }, nowMs) {
  return lastError === undefined ? nothing : html`<p class="small error">Last error, ${ago(nowMs, lastErrorAtMs)}: ${lastError}</p>`;
}

/** @param {string | undefined} value */
function offset(value) {
  return value === undefined ? "-" : html`<code>${value}</code>`;
}

/**
 * @param {number} nowMs
 * @param {number | undefined} atMs
 */
function ago(nowMs, atMs) {
  return atMs === undefined ? "" : `${formatDuration(nowMs - atMs)} ago`;
}
