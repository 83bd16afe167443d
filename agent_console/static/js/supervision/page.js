/** Small things that the supervisor's pages share: finding, putting, saying. */
import { ApiProblem } from "../api.js";

/**
 * @template {Element} T
 * @param {ParentNode} within
 * @param {string} selector
 * @param {new () => T} kind
 * @returns {T}
 */
export function one(within, selector, kind) {
  const found = within.querySelector(selector);
  if (!(found instanceof kind)) throw new Error(`the page lacks ${selector}`);
  return found;
}

/** @param {string} id */
export const byId = (id) => one(document, `#${id}`, HTMLElement);

/** Change a text only when it is another: focus, selection and layout stay.
 * @param {Element} element
 * @param {string} text
 */
export function put(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** @returns {any} the words that the page brought along */
export const texts = () => JSON.parse(byId("texts").textContent ?? "{}");

/**
 * @param {string} text with `{names}`
 * @param {Record<string, string>} values
 */
export const fill = (text, values) =>
  text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");

/**
 * @param {HTMLElement} place
 * @param {string} text - empty hides it
 */
export function say(place, text) {
  put(place, text);
  place.hidden = text === "";
}

/**
 * What a person is told of a failed request.
 * @param {unknown} error
 * @param {string} unreachable - when nothing answered
 */
export const told = (error, unreachable) =>
  error instanceof ApiProblem ? error.message : unreachable;
