/** A rule of the contact policy, as a row of a list. */

import { made } from "./dom.js";

/** @param {import("./contracts.js").Rule} one @param {string} word */
export function rule({ title, source, until }, word) {
  const row = made("li", "");
  row.append(made("strong", title), made("span", until ? ` (${word}: ${until})` : ""));
  row.append(made("p", source, "muted"));
  return row;
}
