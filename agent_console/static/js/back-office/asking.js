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

/**
 * What is wrong, after what the page calls its field, where it asks for it.
 * @param {{field: string, text: string}} wrong - of "instalments.0.amount"
 */
function told({ field, text }) {
  const parts = field.split(".").filter((part) => !/^\d+$/.test(part));
  const name = parts[parts.length - 1] ?? field;
  const input = document.querySelector(`[name="${CSS.escape(name)}"]`);
  const label = /** @type {HTMLInputElement | null} */ (input)?.labels?.[0];
  const words = [...(label?.childNodes ?? [])].filter((node) => node instanceof Text);
  const called = words
    .map((node) => node.data)
    .join("")
    .trim();
  return called ? `${called}: ${text}` : text;
}

/** @param {unknown} error */
function reason(error) {
  if (!(error instanceof ApiProblem)) return words.unreachable;
  const fields = error.details.errors ?? [];
  return fields.length ? fields.map(told).join(" ") : error.message;
}

/**
 * Ask the server; what it refuses is said.
 * @param {() => Promise<any>} asking
 * @param {string} [where] - is it said
 */
export async function asked(asking, where = "#trouble") {
  say(where, "");
  try {
    return await asking();
  } catch (error) {
    say(where, reason(error));
    one(where).scrollIntoView({ block: "nearest" });
    return null;
  }
}
