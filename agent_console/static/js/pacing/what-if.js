/**
 * Beside the slider: what another target would have given in the last hours, as the
 * simulator worked it out in the background. The nearest simulated target speaks.
 */
import { api } from "../api.js";
import { relative } from "../format.js";
import { byId, put } from "../supervision/page.js";

/** @typedef {{target: number, text: string}} Target */
/** @typedef {{state: string, text: string, at: string | null, targets: Target[]}} WhatIf */

const AGAIN_MS = 60_000;
/** @type {WhatIf | undefined} */
let known;

/** @param {number} share - 0..1, where the slider stands */
export function tellWhatIf(share) {
  if (!known) return;
  const nearest = nearestTo(known.targets, share);
  put(byId("what-if"), nearest ? nearest.text : known.text);
}

/**
 * @param {Target[]} targets
 * @param {number} share
 */
const nearestTo = (targets, share) =>
  targets.reduce(
    (/** @type {Target | undefined} */ best, one) =>
      best && Math.abs(best.target - share) <= Math.abs(one.target - share) ? best : one,
    undefined,
  );

/**
 * Ask now and again from time to time; an answer that cannot be had leaves the last one.
 * @param {string} campaign - its address in the interface
 * @param {() => number} share - where the slider stands
 */
export async function followWhatIf(campaign, share) {
  try {
    known = await api.get(`${campaign}/what-if`);
    list();
    tellWhatIf(share());
  } catch {
    // the page says by itself when the console cannot be reached
  }
  setTimeout(() => followWhatIf(campaign, share), AGAIN_MS);
}

function list() {
  const { targets, text, at } = /** @type {WhatIf} */ (known);
  byId("what-if-all").hidden = targets.length === 0;
  byId("what-if-targets").replaceChildren(
    ...targets.map((one) => {
      const item = document.createElement("li");
      item.textContent = one.text;
      return item;
    }),
  );
  put(byId("what-if-from"), at ? `${text} Calculado ${relative(at)}.` : text);
}
