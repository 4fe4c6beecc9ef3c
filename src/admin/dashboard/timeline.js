/** What happened, newest first. */
/** @import { TimelineEntry } from "../timeline.ts" */
import { html, nothing } from "./lib/lit-html.js";
import { clockTime } from "./masthead.js";
import { icon } from "./tone.js";

/** Until somebody asks for all. */
const FEW = 12;

/**
 * @param {readonly TimelineEntry[]} entries oldest first
 * @param {boolean} showsAll
 * @param {() => void} onShowAll
 */
export function timeline(entries, showsAll, onShowAll) {
  const shown = entries.toReversed().slice(0, showsAll ? entries.length : FEW);
  const rest = entries.length - shown.length;
  return html`
    <section aria-labelledby="timeline-title">
      <h2 id="timeline-title" class="chapter">What happened</h2>
      <div class="card">
        <ol class="timeline">
          ${shown.map(
            ({ atMs, subject, text, tone }) => html`
              <li>
                <time datetime=${new Date(atMs).toISOString()}>${clockTime(atMs)}</time>
                ${icon(tone)}
                <p><strong>${subject}</strong> ${text}</p>
              </li>
            `,
          )}
        </ol>
        ${rest > 0 ? html`<button type="button" @click=${onShowAll}>Show ${rest} more</button>` : nothing}
      </div>
    </section>
  `;
}
