/** What follows a call, told in the same way wherever it is told: the floor's own wish. */

import { pauseName, words } from "./words.js";

/** @typedef {{wants?: string | null, pause_code?: string | null}} Wish */

/** @param {Wish} seat @param {{call: string, pause: string, end: string}} told */
function follows({ wants, pause_code }, told) {
  if (wants === "offline") return told.end;
  if (wants !== "paused") return told.call;
  return [told.pause, pauseName(pause_code)].filter(Boolean).join(": ");
}

/** What the wrap-up's time runs towards. @param {Wish} seat */
export function until(seat) {
  const { until_call: call, until_pause: pause, until_end: end } = words.desk;
  return follows(seat, { call, pause, end });
}

/** What saving the record does next. @param {Wish} seat */
export function saving(seat) {
  const { save_and_go_on: call, save_and_pause: pause, save_and_end: end } = words.desk;
  return follows(seat, { call, pause, end });
}
