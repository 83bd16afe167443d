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
 * What is wrong, after what the form that was sent calls its field, if it asks for it.
 * @param {HTMLFormElement | undefined} form
 * @param {{field: string, text: string}} wrong - of "instalments.0.amount"
 */
function told(form, { field, text }) {
  const parts = field.split(".").filter((part) => !/^\d+$/.test(part));
  const name = parts[parts.length - 1] ?? field;
  const input = form?.querySelector(`[name="${CSS.escape(name)}"]`);
  const label = /** @type {HTMLInputElement | null | undefined} */ (input)?.labels?.[0];
  const words = [...(label?.childNodes ?? [])].filter((node) => node instanceof Text);
  const called = words
    .map((node) => node.data)
    .join("")
    .trim();
  return called ? `${called}: ${text}` : text;
}

/** @param {unknown} error @param {HTMLFormElement} [form] */
function reason(error, form) {
  if (!(error instanceof ApiProblem)) return words.unreachable;
  const fields = error.details.errors ?? [];
  return fields.length ? fields.map((wrong) => told(form, wrong)).join(" ") : error.message;
}

/**
 * Ask the server; what it refuses is said.
 * @param {() => Promise<any>} asking
 * @param {{form?: HTMLFormElement, where?: string}} [of] - the form that was sent, and
 *   where it is said
 */
export async function asked(asking, { form, where = "#trouble" } = {}) {
  say(where, "");
  try {
    return await asking();
  } catch (error) {
    say(where, reason(error, form));
    one(where).scrollIntoView({ block: "nearest" });
    return null;
  }
}
