/** How the page writes what is set: shares, windows, limits, one field of the pace. */
import { number, percent } from "../format.js";
import { fill, texts } from "../supervision/page.js";

/** @typedef {{share: number, window_s: number}} Limit */
/** @typedef {{share: number, within_s: number}} Inbound */
/** @typedef {{mode: string, limits: Limit[], ratio: number | null, max_cps: number | null,
 *   countdown_s: number | null, max_lines: number | null, inbound: Inbound | null, scored: boolean,
 *   priority: number}} Pace */

export const all = texts();
const { words, windows, modes, fields, statuses } = all;

/** @param {number} seconds */
export const windowName = (seconds) =>
  windows[String(Math.round(seconds))] ?? `${number(seconds / 3600)} h`;

/** @param {Limit} limit */
const oneLimit = ({ share, window_s }) =>
  fill(words.of_target, { share: percent(share), window: windowName(window_s) });

/** @param {Limit[]} limits */
export const limitsTold = (limits) => limits.map(oneLimit).join("; ");

/** @param {string} name */
export const fieldName = (name) => fields[name] ?? name;

/**
 * A value of the history or of a form, in words.
 * @param {string} name - of the field
 * @param {any} value
 * @returns {string}
 */
export function shown(name, value) {
  if (value === null || value === undefined) return words.none;
  if (typeof value === "boolean") return value ? words.yes : words.no;
  if (name === "mode") return (modes[value] ?? value).split(":")[0];
  if (name === "status") return statuses[value] ?? value;
  if (name === "machines") return words[`machines_${value}`] ?? value;
  if (name === "target") return percent(value);
  if (name === "limits") return limitsTold(value.map(asLimit));
  if (name === "inbound_target" || name === "inbound") {
    const { share, within_s } = Array.isArray(value)
      ? { share: value[0], within_s: value[1] }
      : value;
    return `${percent(share)} em ${number(within_s)} s`;
  }
  return typeof value === "number" ? number(value) : `«${value}»`;
}

/**
 * The history keeps a limit as a pair.
 * @param {Limit | [number, number]} limit
 * @returns {Limit}
 */
const asLimit = (limit) =>
  Array.isArray(limit) ? { share: limit[0], window_s: limit[1] } : limit;
