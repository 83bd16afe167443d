/**
 * Outcomes by the minute as stacked areas: answered at the bottom, then what rang in vain.
 * Colours come from the page's tokens, so that both themes are served.
 */
import { number, time } from "../format.js";
import { byId, put } from "./page.js";

/** @typedef {{start: string, outcomes: Record<string, number[]>}} Minutes */

const SHOWN = ["answered", "no_answer", "busy", "other"];
const LEGEND = 26; // pixels below the plot

/**
 * @param {Minutes} minutes
 * @returns {Record<string, number[]>} the shown series; all rarer outcomes are one
 */
function grouped({ outcomes }) {
  const length = Object.values(outcomes)[0]?.length ?? 60;
  /** @type {Record<string, number[]>} */
  const sums = Object.fromEntries(SHOWN.map((name) => [name, Array(length).fill(0)]));
  for (const [name, counts] of Object.entries(outcomes)) {
    const into = sums[SHOWN.includes(name) ? name : "other"];
    counts.forEach((count, n) => {
      into[n] += count;
    });
  }
  return sums;
}

export class MinutesChart {
  /** @type {any} */
  #plot;
  /** @type {Record<string, number[]>} */
  #raw = {};

  /**
   * @param {any} Plot - uPlot
   * @param {Record<string, string>} names
   */
  constructor(Plot, names) {
    this.Plot = Plot;
    this.names = names;
    this.place = byId("minutes");
    new ResizeObserver(() => this.#resize()).observe(this.place);
    const again = () => this.#restart();
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", again);
    new MutationObserver(again).observe(document.documentElement, {
      attributeFilter: ["data-theme"],
    });
  }

  /** @param {Minutes} minutes */
  show(minutes) {
    this.#raw = grouped(minutes);
    const start = Date.parse(minutes.start) / 1000;
    const places = this.#raw.answered.map((_, n) => start + n * 60);
    const data = [places, ...stacked(this.#raw)];
    if (this.#plot) this.#plot.setData(data);
    else this.#plot = new this.Plot(this.#options(), data, this.place);
    this.#tell();
  }

  /** For who cannot see the chart. */
  #tell() {
    const sums = SHOWN.map((name) => {
      const sum = this.#raw[name].reduce((all, count) => all + count, 0);
      return `${this.names[name]}: ${number(sum)}`;
    });
    put(byId("minutes-told"), sums.join("; "));
    const any = SHOWN.some((name) => this.#raw[name].some((count) => count > 0));
    byId("no-minutes").hidden = any;
    this.place.hidden = !any;
  }

  #resize() {
    const { clientWidth: width, clientHeight } = this.place;
    if (width > 0) this.#plot?.setSize({ width, height: clientHeight - LEGEND });
  }

  #restart() {
    if (!this.#plot) return;
    const data = this.#plot.data;
    this.#plot.destroy();
    this.#plot = new this.Plot(this.#options(), data, this.place);
    this.#resize();
  }

  #options() {
    const style = getComputedStyle(this.place);
    const axis = {
      stroke: style.color,
      grid: { stroke: style.borderTopColor, width: 1 },
      ticks: { show: false },
      font: "12px system-ui",
    };
    return {
      width: this.place.clientWidth || 600,
      height: this.place.clientHeight - LEGEND,
      cursor: { y: false },
      scales: {
        y: {
          range: (
            /** @type {any} */ _,
            /** @type {number} */ __,
            /** @type {number} */ most,
          ) => [0, Math.max(4, most)],
        },
      },
      axes: [
        {
          ...axis,
          values: (/** @type {any} */ _, /** @type {number[]} */ ticks) =>
            ticks.map((tick) => time(new Date(tick * 1000).toISOString())),
        },
        { ...axis, size: 36, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000] },
      ],
      series: [
        {
          label: "Hora",
          value: (/** @type {any} */ _, /** @type {number | null} */ at) =>
            at === null ? "–" : time(new Date(at * 1000).toISOString()),
        },
        ...[...SHOWN].reverse().map((name) => this.#series(name)),
      ],
    };
  }

  /** @param {string} name */
  #series(name) {
    const colour = resolved(this.place, `--chart-${name.replace("_", "-")}`);
    return {
      label: this.names[name],
      stroke: colour,
      fill: colour,
      width: 1,
      points: { show: false },
      value: (
        /** @type {any} */ _,
        /** @type {any} */ __,
        /** @type {any} */ ___,
        /** @type {number | null} */ n,
      ) => (n === null ? "–" : number(this.#raw[name][n] ?? 0)),
    };
  }
}

/** Canvas knows no light-dark(): the browser resolves it for us.
 * @param {HTMLElement} place
 * @param {string} token
 */
function resolved(place, token) {
  const probe = document.createElement("span");
  probe.style.color = `var(${token})`;
  place.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}

/** The biggest sum is drawn first, so that each area stands on the one below.
 * @param {Record<string, number[]>} sums
 */
function stacked(sums) {
  let below = Array(sums.answered.length).fill(0);
  const areas = SHOWN.map((name) => {
    below = below.map((sum, n) => sum + sums[name][n]);
    return below;
  });
  return areas.reverse();
}
