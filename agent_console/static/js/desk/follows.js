/** What follows a call, told in the same way wherever it is told: the floor's own wish. */

import { pauseName, words } from "./words.js";

/** @typedef {{wants?: string | null, pause_code?: string | null}} Wish */

/** What the wrap-up's time runs towards. @param {Wish} seat */
export function until({ wants, pause_code }) {
  if (wants === "offline") return words.desk.until_end;
  if (wants !== "paused") return words.desk.until_call;
  return [words.desk.until_pause, pauseName(pause_code)].filter(Boolean).join(": ");
}

/** What saving the record does next. @param {Wish} seat */
export function saving({ wants, pause_code }) {
  if (wants === "offline") return words.desk.save_and_end;
  if (wants !== "paused") return words.desk.save_and_go_on;
  return [words.desk.save_and_pause, pauseName(pause_code)].filter(Boolean).join(": ");
}
