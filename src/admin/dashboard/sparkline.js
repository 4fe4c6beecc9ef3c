/** The shape of the last minutes, without numbers. */
import { html, nothing, svg } from "./lib/lit-html.js";

const WIDTH = 100;
const HEIGHT = 28;

/**
 * From zero to the largest value; gaps where nothing was known. It is drawn at its right end until there are `length` values.
 * @param {readonly (number | null)[]} values oldest first
 * @param {number} length
 */
export function sparkline(values, length) {
  if (values.length < 2) return html`<svg class="spark" viewBox="0 0 ${WIDTH} ${HEIGHT}" aria-hidden="true"></svg>`;
  const most = Math.max(...values.map((value) => value ?? 0), Number.MIN_VALUE);
  const x = (/** @type {number} */ nth) => WIDTH - ((values.length - 1 - nth) * WIDTH) / (length - 1);
  const y = (/** @type {number} */ value) => HEIGHT - 2 - (value / most) * (HEIGHT - 4);
  let line = "";
  values.forEach((value, nth) => {
    if (value === null) return;
    const isFirst = nth === 0 || values[nth - 1] === null;
    line += `${isFirst ? "M" : "L"}${x(nth).toFixed(1)} ${y(value).toFixed(1)}`;
  });
  return html`
    <svg class="spark" viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" aria-hidden="true">
      ${line === "" ? nothing : svg`<path d=${line} />`}
    </svg>
  `;
}
