/** How well something is, from the words of the read model. Colour never says it alone: each tone has a shape, and the word stands beside it. */
/** @import { LinkStatus } from "../status/link.ts" */
import { html, svg } from "./lib/lit-html.js";

/** @typedef {"good" | "busy" | "bad" | "off"} Tone */

/**
 * @param {string} phase of a stream, a link or a service
 * @returns {Tone}
 */
export function toneOf(phase) {
  if (/^(streaming|open|running|online|complete|valid)$/.test(phase)) return "good";
  if (/halt|diverg|refus|closed|disconnected|expired|aborted/.test(phase)) return "bad";
  if (/stopped/.test(phase)) return "off";
  return "busy";
}

/**
 * A link is as well as the worst of what it carries.
 * @param {LinkStatus} link
 * @returns {Tone}
 */
export function toneOfLink({ phase, streams }) {
  if (phase !== "open") return toneOf(phase);
  return streams.every((stream) => stream.phase === undefined || stream.phase === "streaming") ? "good" : "busy";
}

/** @type {Readonly<Record<Tone, ReturnType<typeof svg>>>} */
const SHAPES = {
  good: svg`<circle cx="8" cy="8" r="7" /><path d="M4.8 8.3 7 10.5l4.2-4.8" class="mark" />`,
  busy: svg`<path d="M8 1.2 15.4 14.4H.6Z" /><path d="M8 5.8v4M8 11.6v1" class="mark" />`,
  bad: svg`<path d="M5 .8h6L15.2 5v6L11 15.2H5L.8 11V5Z" /><path d="m5.4 5.4 5.2 5.2m0-5.2-5.2 5.2" class="mark" />`,
  off: svg`<circle cx="8" cy="8" r="6" class="hollow" />`,
};

/** @param {Tone} tone */
export function icon(tone) {
  return html`<svg class="icon ${tone}" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">${SHAPES[tone]}</svg>`;
}
