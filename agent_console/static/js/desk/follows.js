/** What follows a call, told in the same way wherever it is told: the floor's own wish. */

import { pauseName, supervises, words } from "./words.js";

/** @typedef {{wants?: string | null, pause_code?: string | null}} Wish */

/**
 * No call and no pause follows for a supervisor, who takes the calls that he chooses.
 * @param {Wish} seat @param {string[]} told - of a call, a pause, the end, his own
 */
function follows({ wants, pause_code }, [call, pause, end, own]) {
  if (wants === "offline") return end;
  if (supervises) return own;
  if (wants !== "paused") return call;
  return [pause, pauseName(pause_code)].filter(Boolean).join(": ");
}

/** What the wrap-up's time runs towards. @param {Wish} seat */
export function until(seat) {
  const { until_call, until_pause, until_end, until_own } = words.desk;
  return follows(seat, [until_call, until_pause, until_end, until_own]);
}

/** What saving the record does next. @param {Wish} seat */
export function saving(seat) {
  const { save_and_go_on, save_and_pause, save_and_end, save } = words.desk;
  return follows(seat, [save_and_go_on, save_and_pause, save_and_end, save]);
}
