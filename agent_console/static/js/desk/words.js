/** What the page says, from the catalogue that the server put into it. */

const given = document.querySelector("#texts")?.textContent ?? "{}";

/** @type {Record<string, Record<string, string>>} */
export const words = JSON.parse(given);

/** The desk of a supervisor, who gets only the calls that he takes from the URA. */
export const supervises = document.querySelector("#desk[data-supervises]") !== null;

/** @param {string | null | undefined} code @returns {string} what a pause is called */
export const pauseName = (code) =>
  words.pauses?.[code ?? ""] ?? words.pause_names?.[code ?? ""] ?? code ?? "";
