/** Which plots there are, and the buttons for the time that they show. */
/** @import { GatewayStatus } from "../status/gateway.ts" */
/** @import { PlotOptions } from "./plot.js" */
/** @import { Store } from "./store.js" */
import { formatBytes, formatMs } from "./format.js";
import { html, nothing, render } from "./lib/lit-html.js";
import { Plot } from "./plot.js";
import { Zoom } from "./zoom.js";

const WINDOWS = /** @type {const} */ ([
  ["1 min", 60_000],
  ["5 min", 5 * 60_000],
  ["15 min", 15 * 60_000],
]);

export class Plots {
  element = document.createElement("section");
  #store;
  #zoom = new Zoom(() => this.#draw());
  /** @type {Map<string, Plot>} by what it draws */
  #plots = new Map();

  /** @param {Store} store */
  constructor(store) {
    this.#store = store;
    this.element.setAttribute("aria-labelledby", "plots-title");
  }

  /** @param {GatewayStatus} status */
  update(status) {
    const wanted = plotsOf(status).map((options) => /** @type {const} */ ([JSON.stringify([options.title, options.lines]), options]));
    this.#plots = new Map(wanted.map(([key, options]) => [key, this.#plots.get(key) ?? new Plot(options, this.#zoom)]));
    this.#draw();
  }

  #draw() {
    const { windowMs, isFollowing } = this.#zoom;
    render(
      html`
        <div class="heading">
          <h2 id="plots-title" class="chapter">Over time</h2>
          <div class="choice" role="group" aria-label="Time shown">
            ${WINDOWS.map(
              ([label, ms]) => html`
                <button type="button" aria-pressed=${isFollowing && windowMs === ms} @click=${() => this.#zoom.follow(ms)}>${label}</button>
              `,
            )}
            ${isFollowing ? nothing : html`<button type="button" @click=${() => this.#zoom.follow()}>Back to now</button>`}
          </div>
        </div>
        <div class="plots">${[...this.#plots.values()].map(({ element }) => element)}</div>
      `,
      this.element,
    );
    for (const plot of this.#plots.values()) plot.update(this.#store);
  }
}

/**
 * @param {GatewayStatus} status
 * @returns {readonly PlotOptions[]}
 */
function plotsOf({ streams, links }) {
  // What is only relayed has no lag here: its origin measures it.
  const sent = links.flatMap(({ peer, streams }) =>
    streams.filter(({ lag }) => lag !== undefined).map(({ stream, region = peer }) => ({ stream, peer: region })),
  );
  const several = new Set(sent.map(({ stream }) => stream)).size > 1;
  const perSecond = (/** @type {number} */ bytes) => `${formatBytes(bytes)}/s`;
  return [
    ...sent.map(({ stream, peer }) => ({
      title: several ? `Lag of ${stream} at ${peer}` : `Lag at ${peer}`,
      format: formatMs,
      lines: [
        { key: `lag:${stream}:${peer}`, label: "now" },
        { key: `write:${stream}:${peer}`, label: "T_write" },
        { key: `network:${stream}:${peer}`, label: "T_network" },
        { key: `ack:${stream}:${peer}`, label: "T_ack" },
      ],
    })),
    ...(sent.length === 0
      ? []
      : [
          {
            title: "Data at risk, by peer",
            format: formatBytes,
            lines: sent.map(({ stream, peer }) => ({ key: `atRisk:${stream}:${peer}`, label: several ? `${stream} at ${peer}` : peer })),
          },
        ]),
    ...(streams.length === 0
      ? []
      : [
          {
            title: "Throughput",
            format: perSecond,
            lines: [
              ...streams.map(({ id }) => ({ key: `bytesPerSecond:${id}`, label: id })),
              ...links.map(({ direction, peer }) => ({
                key: `wire:${direction}:${peer}`,
                label: `${direction === "sending" ? "to" : "from"} ${peer}, compressed`,
              })),
            ],
          },
          { title: "Journal on disk", format: formatBytes, lines: streams.map(({ id }) => ({ key: `journal:${id}`, label: id })) },
        ]),
  ];
}
