/** One plot of some columns over time, by uPlot, with a legend that says the values under the cursor, or the newest. */
/** @import { Store } from "./store.js" */
/** @import { Zoom } from "./zoom.js" */
import { html, nothing, render, svg } from "./lib/lit-html.js";
import uPlot from "./lib/uPlot.esm.js";

/**
 * @typedef {{ readonly key: string, readonly label: string }} Line
 * @typedef {{ readonly title: string, readonly format: (value: number) => string, readonly lines: readonly Line[] }} PlotOptions
 */

const HEIGHT = 190;
/** Lines differ by dashes too. */
const DASHES = [[], [7, 4], [2, 3], [12, 3, 2, 3], [1, 5]];
const COLOURS = 5;

export class Plot {
  element = document.createElement("figure");
  #options;
  #zoom;
  #canvas = document.createElement("div");
  /** @type {uPlot} */
  #plot;
  /** @type {number | null | undefined} index of the values that the legend shows */
  #at;

  /**
   * @param {PlotOptions} options
   * @param {Zoom} zoom
   */
  constructor(options, zoom) {
    this.#options = options;
    this.#zoom = zoom;
    this.element.className = "card plot";
    this.#canvas.className = "canvas";
    this.#canvas.tabIndex = 0;
    this.#canvas.setAttribute("role", "group");
    this.#canvas.setAttribute("aria-label", `${options.title}, plot. Arrow keys move, plus and minus zoom, 0 follows the present again.`);
    this.#canvas.addEventListener("keydown", (event) => this.#key(event));
    this.#plot = new uPlot(this.#settings(), [[]], this.#canvas);
    new ResizeObserver(() => this.#plot.setSize({ width: this.#canvas.clientWidth, height: HEIGHT })).observe(this.#canvas);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.#plot.redraw(false));
    this.#draw();
  }

  /** @param {Store} store */
  update(store) {
    const columns = this.#options.lines.map(({ key }) => store.recent(key, store.atMs.length));
    this.#plot.batch(() => {
      this.#plot.setData([store.atMs, ...columns], false);
      this.#plot.setScale("x", this.#zoom.range(store.atMs.at(-1) ?? 0));
    });
    this.#draw();
  }

  /** The legend, and the place of the plot. */
  #draw() {
    const { title, format, lines } = this.#options;
    const [times = [], ...columns] = this.#plot.data;
    const at = this.#at ?? times.length - 1;
    const text = (/** @type {number | null | undefined} */ value) => (value === null || value === undefined ? "-" : format(value));
    const when = this.#at === null || this.#at === undefined ? nothing : html`<time>${clock(times[at] ?? 0)}</time>`;
    render(
      html`
        <figcaption><h3>${title}</h3>${when}</figcaption>
        <dl class="legend">
          ${lines.map(
            ({ label }, nth) => html`
              <div>
                <dt>${swatch(nth)} ${label}</dt>
                <dd>${text(columns[nth]?.[at])}</dd>
              </div>
            `,
          )}
        </dl>
        ${this.#canvas}
      `,
      this.element,
    );
  }

  /** @returns {uPlot.Options} */
  #settings() {
    const { format, lines } = this.#options;
    const quiet = () => colour("--quiet");
    const grid = { stroke: () => colour("--line"), width: 1 };
    const font = `12px ${getComputedStyle(document.body).fontFamily}`;
    return {
      width: 300,
      height: HEIGHT,
      ms: 1,
      legend: { show: false },
      padding: [8, 20, 0, 0],
      cursor: {
        sync: { key: "causeway" },
        drag: { x: true, y: false, setScale: false },
        points: { size: 6 },
        bind: { dblclick: () => () => this.#follow() },
      },
      scales: { x: { time: true, auto: false }, y: { range: (_, __, most) => [0, most > 0 ? most * 1.08 : 10] } },
      axes: [
        {
          stroke: quiet,
          grid: { show: false },
          ticks: { show: false },
          font,
          size: 24,
          space: 72,
          values: (_, times, __, ___, step) => times.map((time) => clock(time, step)),
        },
        {
          stroke: quiet,
          grid,
          ticks: { show: false },
          font,
          size: 64,
          space: 34,
          values: (_, values) => values.map((value) => format(value)),
        },
      ],
      series: [
        {},
        ...lines.map(({ label }, nth) => ({
          label,
          stroke: () => colour(`--plot-${nth % COLOURS}`),
          width: 1.75,
          dash: DASHES[nth % DASHES.length] ?? [],
          points: { show: false },
        })),
      ],
      hooks: {
        setSelect: [(plot) => this.#select(plot)],
        setCursor: [
          ({ cursor }) => {
            this.#at = cursor.idx;
            this.#draw();
          },
        ],
      },
    };
  }

  /** @param {uPlot} plot a range was drawn with the pointer */
  #select(plot) {
    const { left, width } = plot.select;
    if (width < 4) return;
    this.#zoom.set(plot.posToVal(left, "x"), plot.posToVal(left + width, "x"));
    plot.setSelect({ left: 0, width: 0, top: 0, height: 0 }, false);
  }

  #follow() {
    this.#zoom.follow();
    return null;
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const newestMs = Number(this.#plot.data[0].at(-1) ?? 0);
    if (!this.#zoom.key(event.key, newestMs)) return;
    event.preventDefault();
  }
}

/** @param {number} nth */
function swatch(nth) {
  const dash = (DASHES[nth % DASHES.length] ?? []).join(" ");
  return html`<svg class="swatch plot-${nth % COLOURS}" viewBox="0 0 24 8" width="24" height="8" aria-hidden="true">${svg`<line x1="0" y1="4" x2="24" y2="4" stroke-dasharray=${dash} />`}</svg>`;
}

/** What a canvas needs to know, by the name of the custom property; of one colour scheme at a time. @type {Map<string, string>} */
const colours = new Map();
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => colours.clear());

/** @param {string} name */
function colour(name) {
  const known = colours.get(name);
  if (known !== undefined) return known;
  const probe = document.body.appendChild(document.createElement("span"));
  probe.style.color = `var(${name})`;
  const found = getComputedStyle(probe).color;
  probe.remove();
  colours.set(name, found);
  return found;
}

/**
 * @param {number} atMs
 * @param {number} stepMs between marks; a minute needs no seconds
 */
function clock(atMs, stepMs = 0) {
  /** @type {Intl.DateTimeFormatOptions} */
  const parts = { hour: "2-digit", minute: "2-digit", hour12: false };
  return new Date(atMs).toLocaleTimeString([], stepMs >= 60_000 ? parts : { ...parts, second: "2-digit" });
}
