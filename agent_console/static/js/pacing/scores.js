/** Under the switch: how many numbers have a chance of a list at all. */
import { api } from "../api.js";
import { number, percent } from "../format.js";
import { byId, fill, put } from "../supervision/page.js";
import { all } from "./words.js";

/** @typedef {{numbers: number, scored: number, debtors: number, whole: boolean}} Scores */

const { words } = all;

/** @param {Scores} scores */
function told({ numbers, scored, debtors, whole }) {
  if (numbers === 0) return words.scores_empty;
  if (scored === 0) return words.scores_none;
  return fill(whole ? words.scores : words.scores_of_next, {
    numbers: number(numbers),
    debtors: number(debtors),
    share: percent(scored / numbers),
  });
}

/** @param {string} base - the pace's address in the interface */
export async function tellScores(base) {
  try {
    put(byId("scored-hint"), told(await api.get(`${base}/scores`)));
  } catch {
    // the page says by itself when the console cannot be reached
  }
}
