/**
 * Regions and the roads between them: who sends to us on the left, we in the middle, who gets our stream on the right. On a phone
 * the same from top to bottom. One gateway knows its own region and its links, so this is all it can draw.
 */
/** @import { GatewayStatus } from "../status/gateway.ts" */
/** @import { LinkStatus } from "../status/link.ts" */
/** @import { StreamStatus } from "../status/stream.ts" */
/** @import { Sample } from "../samples.ts" */
import { formatBytes, formatMs } from "./format.js";
import { html, nothing } from "./lib/lit-html.js";
import { icon, toneOf, toneOfLink } from "./tone.js";

/** @typedef {{ peer: string, links: readonly LinkStatus[] }} Neighbour */

/** @param {Sample} sample */
export function map({ status, point }) {
  const { links, region } = status;
  const peers = [...new Set(links.map(({ peer }) => peer))].map((peer) => ({ peer, links: links.filter((link) => link.peer === peer) }));
  const after = peers.filter((peer) => peer.links.some(({ direction }) => direction === "sending"));
  const before = peers.filter((peer) => !after.includes(peer));
  return html`
    <section class="card" aria-labelledby="map-title">
      <h2 id="map-title">Regions and links</h2>
      <div class="map ${before.length > 0 ? "has-before" : ""} ${after.length > 0 ? "has-after" : ""}">
        ${before.length > 0 ? html`<ul class="side before">${before.map((peer) => neighbour(peer, point))}</ul>` : nothing}
        ${here(status)}
        ${after.length > 0 ? html`<ul class="side after">${after.map((peer) => neighbour(peer, point))}</ul>` : nothing}
      </div>
      ${peers.length === 0 ? html`<p class="empty">The topology gives ${region} no peer: nothing leaves and nothing arrives.</p>` : nothing}
    </section>
  `;
}

/** @param {GatewayStatus} status */
function here({ region, streams }) {
  return html`
    <div class="region here">
      <h3 title=${region}>${region}</h3>
      <p class="quiet">this gateway</p>
      <ul class="servers">
        ${streams.map((stream) => {
          const tone = toneOf(stream.phase);
          return html`<li>${icon(tone)}<span><span class="name">${serverOf(stream)}</span> <span class="quiet">${stream.phase}</span></span></li>`;
        })}
      </ul>
    </div>
  `;
}

/** @param {StreamStatus} stream */
function serverOf({ id, master, delivery, feed }) {
  if (master) return `master ${master.address}`;
  if (delivery) return `target ${delivery.address} of ${id}`;
  return feed ? `feed ${feed.address} of ${id}` : id;
}

/**
 * @param {Neighbour} neighbour
 * @param {Sample["point"]} point
 */
function neighbour({ peer, links }, point) {
  return html`
    <li class="neighbour">
      <div class="roads">${links.map((link) => road(link, point[`wire:${link.direction}:${peer}`]))}</div>
      <div class="region">
        <h3 title=${peer}>${peer}</h3>
        ${links.map((link) => progress(link))}
      </div>
    </li>
  `;
}

/**
 * The road of one link, with its arrow in the direction of the data.
 * @param {LinkStatus} link
 * @param {number | undefined} bytesPerSecond
 */
function road(link, bytesPerSecond) {
  const { direction, peer, phase, rttMs, streams } = link;
  const tone = toneOfLink(link);
  const carried = streams.map(({ phase: of }) => of).find((of) => of !== undefined && of !== "streaming");
  const word = phase === "open" ? (carried ?? "open") : phase;
  const flows = tone === "good" && (bytesPerSecond ?? 0) > 0;
  return html`
    <div class="road ${direction}">
      <p class="what">
        <span class="visually-hidden">${direction === "sending" ? `To ${peer}: ` : `From ${peer}: `}</span>
        ${icon(tone)} <strong>${word}</strong>
        ${bytesPerSecond === undefined || tone === "bad" ? nothing : html`<span class="rate">${formatBytes(bytesPerSecond)}/s</span>`}
      </p>
      <div class="track ${tone} ${flows ? "flows" : ""}" aria-hidden="true">
        <svg class="way">
          <line class="bed" x2="100%" y1="50%" y2="50%" />
          <line class="flow" x2="100%" y1="50%" y2="50%" />
        </svg>
        <svg class="head" viewBox="0 0 12 12"><path d="M1 0 11 6 1 12Z" /></svg>
      </div>
      <p class="how quiet">${tone === "bad" ? lastHeard(link) : `round trip ${formatMs(rttMs)}`}</p>
    </div>
  `;
}

/** @param {LinkStatus} link */
function lastHeard({ lastError, reconnects }) {
  return lastError ?? (reconnects === 0 ? "was never open" : "no reason was given");
}

/** @param {LinkStatus} link */
function progress({ direction, peer, streams }) {
  if (direction === "receiving") return received(peer, streams);
  return streams.map(({ stream, region, lag }) => {
    const behind = lag?.behindBytes.applied;
    const state = behind === undefined ? "nothing acknowledged yet" : behind === 0 ? "has everything" : `${formatBytes(behind)} behind`;
    const age = behind === 0 || lag === undefined ? "" : `, ${formatMs(lag.lagMs)}`;
    if (region === undefined) return html`<p class="small"><span class="quiet">${stream}</span><br>${state}${age}</p>`;
    return html`
      <div class="onward small">
        <p class="quiet">passes ${stream} on to</p>
        <p><strong>${region}</strong>: ${state}${age}</p>
      </div>
    `;
  });
}

/**
 * @param {string} peer
 * @param {LinkStatus["streams"]} streams
 */
function received(peer, streams) {
  if (streams.length === 0) return html`<p class="quiet">sends nothing yet</p>`;
  const isOwn = (/** @type {string} */ stream) => stream.startsWith(`${peer}/`);
  return streams.map(({ stream }) => html`<p class="quiet">${isOwn(stream) ? "sends" : "passes on"} ${stream}</p>`);
}
