/** What a ratio that was set by hand costs, next to the predictive mode. */
import { api } from "../api.js";
import { number, percent } from "../format.js";
import { byId, fill, put, told } from "../supervision/page.js";
import { ratio, target } from "./form.js";
import { all } from "./words.js";

const AFTER_MS = 400;
const LEAST_TARGET = 0.001;
const { words, unreachable } = all;
/** @type {number | undefined} */
let waiting;

/** Ask in a moment, so that typing asks once. @param {string} base - address of the pace */
export function askCost(base) {
  clearTimeout(waiting);
  waiting = setTimeout(() => tell(base), AFTER_MS);
}

/** @param {string} base */
async function tell(base) {
  const place = byId("ratio-cost");
  const asked = ratio();
  if (asked === null || !(asked >= 1 && asked <= 10)) {
    put(place, "");
    return;
  }
  put(place, words.cost_asking);
  const aim = target() > 0 && target() < 1 ? target() : LEAST_TARGET;
  try {
    const found = await api.get(`${base}/cost?ratio=${asked}&target=${aim}`);
    if (asked === ratio()) put(place, inWords(found, asked, aim));
  } catch (error) {
    put(place, told(error, unreachable));
  }
}

/**
 * @param {{agents: number, occupancy: number | null, abandoned: number | null,
 *   predictive: number | null}} found
 * @param {number} asked
 * @param {number} aim
 */
function inWords(found, asked, aim) {
  if (found.occupancy === null) return words.cost_unknown;
  return fill(words.cost, {
    agents: number(found.agents),
    ratio: number(asked),
    occupancy: percent(found.occupancy),
    abandoned: percent(found.abandoned),
    predictive: percent(found.predictive),
    target: percent(aim),
  });
}
