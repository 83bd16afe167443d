/** Asks the server for a page of the back office, and says what it refuses. */

import { ApiProblem } from "../api.js";

export const { words } = JSON.parse(document.querySelector("#texts")?.textContent ?? "{}");

/** @param {string} selector @returns {HTMLElement} */
export const one = (selector) =>
  /** @type {HTMLElement} */ (document.querySelector(selector));

/** @param {string} where @param {string} text */
export function say(where, text) {
  const place = one(where);
  place.textContent = text;
  place.hidden = text === "";
}

/** @param {unknown} error */
function reason(error) {
  if (!(error instanceof ApiProblem)) return words.unreachable;
  const fields = error.details.errors ?? [];
  const told = fields.map(({ field, text }) => `${field}: ${text}`);
  return told.length ? told.join(" ") : error.message;
}

/**
 * Ask the server; what it refuses is said.
 * @param {() => Promise<any>} asking
 */
export async function asked(asking) {
  say("#trouble", "");
  try {
    return await asking();
  } catch (error) {
    say("#trouble", reason(error));
    one("#trouble").scrollIntoView({ block: "nearest" });
    return null;
  }
}
