/** A word on what was done, which goes by itself and takes the focus from nobody. */

import { part, tell } from "./dom.js";

const SHOWN_MS = 6000;
/** @type {number | undefined} */
let going;

/** @param {string} text */
export function toast(text) {
  const place = part(document, "#toast");
  tell(place, text);
  clearTimeout(going);
  going = setTimeout(() => tell(place, ""), SHOWN_MS);
}
