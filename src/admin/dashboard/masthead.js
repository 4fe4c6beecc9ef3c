/** Who this is, how it is, and whether what the page shows is true now. */
/** @import { Sample } from "../samples.ts" */
/** @import { Alert } from "../../alert/book.ts" */
/** @import { Connection } from "./live.js" */
import { formatDuration } from "./format.js";
import { html, nothing } from "./lib/lit-html.js";
import { icon } from "./tone.js";

/**
 * @param {Sample | undefined} sample
 * @param {Connection} connection
 * @param {number} heardAtMs when the sample came, by this machine's clock
 */
export function masthead(sample, connection, heardAtMs) {
  const status = sample?.status;
  return html`
    <div class="who">
      <svg class="brand" viewBox="0 0 32 32" width="36" height="36" aria-hidden="true">
        <rect width="32" height="32" rx="7" />
        <path d="M4 14h24M4 18h24M8 18v5M16 18v5M24 18v5" />
      </svg>
      <div>
        <h1>${status?.region ?? "Causeway"}</h1>
        <p class="quiet small">
          ${status ? html`Causeway ${status.version}, up ${formatDuration(status.atMs - status.startedAtMs)}` : "A gateway's status"}
        </p>
      </div>
    </div>
    <div class="chips" role="status">
      ${sample && connection.at === "live" ? html`${firing(sample)} ${readiness(sample)}` : nothing} ${freshness(connection, heardAtMs)}
    </div>
  `;
}

/** @param {Sample} sample */
function firing({ status }) {
  const loud = status.alerts.firing.filter(({ silenced }) => !silenced);
  const [worst] = loud;
  if (!worst) return nothing;
  const tone = toneOfSeverity(worst.severity);
  return html`<a class="chip ${tone}" href="#alerts">${icon(tone)} ${loud.length === 1 ? worst.title : `${loud.length} alerts`}</a>`;
}

/** @param {Sample} sample */
function readiness({ reasons }) {
  return reasons.length === 0
    ? html`<span class="chip">${icon("good")} Ready</span>`
    : html`<span class="chip bad">${icon("bad")} Not ready</span>`;
}

/**
 * @param {Connection} connection
 * @param {number} heardAtMs
 */
function freshness(connection, heardAtMs) {
  const since = heardAtMs === 0 ? "" : ` since ${clockTime(heardAtMs)}`;
  switch (connection.at) {
    case "live":
      return html`<span class="chip live"><span class="beat" aria-hidden="true"></span> Live</span>`;
    case "connecting":
      return html`<span class="chip">${icon("off")} Connecting</span>`;
    case "stale":
      return html`<span class="chip busy">${icon("busy")} Stale${since}</span>`;
    case "login":
      return html`<span class="chip">${icon("off")} Not logged in</span>`;
    case "disconnected":
      return html`<span class="chip bad">${icon("bad")} Disconnected${since}</span>`;
  }
}

/**
 * What is wrong with the page itself, in a sentence, above everything that may be untrue because of it.
 * @param {Connection} connection
 * @param {number} heardAtMs
 * @param {number} nowMs
 * @param {() => void} onRetry
 */
export function staleness(connection, heardAtMs, nowMs, onRetry) {
  if (connection.at !== "stale" && connection.at !== "disconnected") return nothing;
  const age = heardAtMs === 0 ? "Nothing was heard from it yet." : `Everything below is ${formatDuration(nowMs - heardAtMs)} old.`;
  if (connection.at === "stale") {
    return html`<div class="notice busy">${icon("busy")}<p><strong>The gateway says nothing.</strong> ${age}</p></div>`;
  }
  const seconds = Math.max(0, Math.ceil((connection.retryAtMs - nowMs) / 1000));
  return html`
    <div class="notice bad">
      ${icon("bad")}
      <p><strong>Disconnected: ${connection.why}.</strong> ${age} ${seconds === 0 ? "Trying now." : `Next attempt in ${seconds} s.`}</p>
      <button type="button" @click=${onRetry}>Try now</button>
    </div>
  `;
}

/**
 * @param {Sample} sample
 */
export function troubles({ status, reasons, warnings }) {
  const { firing } = status.alerts;
  if (firing.length + reasons.length + warnings.length === 0) return nothing;
  return html`
    <ul class="troubles" id="alerts" aria-label="What needs a person">
      ${firing.map((alert) => alertNotice(alert, status.atMs))}
      ${reasons.map((reason) => html`<li class="notice bad">${icon("bad")}<p>${reason}</p></li>`)}
      ${warnings.map((warning) => html`<li class="notice busy">${icon("busy")}<p>${warning}</p></li>`)}
    </ul>
  `;
}

/**
 * @param {Alert} alert
 * @param {number} nowMs
 */
function alertNotice({ rule, title, text, severity, silenced, firingSinceMs }, nowMs) {
  const tone = silenced ? "off" : toneOfSeverity(severity);
  const since = `${severity}${silenced ? ", silenced" : ""}, for ${formatDuration(nowMs - firingSinceMs)}`;
  return html`
    <li class="notice ${tone}">
      ${icon(tone)}
      <p><strong>${title}:</strong> ${text} <span class="quiet small">${since}</span></p>
      <a href="runbook#alert-${rule}">What to do<span class="visually-hidden"> about ${title}</span></a>
    </li>
  `;
}

/**
 * @param {Alert["severity"]} severity
 * @returns {"bad" | "busy"}
 */
function toneOfSeverity(severity) {
  return severity === "critical" ? "bad" : "busy";
}

/** @param {number} atMs */
export function clockTime(atMs) {
  return new Date(atMs).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false });
}
