/** Joins the page: what comes from the gateway is kept in one model, and each change of it is drawn. */
/** @import { Sample } from "../samples.ts" */
/** @import { Connection } from "./live.js" */
import { details } from "./details.js";
import { html, nothing, render } from "./lib/lit-html.js";
import { Live } from "./live.js";
import { login } from "./login.js";
import { map } from "./map.js";
import { masthead, staleness, troubles } from "./masthead.js";
import { overview } from "./overview.js";
import { Plots } from "./plots.js";
import { Store } from "./store.js";
import { timeline } from "./timeline.js";

const model = {
  /** @type {Connection} */
  connection: { at: "connecting" },
  /** @type {Sample | undefined} */
  sample: undefined,
  heardAtMs: 0,
  hasTried: false,
  showsAll: false,
};
const store = new Store();
const plots = new Plots(store);
const live = new Live({
  history: (history) => store.begin(history),
  sample: (sample) => {
    store.add(sample);
    model.sample = sample;
    model.heardAtMs = Date.now();
    draw();
    plots.update(sample.status);
  },
  connection: (connection) => {
    model.connection = connection;
    draw();
  },
});

const top = /** @type {HTMLElement} */ (document.getElementById("masthead"));
const main = /** @type {HTMLElement} */ (document.getElementById("main"));

function draw() {
  const { sample, connection, heardAtMs } = model;
  const isTrue = connection.at === "live";
  document.title = `${title(sample, isTrue)}Causeway`;
  document.body.classList.toggle("untrue", sample !== undefined && !isTrue);
  render(masthead(sample, connection, heardAtMs), top);
  render(content(), main);
}

function content() {
  const { sample, connection, heardAtMs, hasTried } = model;
  if (connection.at === "login") {
    return login(hasTried, (token) => {
      model.hasTried = true;
      live.login(token);
    });
  }
  const stale = staleness(connection, heardAtMs, Date.now(), () => live.retryNow());
  if (!sample)
    return html`${stale}${connection.at === "connecting" ? html`<p class="card empty">Waiting for the first sample.</p>` : nothing}`;
  const showAll = () => {
    model.showsAll = true;
    draw();
  };
  return html`
    ${stale} ${troubles(sample)} ${overview(sample, store)} ${map(sample)} ${plots.element}
    ${timeline(sample.timeline, model.showsAll, showAll)} ${details(sample.status)}
  `;
}

/**
 * @param {Sample | undefined} sample
 * @param {boolean} isTrue
 */
function title(sample, isTrue) {
  if (!sample) return "";
  const state = isTrue ? (sample.reasons.length === 0 ? "" : "not ready: ") : "disconnected: ";
  return `${state}${sample.status.region} · `;
}

// Ages grow while nothing comes.
setInterval(() => model.connection.at !== "live" && draw(), 1_000);
live.start();
draw();
